import { mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recordingLogger } from '../../telemetry/fixtures/recording-logger.ts'
import { WatchedFile } from './watched-file.ts'

async function start(content: string) {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-watched-'))
  const path = join(folder, 'users')
  writeFileSync(path, content)
  const logger = recordingLogger()
  const clock = { time: 0, now: () => clock.time }
  const parse = (text: string): string => {
    if (text === 'bad') throw new Error('it is bad')
    return text
  }
  const file = await WatchedFile.open({ path, key: 'some.file', parse, logger, clock })
  return { folder, path, logger, clock, file, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

test('a change is noticed a second later, also where a link is put in its place', async () => {
  using parts = await start('one')
  const { file, path, folder, clock } = parts
  writeFileSync(path, 'two!')
  expect(await file.current()).toBe('one')
  clock.time = 1_000
  expect(await file.current()).toBe('two!')
  writeFileSync(join(folder, 'next'), 'three')
  unlinkSync(path)
  symlinkSync('next', path)
  clock.time = 2_000
  expect(await Promise.all([file.current(), file.current()])).toEqual(['three', 'three'])
})

test('what can not be used changes nothing and is told once', async () => {
  using parts = await start('one')
  const { file, path, clock, logger } = parts
  for (const spoil of [() => writeFileSync(path, 'bad'), () => unlinkSync(path)]) {
    spoil()
    for (let look = 0; look < 3; look++) {
      clock.time += 1_000
      expect(await file.current()).toBe('one')
    }
  }
  const line = `error: ${path} (some.file) has changed and can't be used; what it said before stays in force`
  expect(logger.lines).toEqual([line, line])
  writeFileSync(path, 'back')
  clock.time += 1_000
  expect(await file.current()).toBe('back')
})

test('a file that is missing or bad from the start is refused', async () => {
  await expect(start('bad')).rejects.toThrow('it is bad')
})
