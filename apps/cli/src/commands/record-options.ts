import { usageError } from '../failure.ts'

/** `0,1,2` */
export function parsePartitions(text: string | undefined): { partitions?: number[] } {
  if (text === undefined) return {}
  const partitions = text.split(',').map((part) => part.trim())
  if (!partitions.every((part) => /^\d{1,9}$/.test(part)))
    throw usageError(`"${text}" is no list of partitions; expected 0,1,2`)
  return { partitions: partitions.map(Number) }
}

/** A time, or offsets by partition: `2026-01-31T00:00:00Z`, `0=120,1=80`. */
export function parseBound(text: string): string | Record<string, number> {
  const parts = text.split(',').map((part) => /^\s*(\d{1,9})=(\d{1,15})\s*$/.exec(part))
  if (parts.every((part) => part !== null)) {
    return Object.fromEntries(parts.map(([, partition, offset]) => [partition, Number(offset)]))
  }
  if (!Number.isNaN(Date.parse(text))) return text
  throw usageError(`"${text}" is neither a time (2026-01-31T00:00:00Z) nor offsets by partition (0=120,1=80)`)
}
