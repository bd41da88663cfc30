import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { SinkPlugin } from '@penstock/core'
import { fakeSinkTaskContext, type SinkFixture, sinkRecord, sinkSuite } from '@penstock/core/testing'
import { jsonLinesSink } from './json-lines-sink.ts'

const plugin = jsonLinesSink as SinkPlugin

async function setUp(): Promise<SinkFixture & { readonly file: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'json-lines-'))
  const file = join(folder, 'out.jsonl')
  return {
    file,
    raw: { file },
    records: Array.from({ length: 10 }, (_, i) => sinkRecord({ partition: i % 2, offset: BigInt(i), value: { n: i } })),
    holds: async ({ offset }) => (await readFile(file, 'utf8')).split('\n').includes(`{"n":${offset}}`),
    close: () => rm(folder, { recursive: true }),
  }
}

// What every sink must do: writing before committing, taking records again, leaving them unchanged.
for (const { name, check } of sinkSuite(plugin, setUp)) test(name, () => check())

test('a value of bytes is reported, the others are written', async () => {
  const { file, raw, close } = await setUp()
  const context = fakeSinkTaskContext()
  context.tolerance = 'all'
  const task = plugin.createTask(plugin.config.parse(raw), context)
  await task.start?.()
  await task.put([sinkRecord({ value: Buffer.of(1) }), sinkRecord({ value: 'text' })])
  await task.stop?.()
  assert.equal(context.reported.length, 1)
  assert.equal(await readFile(file, 'utf8'), '"text"\n')
  await close?.()
})
