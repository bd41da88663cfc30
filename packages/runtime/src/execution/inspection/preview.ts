/**
 * Shows what would become of the last records of a topic: as they are in Kafka, converted, after each transformation, and
 * what the sink would send. Nothing is written and no position moves.
 */
import { ConfigError, isRetriable, messageOf, type SinkInspector, type SinkRecord, type Stage } from '@penstock/core'
import type { ConsumedMessage } from '../../kafka/consumer.ts'
import { pause } from '../../time/pause.ts'
import { type Failure, failureOf } from '../error-policy.ts'
import { prepareToDecode, toSinkRecord } from '../record-decoder.ts'
import type { InspectedConnector } from './inspected-connector.ts'
import { lastRecords } from './last-records.ts'
import { topicsOf, wholeTopic } from './ranges.ts'
import type { Shower, ShownMessage, ShownRecord } from './shown.ts'

export interface PreviewRequest {
  /** Null: the connector's only topic, or its first one. */
  readonly topic: string | null
  readonly partitions: readonly number[] | null
  readonly records: number
}

/** Why a record went no further. */
export interface PreviewError {
  readonly stage: Stage
  readonly executingClass: string
  readonly exceptionClass: string
  readonly message: string
}

export interface PreviewStep {
  readonly alias: string
  readonly className: string
  /** What came out of this transformation; none where it has dropped all. */
  readonly records: readonly ShownRecord[]
}

export type PreviewWrite =
  | {
      readonly kind: 'write'
      readonly action: string
      readonly target: string
      readonly id: string | null
      readonly text: string
      readonly truncated: boolean
    }
  /** The sink makes nothing of the record. */
  | { readonly kind: 'skipped' }
  | ({ readonly kind: 'refused' } & PreviewError)

export interface PreviewedRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number | null
  readonly raw: ShownMessage
  /** Null when it could not be converted. */
  readonly converted: ShownRecord | null
  readonly transformations: readonly PreviewStep[]
  /** Alias of the transformation after which nothing was left. */
  readonly droppedBy: string | null
  readonly error: PreviewError | null
  /** One of each record that came out of the last transformation; none where the sink can't tell. */
  readonly writes: readonly PreviewWrite[]
}

export interface Preview {
  readonly topic: string
  /** Oldest first. */
  readonly records: readonly PreviewedRecord[]
  /** Whether the sink says what it would send. */
  readonly showsWrites: boolean
}

const mostTries = 3
const retryMs = 300

export async function preview(
  inspected: InspectedConnector,
  request: PreviewRequest,
  shower: Shower,
  signal: AbortSignal,
): Promise<Preview> {
  const admin = inspected.admin()
  const [topic] = await topicsOf(inspected.config, request.topic, admin)
  if (topic === undefined) {
    const message = 'no topic matches topics.regex yet; name one that exists'
    throw new ConfigError([{ key: 'topics.regex', message }])
  }
  const whole = await wholeTopic(topic, admin)
  const ranges = whole.filter(({ partition }) => request.partitions?.includes(partition) ?? true)
  const messages = await lastRecords(inspected, ranges, request.records, signal)
  const inspector = inspected.inspector(signal)
  try {
    const records: PreviewedRecord[] = []
    for (const message of messages) records.push(await previewRecord(message, inspected, inspector, shower, signal))
    return { topic, records, showsWrites: inspector !== null }
  } finally {
    await inspector?.close?.()
  }
}

/** One record on its way; `inspector` is null for sinks that can't tell what they would send. */
export async function previewRecord(
  message: ConsumedMessage,
  { converters, chain }: Pick<InspectedConnector, 'converters' | 'chain'>,
  inspector: SinkInspector | null,
  shower: Shower,
  signal: AbortSignal,
): Promise<PreviewedRecord> {
  const transformations: PreviewStep[] = []
  let converted: ShownRecord | null = null
  let droppedBy: string | null = null
  let writes: readonly PreviewWrite[] = []
  const tell = (error: PreviewError | null): PreviewedRecord => {
    const { topic, partition, offset, timestamp = -1 } = message
    const place = { topic, partition, offset, timestamp: timestamp < 0 ? null : timestamp }
    return { ...place, raw: shower.message(message), converted, transformations, droppedBy, error, writes }
  }
  try {
    const first = await tried(async () => {
      await prepareToDecode(message, converters)
      return toSinkRecord(message, converters)
    }, signal)
    converted = shower.record(first)
    let records: readonly SinkRecord[] = [first]
    for (const [index, { alias, className }] of chain.links.entries()) {
      if (records.length === 0) break
      const next: SinkRecord[] = []
      for (const record of records) {
        const made = await tried(() => chain.step(index, record), signal)
        if (made === null) continue
        if (Array.isArray(made)) next.push(...made.map((part: SinkRecord, at) => part.asPart(at)))
        else next.push(made as SinkRecord)
      }
      records = next
      transformations.push({ alias, className, records: records.map((record) => shower.record(record)) })
      if (records.length === 0) droppedBy = alias
    }
    if (inspector !== null) writes = records.map((record) => previewWrite(record, inspector, shower))
    return tell(null)
  } catch (error) {
    return tell(toError(failureOf(error), shower))
  }
}

function previewWrite(record: SinkRecord, inspector: SinkInspector, shower: Shower): PreviewWrite {
  try {
    const write = inspector.preview(record)
    if (write === null) return { kind: 'skipped' }
    const { action, target, id, text } = write
    const shown = (part: string): string => shower.text(part).text
    const names = { action, target: shown(target), id: id === null ? null : shown(id) }
    return { kind: 'write', ...names, ...shower.text(text) }
  } catch (error) {
    return { kind: 'refused', ...toError(failureOf(error), shower) }
  }
}

/** Passing failures (of a registry, say) are tried again a few times: somebody waits. */
async function tried<T>(attempt: () => T | Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      const { cause } = error as { cause?: unknown }
      if (tries === mostTries || signal.aborted || !(isRetriable(error) || isRetriable(cause))) throw error
      await pause(retryMs, signal)
    }
  }
}

function toError({ stage, executingClass, error }: Failure, shower: Shower): PreviewError {
  const exceptionClass = error instanceof Error ? error.name : 'Error'
  return { stage, executingClass, exceptionClass, message: shower.text(messageOf(error)).text }
}
