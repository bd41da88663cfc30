/** The position of a file source, in the shape that Kafka Connect stores it. @module */
import { ConnectError, type RawConfig, type SourceOffset, type SourcePartition } from '@penstock/core'

/** `file` null: the standard input. */
export function partitionOf(file: string | null): SourcePartition {
  return { filename: file }
}

/** Bytes up to the end of a line; null for the standard input. */
export function offsetAt(position: number | null): SourceOffset {
  return { position }
}

/** The stored position, 0 when none is. Throws for one that can't be a position. */
export function positionOf(offset: SourceOffset | null): number {
  const position = offset?.position ?? null
  if (position === null) return 0
  const bytes = integer(position)
  if (bytes === null || bytes < 0) {
    throw new ConnectError(
      'file.invalid_offset',
      `Offset position is the incorrect type: ${JSON.stringify(String(position))} is no count of bytes. Alter or reset the offsets of the connector.`,
    )
  }
  return bytes
}

/**
 * Refuses offsets that make no sense for a file source. Null ones pass with any partition, so that whatever is stored can
 * be cleaned up; so do other files than the present one, which may be those of earlier configurations.
 */
export function checkOffsets(
  raw: RawConfig,
  offsets: readonly { readonly partition: SourcePartition; readonly offset: SourceOffset | null }[],
): void {
  if (!raw.file) {
    throw refusal(
      "Offsets cannot be modified if the 'file' configuration is unspecified. This is because stdin is used for input and offsets are not tracked.",
    )
  }
  for (const { partition, offset } of offsets) {
    if (offset === null) continue
    if (!Object.hasOwn(offset, 'position')) {
      throw refusal("Offset objects should either be null or contain the key 'position'")
    }
    const position = integer(offset.position)
    if (position === null) {
      throw refusal("The value for the 'position' key in the offset is expected to be a Long value")
    }
    if (position < 0) {
      throw refusal("The value for the 'position' key in the offset should be a non-negative value")
    }
    // From JSON, whatever the types say.
    if ((partition as SourcePartition | null) === null) throw refusal('Partition objects cannot be null')
    if (!Object.hasOwn(partition, 'filename')) {
      throw refusal("Partition objects should contain the key 'filename'")
    }
  }
}

/** Null for what is no integer. */
function integer(value: unknown): number | null {
  if (typeof value === 'bigint') return Number(value)
  return Number.isInteger(value) ? (value as number) : null
}

function refusal(message: string): ConnectError {
  return new ConnectError('file.invalid_offset', message)
}
