import { appendFile, mkdir, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RawConfig, SourceRecord } from '@penstock/core'
import { type FakeSourceTaskContext, fakeSourceTaskContext } from '@penstock/core/testing'
import { expect, test } from 'vitest'
import { sourceConfig } from './config.ts'
import { FileSourceTask } from './file-source-task.ts'

interface Setup extends AsyncDisposable {
  readonly file: string
  readonly context: FakeSourceTaskContext
  readonly warnings: string[]
  /** Polls until that many records have come. */
  read(count: number): Promise<SourceRecord[]>
  /** Polls once more than it takes to see the end of the file. */
  readNothing(): Promise<void>
}

async function setUp(content: string | null, raw: RawConfig = {}, position?: number | bigint): Promise<Setup> {
  const folder = await mkdtemp(join(tmpdir(), 'adapter-file-'))
  const file = join(folder, 'in.txt')
  if (content !== null) await writeFile(file, content)
  const warnings: string[] = []
  const logger = { error() {}, warn: (text: string) => void warnings.push(text), info() {}, debug() {} }
  const context = { ...fakeSourceTaskContext(), logger }
  if (position !== undefined) context.stored.set(JSON.stringify({ filename: file }), { position })
  const task = new FileSourceTask(sourceConfig.parse({ file, topic: 'lines', ...raw }), context)
  task.start()
  return {
    file,
    context,
    warnings,
    async read(count) {
      const records: SourceRecord[] = []
      const deadline = Date.now() + 5_000
      while (records.length < count && Date.now() < deadline) {
        records.push(...((await task.poll(context.signal)) ?? []))
      }
      expect(records.map(text)).toHaveLength(count)
      return records
    },
    async readNothing() {
      expect(await task.poll(context.signal)).toBeNull()
      expect(await task.poll(context.signal)).toBeNull()
    },
    async [Symbol.asyncDispose]() {
      await task.stop()
      await rm(folder, { recursive: true })
    },
  }
}

const text = ({ value }: SourceRecord) => value.value
const position = ({ sourceOffset }: SourceRecord) => sourceOffset.position

test('a line becomes a record of type STRING without key, whose offset is the position behind it in bytes', async () => {
  await using source = await setUp('äé\nb\r\n')
  const [first, second] = await source.read(2)
  expect(first).toMatchObject({
    topic: 'lines',
    partition: null,
    key: { schema: null, value: null },
    value: { schema: { type: 'STRING', optional: false }, value: 'äé' },
    sourcePartition: { filename: source.file },
    sourceOffset: { position: 5 },
  })
  expect(second).toMatchObject({ value: { value: 'b' }, sourceOffset: { position: 8 } })
})

test('lines appended later follow, an unfinished one when it is finished', async () => {
  await using source = await setUp('a\nb')
  expect((await source.read(1)).map(text)).toEqual(['a'])
  await source.readNothing()
  await appendFile(source.file, 'c\nd\n')
  expect((await source.read(2)).map(text)).toEqual(['bc', 'd'])
})

test('a missing file is waited for, with one line in the log', async () => {
  await using source = await setUp(null)
  await source.readNothing()
  await source.readNothing()
  expect(source.warnings).toEqual([`file ${source.file} is missing; it is read as soon as it is there`])
  await writeFile(source.file, 'here\n')
  expect((await source.read(1)).map(text)).toEqual(['here'])
})

test('a batch holds no more than batch.size lines, at least one', async () => {
  const lines = Array.from({ length: 10 }, (_, i) => `${i}\n`).join('')
  for (const [size, most] of [
    ['3', 3],
    ['0', 1],
  ] as const) {
    await using source = await setUp(lines, { 'batch.size': size })
    expect((await source.read(most)).map(position)).toEqual([2, 4, 6].slice(0, most))
  }
})

test('a stored position is where reading goes on, also one stored as bigint', async () => {
  for (const stored of [2, 2n]) {
    await using source = await setUp('a\nb\n', {}, stored)
    expect((await source.read(1)).map((record) => [text(record), position(record)])).toEqual([['b', 4]])
  }
})

test('a stored position beyond the end of the file means a new file, read from its beginning with a warning', async () => {
  await using source = await setUp('new\n', {}, 1_000)
  expect((await source.read(1)).map(position)).toEqual([4])
  expect(source.warnings).toEqual([
    `file ${source.file} has 4 bytes, less than the 1000 read before: it was emptied or replaced, and is read from its beginning`,
  ])
})

test('a file that was emptied is read from its beginning', async () => {
  await using source = await setUp('first\nsecond\nunfinished')
  await source.read(2)
  await truncate(source.file)
  await appendFile(source.file, 'new\n')
  expect((await source.read(1)).map((record) => [text(record), position(record)])).toEqual([['new', 4]])
  expect(source.warnings).toHaveLength(1)
})

test('a file that was renamed is read to its end, then the one made in its place', async () => {
  await using source = await setUp('a\n')
  await source.read(1)
  await rename(source.file, `${source.file}.1`)
  await appendFile(`${source.file}.1`, 'b\nlast words')
  expect((await source.read(1)).map(text)).toEqual(['b'])
  await source.readNothing()
  await writeFile(source.file, 'new\n')
  expect((await source.read(2)).map((record) => [text(record), position(record)])).toEqual([
    ['last words', 0],
    ['new', 4],
  ])
})

test('a stored offset that is no position fails the task', async () => {
  await using source = await setUp('a\n', {}, 1.5)
  await expect(source.read(1)).rejects.toMatchObject({ code: 'file.invalid_offset' })
})

test('a folder in the place of the file fails the task', async () => {
  await using source = await setUp(null)
  await mkdir(source.file)
  await expect(source.read(1)).rejects.toMatchObject({ code: 'file.unreadable' })
})

test('a line as long as a record can be is read whole', async () => {
  const long = 'x'.repeat(5_000_000)
  await using source = await setUp(`${long}\nnext\n`)
  const records = await source.read(2)
  expect(records.map(position)).toEqual([5_000_001, 5_000_006])
  expect(text(records[0] as SourceRecord)).toBe(long)
})
