import { expect, test } from 'vitest'
import { fakeConnect, penstock } from '../testing/fake-connect.ts'
import { splitLine } from './candidates.ts'
import { completionScripts, shells } from './shells.ts'

const complete = async (...words: string[]) =>
  (await penstock(['__complete', '--', ...words])).out
    .split('\n')
    .map((line) => line.split('\t')[0])
    .filter(Boolean)

test('commands, options and values of options are offered', async () => {
  expect(await complete('des')).toEqual(['describe'])
  expect(await complete('describe', '')).toEqual(['connector', 'plugin', 'worker'])
  expect(await complete('get', 'connectors', '--cont')).toEqual(['--context'])
  expect(await complete('get', 'connectors', '-o', 'y')).toEqual(['yaml'])
  expect(await complete('apply', '-f', '')).toEqual([':files'])
  expect(await complete('completion', '')).toEqual(['bash', 'zsh', 'fish'])
})

test('names of connectors are those of the cluster that the line names', async () => {
  await using worker = await fakeConnect({ 'GET /connectors': { body: ['orders', 'other', 'lines'] } })
  expect(await complete('pause', '--url', worker.url, 'o')).toEqual(['orders', 'other'])
  expect(await complete('pause', 'orders', '--url', worker.url, 'l')).toEqual(['lines'])
  const { out } = await penstock(['__complete', '--line', `penstock describe connector --url ${worker.url} or`])
  expect(out).toBe('orders\n')
})

test('a cluster that can’t be reached is no failure', async () => {
  expect(await penstock(['__complete', '--', 'pause', '--url', 'http://127.0.0.1:2', ''])).toEqual({
    code: 0,
    out: '',
    err: '',
  })
})

test('a line is split as a shell would', () => {
  expect(splitLine('penstock get  "a b" c\\ d ')).toEqual(['penstock', 'get', 'a b', 'c d', ''])
  expect(splitLine('penstock ge')).toEqual(['penstock', 'ge'])
})

test.each(shells)('the script for %s asks the program', async (shell) => {
  expect((await penstock(['completion', shell])).out).toBe(completionScripts[shell])
  expect(completionScripts[shell]).toContain('__complete')
})
