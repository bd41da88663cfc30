import { type PartitionOffset, RetriableError, type SinkRecord } from '@penstock/core'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { MemoryConsumer } from './fixtures/memory-consumer.ts'
import { runSink } from './fixtures/sink-run.ts'
import type { SinkContext } from './sink-context.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A task that buffers records, stores them when it is told to, and names the first that is not stored. */
class BufferingTask {
  readonly stored = new Set<string>()
  isBusy = false
  #buffer: SinkRecord[] = []

  put(records: readonly SinkRecord[]): void {
    if (this.isBusy && records.length > 0) throw new RetriableError('sink.busy', 'try later')
    this.#buffer.push(...records)
  }

  store(): void {
    for (const record of this.#buffer.splice(0)) this.stored.add(String(record))
  }

  async preCommit(
    consumed: readonly PartitionOffset[],
    { closing }: { closing: boolean },
  ): Promise<readonly PartitionOffset[]> {
    if (closing) this.store()
    return consumed.map(({ topic, partition, offset }) => {
      const waiting = this.#buffer.filter((record) => record.partition === partition).map((record) => record.offset)
      const [first = offset] = [offset, ...waiting].sort((one, other) => Number(one - other))
      return { topic, partition, offset: first }
    })
  }

  close(partitions: readonly { partition: number }[]): void {
    this.#buffer = this.#buffer.filter((record) => !partitions.some(({ partition }) => partition === record.partition))
  }
}

const events = [
  'write',
  'write',
  'store',
  'busy',
  'free',
  'give',
  'revoke',
  'lose',
  'pause',
  'resume',
  'rewind',
  'commit',
  'wait',
] as const
const event = fc.record({
  kind: fc.constantFrom(...events),
  partition: fc.nat({ max: 2 }),
  pick: fc.nat({ max: 9 }),
})
const history = fc.array(event, { minLength: 10, maxLength: 40, size: 'max' })

test('whatever happens, no offset is committed above a record that is not stored, and in the end all are', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (happens) => {
      const task = new BufferingTask()
      const run = runSink(() => ({
        put: (records) => task.put(records),
        preCommit: (consumed, options) => task.preCommit(consumed, options),
        close: (partitions) => task.close(partitions),
      }))
      const ends = [0, 0, 0]
      const here = new Set<number>()
      const settle = async (ms: number) => {
        await vi.advanceTimersByTimeAsync(ms)
        for (const note of run.notes.splice(0)) checkCommit(note, task.stored)
      }
      const rebalance = async (change: Promise<void>) => {
        await settle(600)
        await change
      }
      for (const partition of [0, 1]) await rebalance(given(run.consumer, here, partition))
      for (const { kind, partition, pick } of happens) {
        if (kind === 'write') run.consumer.write(partition, ...offsetsFrom(ends, partition, pick))
        else if (kind === 'store') task.store()
        else if (kind === 'busy' || kind === 'free') task.isBusy = kind === 'busy'
        else if (kind === 'pause') run.context.pause([{ topic: 't', partition }])
        else if (kind === 'resume') run.context.resume([{ topic: 't', partition }])
        else if (kind === 'rewind') rewind(run.context, task.stored, partition, pick)
        else if (kind === 'commit') run.context.requestCommit()
        else if (kind === 'give' && !here.has(partition)) await rebalance(given(run.consumer, here, partition))
        else if ((kind === 'revoke' || kind === 'lose') && here.delete(partition))
          await rebalance(run.consumer[kind](partition))
        await settle(pick * 100)
      }
      task.isBusy = false
      run.context.resume([0, 1, 2].map((partition) => ({ topic: 't', partition })))
      await settle(5_000)
      const stopped = run.stop()
      await settle(5_000)
      await stopped
      for (const partition of here) checkCommit(`commit ${partition}@${ends[partition]}`, task.stored)
    }),
    { numRuns: 200 },
  )
}, 60_000)

function checkCommit(note: string, stored: ReadonlySet<string>): void {
  if (!note.startsWith('commit ')) return
  for (const place of note.slice('commit '.length).split(' ')) {
    const [partition, end] = place.split('@').map(Number)
    const missing = Array.from({ length: end ?? 0 }, (_, offset) => `t-${partition}@${offset}`).filter(
      (id) => !stored.has(id),
    )
    expect({ note, missing }).toEqual({ note, missing: [] })
  }
}

/** Back, never beyond a record that is not stored: skipping records would be the task's own wish. */
function rewind(context: SinkContext, stored: ReadonlySet<string>, partition: number, wanted: number): void {
  let offset = 0
  while (offset < wanted && stored.has(`t-${partition}@${offset}`)) offset++
  context.seek([{ topic: 't', partition, offset: BigInt(offset) }])
}

function offsetsFrom(ends: number[], partition: number, count: number): number[] {
  const start = ends[partition] ?? 0
  ends[partition] = start + count
  return Array.from({ length: count }, (_, offset) => start + offset)
}

async function given(consumer: MemoryConsumer, here: Set<number>, partition: number): Promise<void> {
  await consumer.give(partition)
  here.add(partition)
}
