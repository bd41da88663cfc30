import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Tally } from './tally-reporter.ts'

const root = join(import.meta.dirname, '..')

/** What is written of a run of these test files, by their names. */
async function tallyOf(files: Readonly<Record<string, string>>): Promise<Tally> {
  // Below the project, where vitest can be imported from.
  const dist = join(import.meta.dirname, 'dist')
  await mkdir(dist, { recursive: true })
  const folder = await mkdtemp(join(dist, 'tally-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const written = Object.entries(files).map(([name, source]) => writeFile(join(folder, `${name}.test.ts`), source))
  await Promise.all([
    writeFile(join(folder, 'vitest.config.ts'), 'export default { test: { pool: "forks" } }'),
    ...written,
  ])
  const tally = join(folder, 'tally.json')
  const args = ['run', '--root', folder, '--reporter', join(import.meta.dirname, 'tally-reporter.ts')]
  await new Promise((resolve) => {
    const env = { ...process.env, TALLY_FILE: tally }
    execFile(join(root, 'node_modules', '.bin', 'vitest'), args, { env }, resolve)
  })
  return JSON.parse(await readFile(tally, 'utf8')) as Tally
}

test('tests that fail, set-up that fails and a process that dies are told with their reasons', async () => {
  const { passed, failures, unfinished } = await tallyOf({
    fine: `import { test } from 'vitest'; test('is fine', () => { Promise.reject(new Error('nobody waits for this')) })`,
    wrong: `import { describe, expect, test } from 'vitest'
      describe('a group', () => { test('fails', () => expect(1).toBe(2)); test('passes', () => {}) })`,
    'set-up': `import { beforeAll, describe, test } from 'vitest'
      beforeAll(() => { throw new Error('no server', { cause: new Error('the port is taken') }) }); test('waits', () => {})`,
    dead: `import { test } from 'vitest'; test('dies', () => process.kill(process.pid, 'SIGSEGV'))`,
    // Vitest passes results on every tenth of a second.
    both: `import { expect, test } from 'vitest'
      test('fails first', () => expect(1).toBe(2))
      test('dies', () => new Promise(() => setTimeout(() => process.kill(process.pid, 'SIGSEGV'), 1_000)))`,
  })
  expect(passed).toBe(2)
  expect(failures).toContainEqual({
    title: 'wrong.test.ts > a group > fails',
    reasons: [matching(/expected 1 to be 2/)],
  })
  expect(failures).toContainEqual({
    title: 'set-up.test.ts',
    reasons: [matching(/no server.*the port is taken/s)],
  })
  expect(failures).toContainEqual({
    title: 'both.test.ts > fails first',
    reasons: [matching(/expected 1 to be 2/)],
  })
  expect(failures).toContainEqual({ title: 'no test', reasons: [matching(/nobody waits for this/)] })
  expect(failures).toContainEqual({
    title: 'no test',
    reasons: [matching(/both.test.ts.*SIGSEGV|SIGSEGV.*both.test.ts/s)],
  })
  expect(failures).toHaveLength(5)
  expect(unfinished).toEqual([
    {
      title: 'dead.test.ts',
      reasons: ['it came to no end', matching(/exited unexpectedly with signal SIGSEGV/)],
    },
  ])
})

function matching(text: RegExp): unknown {
  return expect.stringMatching(text)
}
