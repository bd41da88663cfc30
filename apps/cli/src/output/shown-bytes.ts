import type { ShownBytes } from '@penstock/client'

/** A key or value as it is in Kafka, in one text; that it was cut is told. May hold control characters. */
export function bytesText(bytes: ShownBytes | null): string {
  if (bytes === null) return 'null'
  return `${bytes.text ?? `base64 ${bytes.base64 ?? ''}`}${bytes.truncated ? ` … (${bytes.bytes} bytes)` : ''}`
}
