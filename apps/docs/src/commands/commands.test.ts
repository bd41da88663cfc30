import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commandBlocks } from './command-blocks.ts'
import { matchesShown } from './output-pattern.ts'
import { allCommands } from './scenarios.ts'

const root = join(import.meta.dirname, '..', '..', '..', '..')

test('every command of the documentation is run by a scenario, or says why it is not', () => {
  const { problems, scenarios } = allCommands(root)
  expect(problems.map(({ page, line, problem }) => `${page}:${line}: ${problem}`)).toEqual([])
  expect(scenarios.length).toBeGreaterThan(5)
})

test('names of scenarios are given once', () => {
  const names = allCommands(root).scenarios.map(({ name }) => name)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})

describe('the commands of a page', () => {
  const page = [
    '# Page',
    '<!-- run: demo; terminal: worker; ready: http://localhost:8083/health -->',
    '',
    '```sh',
    'start',
    '```',
    '',
    '<!-- prepare: demo',
    'hidden',
    '-->',
    '<!-- run: demo; until: as shown -->',
    '```sh',
    'ask',
    '```',
    '',
    '```text',
    'answer',
    '```',
    '<!-- not run: there is no Docker engine in the tests -->',
    '```sh',
    'docker run',
    '```',
  ].join('\n')

  test('are found with their options, their output and the reason why one is not run', () => {
    const { blocks, problems } = commandBlocks('page.md', page)
    expect(problems).toEqual([])
    expect(
      blocks.map(({ code, scenario, options, isHidden, output, reason }) => [
        code,
        scenario,
        options,
        isHidden,
        output,
        reason,
      ]),
    ).toEqual([
      ['start', 'demo', { terminal: 'worker', ready: 'http://localhost:8083/health' }, false, null, null],
      ['hidden', 'demo', {}, true, null, null],
      ['ask', 'demo', { until: 'as shown' }, false, 'answer', null],
      ['docker run', null, {}, false, null, 'there is no Docker engine in the tests'],
    ])
  })

  test.each([
    ['without a comment', '```sh\nls\n```', /neither a scenario/],
    ['with an option that there is not', '<!-- run: demo; untill: as shown -->\n```sh\nls\n```', /no option untill/],
    ['with a reason that says nothing', '<!-- not run: no -->\n```sh\nls\n```', /reason/],
    ['whose comment stands elsewhere', '<!-- run: demo -->\ntext\n```json\n{}\n```', /before no block/],
  ])('are refused %s', (_, text, expected) => {
    const { problems } = commandBlocks('page.md', text)
    expect(problems.map(({ problem }) => problem).join()).toMatch(expected)
  })
})

test.each([
  ['{"a":1,"b":2}', '{"a":…,"b":2}', true],
  ['{"a":1,"b":3}', '{"a":…,"b":2}', false],
  ['one\ntwo\nthree\n', 'one\n…\nthree', true],
  ['one\nthree', 'one\n…\nthree', true],
  ['one\ntwo', 'one…', false],
  ['anything\nat all', '…', true],
  ['a+b (c)', 'a+b (c)', true],
])('the output %j of what is shown as %j: %s', (output, shown, expected) => {
  expect(matchesShown(output, shown)).toBe(expected)
})
