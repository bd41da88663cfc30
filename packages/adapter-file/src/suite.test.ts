import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SinkPlugin, SourcePlugin } from '@penstock/core'
import { type SinkFixture, type SourceFixture, sinkRecord, sinkSuite, sourceSuite } from '@penstock/core/testing'
import { describe, test } from 'vitest'
import { fileStreamSink, fileStreamSource } from './index.ts'

async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'adapter-file-'))
  return { path, remove: () => rm(path, { recursive: true }) }
}

describe('FileStreamSource', () => {
  const setUp = async (): Promise<SourceFixture> => {
    const folder = await temporaryFolder()
    const file = join(folder.path, 'in.txt')
    await writeFile(file, 'één\n')
    await appendFile(file, 'two\r\nthree\r\r\n\nsix\nunfinished')
    return { raw: { file, topic: 'lines', 'batch.size': '2' }, records: 6, close: folder.remove }
  }
  for (const { name, check } of sourceSuite(fileStreamSource as SourcePlugin, setUp)) test(name, check)
})

describe('FileStreamSink', () => {
  const setUp = async (): Promise<SinkFixture> => {
    const folder = await temporaryFolder()
    const file = join(folder.path, 'out.txt')
    return {
      raw: { file },
      records: Array.from({ length: 10 }, (_, i) =>
        sinkRecord({ partition: i % 2, offset: BigInt(i), value: `line ${i}` }),
      ),
      holds: async ({ value }) => (await readFile(file, 'utf8')).split('\n').includes(String(value.value)),
      close: folder.remove,
    }
  }
  for (const { name, check } of sinkSuite(fileStreamSink as SinkPlugin, setUp)) test(name, check)
})
