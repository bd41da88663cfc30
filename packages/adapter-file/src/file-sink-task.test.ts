import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Struct, schema } from '@penstock/core'
import { fakeSinkTaskContext, sinkRecord } from '@penstock/core/testing'
import { expect, test } from 'vitest'
import { sinkConfig } from './config.ts'
import { FileSinkTask } from './file-sink-task.ts'

async function inFolder(check: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'adapter-file-'))
  try {
    await check(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const taskFor = (file: string, context = fakeSinkTaskContext()) => new FileSinkTask(sinkConfig.parse({ file }), context)

test('values are appended as Java prints them, before put returns', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'out.txt')
    await writeFile(file, 'there before\n')
    const task = taskFor(file)
    await task.start()
    const of = schema.struct([
      ['id', schema.int64()],
      ['share', schema.float64()],
    ])
    await task.put([
      sinkRecord({ value: 'text' }),
      sinkRecord({ value: { a: 1, b: [true] } }),
      sinkRecord({ value: new Struct(of, { id: 5n, share: 1e10 }), valueSchema: of }),
      sinkRecord({ value: null }),
    ])
    const expected = 'there before\ntext\n{a=1, b=[true]}\nStruct{id=5,share=1.0E10}\nnull\n'
    expect(await readFile(file, 'utf8')).toBe(expected)
    await task.stop()
  }))

test('a file in a folder that is not there fails the task when it starts', async () => {
  await expect(taskFor('/nowhere/at/all/out.txt').start()).rejects.toMatchObject({
    code: 'file.unwritable',
    message: expect.stringContaining("Couldn't find or create file '/nowhere/at/all/out.txt' for FileStreamSinkTask"),
  })
})

test('a value nested too deeply to be written is reported, the others are written', () =>
  inFolder(async (folder) => {
    let deep: unknown = 1
    for (let i = 0; i < 100_000; i++) deep = [deep]
    const context = fakeSinkTaskContext()
    context.tolerance = 'all'
    const file = join(folder, 'out.txt')
    const task = taskFor(file, context)
    await task.start()
    await task.put([sinkRecord({ value: deep }), sinkRecord({ value: 'fine' })])
    await task.stop()
    expect(await readFile(file, 'utf8')).toBe('fine\n')
    expect(context.reported.map(({ error }) => (error as { code: string }).code)).toEqual(['file.too_deep'])
  }))
