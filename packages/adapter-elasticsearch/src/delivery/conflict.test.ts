import { sinkRecord } from '@penstock/core/testing'
import { expect, test } from 'vitest'
import { config } from '../config/config.ts'
import { Batch } from './batch.ts'
import { BufferPool } from './bulk-body.ts'
import { loseConflict } from './conflict.ts'

const newer = '[a]: version conflict, current version [42] is higher or equal to the one provided [41]'
const repeat = '[a]: version conflict, current version [41] is higher or equal to the one provided [41]'
const there = '[a]: version conflict, document already exists (current version [1])'

async function lose(behavior: string, reason: string, id = 'a'): Promise<string[]> {
  const batch = new Batch('orders', new BufferPool(0), 1)
  batch.body.add(`{"index":{"_id":"${id}"}}`, '{}')
  batch.body.seal()
  batch.records.pushMade(sinkRecord({ topic: 'orders', offset: 41n }))
  const said: string[] = []
  const parsed = config.parse({ 'connection.url': 'http://es', 'behavior.on.version.conflict': behavior })
  const logger = { warn: () => void said.push('warned') }
  const reporter = {
    report: async (_: unknown, error: unknown) => void said.push(`reported ${(error as Error).message}`),
  }
  const context = { logger, reporter } as unknown as Parameters<typeof loseConflict>[4]
  await loseConflict(batch, 0, { reason }, parsed, context).catch((error: Error) =>
    said.push(`failed ${error.message}`),
  )
  return said
}

test.each([
  ['ignore', newer, []],
  ['warn', newer, ['warned']],
  [
    'report',
    newer,
    ['warned', expect.stringContaining('reported record orders-0@41 was not written, document a of index orders')],
  ],
  [
    'fail',
    newer,
    [expect.stringContaining('reported'), expect.stringContaining('failed record orders-0@41 was not written')],
  ],
  ['fail', there, [expect.stringContaining('reported'), expect.stringContaining('document already exists')]],
  ['fail', repeat, []],
  ['report', repeat, []],
])('%s, on "%s"', async (behavior, reason, expected) => {
  expect(await lose(behavior, reason)).toEqual(expected)
})

test.each([
  ['orders+0+41', []],
  ['orders+0+41+2', []],
  ['orders+0+410', [expect.stringContaining('reported'), expect.stringContaining('failed')]],
])('a document called %s is that of the record, or of another', async (id, expected) => {
  expect(await lose('fail', there, id)).toEqual(expected)
})
