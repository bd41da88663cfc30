import { expect, test } from 'vitest'
import { formatConfigJson, parseConfigJson } from './config-json.ts'

test('a connector of the documentation is taken as it is, with its name or without', () => {
  const config = { 'connector.class': 'ElasticsearchSink', topics: 'a', 'tasks.max': '1' }
  const taken = { ok: true, name: 'orders', config }
  expect(parseConfigJson(JSON.stringify({ name: 'orders', config }))).toEqual(taken)
  expect(parseConfigJson(JSON.stringify({ name: 'orders', config: { name: 'orders', ...config } }))).toEqual(taken)
  expect(parseConfigJson(JSON.stringify({ name: 'orders', ...config }))).toEqual(taken)
  expect(parseConfigJson(JSON.stringify(config))).toEqual({ ...taken, name: null })
})

test('numbers and booleans become texts, as the worker makes them', () => {
  expect(parseConfigJson('{"tasks.max": 2, "key.ignore": true, "gone": null}')).toEqual({
    ok: true,
    name: null,
    config: { 'tasks.max': '2', 'key.ignore': 'true' },
  })
})

test('what can’t be taken is told with its key', () => {
  const problems = [
    ['', /Paste/],
    ['{"a": ', /no JSON/],
    ['[1]', /must be an object/],
    ['{"config": 1}', /"config" must be an object/],
    ['{"transforms": ["a"]}', /"transforms"/],
    ['{"name": "a", "config": {"name": "b"}}', /another name \(b\)/],
  ] as const
  for (const [text, problem] of problems) {
    expect(parseConfigJson(text)).toEqual({ ok: false, problem: expect.stringMatching(problem) })
  }
})

test('what is shown can be read again', () => {
  const config = { topics: 'a', 'connector.class': 'Sink', 'batch.size': '1' }
  const text = formatConfigJson('orders', { name: 'orders', ...config })
  expect(parseConfigJson(text)).toEqual({ ok: true, name: 'orders', config })
  expect(text.indexOf('connector.class')).toBeLessThan(text.indexOf('batch.size'))
})
