import { expect, test } from 'vitest'
import { guessFormat, parseManifests } from './parse-manifests.ts'

const parse = (text: string, format: 'json' | 'yaml' | 'properties' = guessFormat(text)) =>
  parseManifests(text, { format, origin: 'a-file', defaultName: 'a-file' })

test('Kafka Connect’s JSON, a bare config, YAML and properties say the same', () => {
  const expected = [
    {
      name: 'orders',
      config: { name: 'orders', 'tasks.max': '2', quiet: 'true' },
      initialState: null,
      origin: 'a-file',
    },
  ]
  expect(parse('{"name":"orders","config":{"tasks.max":2,"quiet":true}}')).toEqual(expected)
  expect(parse('{"name":"orders","tasks.max":"2","quiet":"true"}')).toEqual(expected)
  expect(parse('name: orders\nconfig:\n  tasks.max: 2\n  quiet: true\n')).toEqual(expected)
  expect(parse('# a comment\nname=orders\ntasks.max=2\nquiet=true\n')).toEqual(expected)
})

test('numbers stay as they are spelled', () => {
  expect(parse('{"config":{"a":1.50,"b":9007199254740993}}')[0]?.config).toMatchObject({
    a: '1.50',
    b: '9007199254740993',
  })
  expect(parse('a: 1.50\nb: 9007199254740993\nc: 0x1F\nd: on\n', 'yaml')[0]?.config).toMatchObject({
    a: '1.50',
    b: '9007199254740993',
    c: '0x1F',
    d: 'on',
  })
})

test('a text may hold several connectors, each with its name', () => {
  expect(parse('[{"name":"a"},{"name":"b"}]').map(({ name, origin }) => [name, origin])).toEqual([
    ['a', 'a-file#1'],
    ['b', 'a-file#2'],
  ])
  expect(parse('name: a\n---\nname: b\n---\n').map(({ name }) => name)).toEqual(['a', 'b'])
  expect(() => parse('[{"x":"1"},{"name":"b"}]')).toThrow('a-file#1: the connector has no name')
})

test('a config without a name has that of its file, and what GET answers is understood', () => {
  expect(parse('{"connector.class":"Sink"}')[0]?.name).toBe('a-file')
  expect(parse('{"name":"o","config":{},"tasks":[],"type":"sink","initial_state":"paused"}')[0]).toMatchObject({
    name: 'o',
    initialState: 'PAUSED',
  })
})

test.each([
  ['{"name":"a","config":{"name":"b"}}', 'the connector is named "a", but its config says "b"'],
  ['{"name":"a","config":{},"mode":1}', 'unknown field "mode"'],
  ['{"name":"a","config":{"x":null}}', 'the value of "x" is null'],
  ['{"name":"a","config":{"x":[1]}}', 'the value of "x" is a list'],
  ['{"name":"a","config":{},"initial_state":"ready"}', 'expected RUNNING, PAUSED, STOPPED'],
  ['"text"', 'holds no connector'],
])('%s is refused with a reason', (text, reason) => {
  expect(() => parse(text, 'json')).toThrow(reason)
})

test('what can’t be parsed is told without its text, which may hold a secret', () => {
  for (const [format, text] of [
    ['json', '{"password": "hush'],
    ['yaml', 'a: "hush\nb: ['],
    ['properties', 'a=\\uhush'],
  ] as const) {
    const failure = (() => {
      try {
        parse(text, format)
      } catch (error) {
        return (error as Error).message
      }
      return 'parsed'
    })()
    expect(failure).toContain(`a-file can't be read: it is no valid ${format}`)
    expect(failure).not.toContain('hush')
  }
})
