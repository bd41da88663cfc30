import type { ConsumedMessage } from '../../kafka/consumer.ts'
import type { InspectedConnector } from './inspected-connector.ts'
import type { OffsetRange } from './job.ts'
import { requireInTime } from './question-time.ts'
import { RangeReader } from './range-reader.ts'

/** Looks back further and further, but not through offsets without records for ever. */
const mostRounds = 4
const furtherEachRound = 20
const pollRecords = 500

/** The last records of some partitions together, oldest first. */
export async function lastRecords(
  inspected: Pick<InspectedConnector, 'consumer' | 'clock'>,
  partitions: readonly OffsetRange[],
  count: number,
  signal: AbortSignal,
): Promise<readonly ConsumedMessage[]> {
  const consumer = await inspected.consumer()
  let found: ConsumedMessage[] = []
  let span = count
  for (let round = 0; round < mostRounds; round++) {
    const ranges = partitions.map((range) => ({ ...range, from: Math.max(range.from, range.to - span) }))
    const reader = new RangeReader(consumer, ranges, inspected.clock)
    found = []
    for (;;) {
      const messages = await reader.read(pollRecords, signal)
      if (messages === null) break
      found = newest([...found, ...messages], count)
    }
    requireInTime(signal)
    const all = ranges.every(({ from }, at) => from === partitions[at]?.from)
    if (found.length >= count || all) break
    span *= furtherEachRound
  }
  return found
}

/** By time; within a partition the order of offsets counts, whatever the clocks of producers said. */
export function newest(messages: readonly ConsumedMessage[], count: number): ConsumedMessage[] {
  const latest = new Map<number, number>()
  return [...messages]
    .sort((a, b) => a.partition - b.partition || a.offset - b.offset)
    .map((message) => {
      const time = Math.max(message.timestamp ?? 0, latest.get(message.partition) ?? 0)
      latest.set(message.partition, time)
      return { message, time }
    })
    .sort((a, b) => a.time - b.time) // stable: what is of one time keeps its order
    .slice(-count)
    .map(({ message }) => message)
}
