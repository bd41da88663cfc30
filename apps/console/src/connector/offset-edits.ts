/** Positions of a connector as texts that people change. */
import type { ConnectorOffset, ConnectorType } from '@penstock/client'

export interface OffsetRow {
  /** Tells rows apart. */
  readonly key: string
  readonly partition: Record<string, unknown>
  readonly label: string
  /** As it is: a sink's number, or a source's position as JSON. */
  readonly text: string
}

export type OffsetEdits =
  | { readonly ok: true; readonly offsets: ConnectorOffset[] }
  | { readonly ok: false; readonly key: string; readonly problem: string }

export function offsetRows(type: ConnectorType, offsets: readonly ConnectorOffset[]): readonly OffsetRow[] {
  const rows = offsets.map(({ partition, offset }) => ({
    key: JSON.stringify(partition),
    partition,
    label: partitionLabel(type, partition),
    text: type === 'sink' ? String(offset?.kafka_offset ?? '') : offset === null ? '' : JSON.stringify(offset),
  }))
  return rows.sort((a, b) => inOrder.compare(a.label, b.label))
}

/** Only what differs; an empty text resets its partition. */
export function offsetEdits(
  type: ConnectorType,
  rows: readonly OffsetRow[],
  edited: Readonly<Record<string, string>>,
): OffsetEdits {
  const offsets: ConnectorOffset[] = []
  for (const { key, partition, text } of rows) {
    const typed = edited[key]?.trim()
    if (typed === undefined || typed === text) continue
    if (typed === '') {
      offsets.push({ partition, offset: null })
      continue
    }
    const offset = type === 'sink' ? sinkOffset(typed) : sourceOffset(typed)
    if (typeof offset === 'string') return { ok: false, key, problem: offset }
    offsets.push({ partition, offset })
  }
  return { ok: true, offsets }
}

const inOrder = new Intl.Collator(undefined, { numeric: true })

function partitionLabel(type: ConnectorType, partition: Record<string, unknown>): string {
  return type === 'sink' ? `${partition.kafka_topic}-${partition.kafka_partition}` : JSON.stringify(partition)
}

/** As a text, which keeps every digit. */
function sinkOffset(typed: string): Record<string, unknown> | string {
  return /^\d{1,19}$/.test(typed) ? { kafka_offset: typed } : 'An offset is a whole number from 0 on.'
}

function sourceOffset(typed: string): Record<string, unknown> | string {
  try {
    const parsed: unknown = JSON.parse(typed)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>
  } catch {
    // told below
  }
  return 'A position is a JSON object such as {"position": 10}.'
}
