/** Lists the dead letters of a connector, a page at a time. What a page costs is bounded: few matches make short pages. */
import type { ConsumedMessage } from '../../kafka/consumer.ts'
import { contextOf, contextPrefix, type DeadLetterContext, matches } from './dead-letter.ts'
import { deadLetterTopicOf } from './dead-letter-redrive.ts'
import type { InspectedConnector } from './inspected-connector.ts'
import type { DeadLetterFilter, OffsetRange } from './job.ts'
import { type PageOrder, pageToken, type Scanned, takePage } from './page.ts'
import { requireInTime } from './question-time.ts'
import { RangeReader } from './range-reader.ts'
import { wholeTopic } from './ranges.ts'
import type { Shower, ShownMessage } from './shown.ts'

export interface DeadLetterQuery {
  readonly filter: DeadLetterFilter
  readonly limit: number
  readonly order: PageOrder
  /** By partition, where the page before has ended; null for the first page. */
  readonly positions: ReadonlyMap<number, number> | null
}

export interface DeadLetter {
  /** Its place in the dead letter queue. */
  readonly partition: number
  readonly offset: number
  readonly timestamp: number | null
  /** Null for a record without context headers: nobody knows whose it is. */
  readonly context: DeadLetterContext | null
  /** Its headers without those of the context. */
  readonly message: ShownMessage
}

export interface DeadLetterPage {
  readonly topic: string
  readonly letters: readonly DeadLetter[]
  /** For the next page; null when there is none. */
  readonly next: string | null
}

const mostScanned = 20_000
const pollRecords = 500

interface Scan extends Scanned<DeadLetter> {
  candidates: { offset: number; time: number; item: DeadLetter }[]
  from: number
  to: number
}

export async function listDeadLetters(
  inspected: InspectedConnector,
  query: DeadLetterQuery,
  shower: Shower,
  signal: AbortSignal,
): Promise<DeadLetterPage> {
  const topic = deadLetterTopicOf(inspected)
  const whole = await wholeTopic(topic, inspected.admin())
  const scans = whole.map((range) => beginning(range, query))
  const consumer = await inspected.consumer()
  let scanned = 0
  for (let windowSize = Math.max(100, 2 * query.limit); scanned < mostScanned; windowSize *= 4) {
    const perPartition = Math.max(1, Math.min(windowSize, Math.floor((mostScanned - scanned) / whole.length)))
    const windows = whole.flatMap((range, at) => widen(scans[at] as Scan, range, perPartition, query))
    if (windows.length === 0) break
    scanned += windows.reduce((sum, { from, to }) => sum + to - from, 0)
    const found = await scan(new RangeReader(consumer, windows, inspected.clock), inspected, query, shower, signal)
    requireInTime(signal)
    for (const one of scans) extend(one, found.get(one.partition) ?? [], query)
  }
  const { items, next } = takePage(scans, query.limit, query.order)
  const isOver = whole.every(({ partition, from, to }) =>
    query.order === 'newest' ? (next.get(partition) ?? from) <= from : (next.get(partition) ?? to) >= to,
  )
  return { topic, letters: items, next: isOver ? null : pageToken(query.order, next) }
}

function beginning({ partition, from, to }: OffsetRange, { order, positions }: DeadLetterQuery): Scan {
  const at = Math.min(to, Math.max(from, positions?.get(partition) ?? (order === 'newest' ? to : from)))
  return { partition, candidates: [], from: at, to: at }
}

/** The next offsets to look through, if this partition has not given enough yet; the scan covers them from now on. */
function widen(scan: Scan, whole: OffsetRange, size: number, { order, limit }: DeadLetterQuery): OffsetRange[] {
  if (scan.candidates.length >= limit) return []
  const { topic, partition } = whole
  const window =
    order === 'newest'
      ? { topic, partition, from: Math.max(whole.from, scan.from - size), to: scan.from }
      : { topic, partition, from: scan.to, to: Math.min(whole.to, scan.to + size) }
  if (window.from >= window.to) return []
  if (order === 'newest') scan.from = window.from
  else scan.to = window.to
  return [window]
}

/** No more than a page can hold is kept; the rest counts as not looked at. */
function extend(scan: Scan, found: Scan['candidates'], { order, limit }: DeadLetterQuery): void {
  scan.candidates = order === 'newest' ? [...found, ...scan.candidates] : [...scan.candidates, ...found]
  if (scan.candidates.length <= limit) return
  if (order === 'newest') {
    scan.candidates = scan.candidates.slice(-limit)
    scan.from = scan.candidates[0]?.offset ?? scan.from
  } else {
    scan.candidates = scan.candidates.slice(0, limit)
    scan.to = (scan.candidates.at(-1)?.offset ?? scan.to - 1) + 1
  }
}

async function scan(
  reader: RangeReader,
  { name }: InspectedConnector,
  { filter, order, limit }: DeadLetterQuery,
  shower: Shower,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Scan['candidates']>> {
  const found = new Map<number, Scan['candidates']>()
  for (;;) {
    const messages = await reader.read(pollRecords, signal)
    if (messages === null) return found
    for (const message of messages) {
      const item = toLetter(message, name, filter, shower)
      if (item === null) continue
      const list = found.get(message.partition) ?? []
      found.set(message.partition, list)
      // Only as many as a page may need, and one more to know that there are more.
      if (order === 'oldest' && list.length > limit) continue
      list.push({ offset: message.offset, time: message.timestamp ?? 0, item })
      if (order === 'newest' && list.length > limit + 1) list.shift()
    }
  }
}

function toLetter(
  message: ConsumedMessage,
  connector: string,
  filter: DeadLetterFilter,
  shower: Shower,
): DeadLetter | null {
  const context = contextOf(message)
  const unfiltered = filter.reason === null && filter.topic === null
  if (context === null ? !unfiltered : !matches(context, connector, filter)) return null
  const { partition, offset, timestamp = -1 } = message
  return {
    ...{ partition, offset, timestamp: timestamp < 0 ? null : timestamp },
    context: context === null ? null : masked(context, shower),
    message: shower.message(message, (header) => !header.startsWith(contextPrefix)),
  }
}

function masked(context: DeadLetterContext, shower: Shower): DeadLetterContext {
  const text = (value: string | null): string | null => (value === null ? null : shower.text(value).text)
  return { ...context, exceptionMessage: text(context.exceptionMessage) }
}
