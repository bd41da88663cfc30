/** The frame around each message: a zero byte, the id of its schema in four bytes, the bytes themselves. */
import { DataError } from '@penstock/core'

const magic = 0
const headerLength = 5

/** The id of the schema that a message was written with. Throws DataError for bytes in another format. */
export function schemaIdOf(bytes: Uint8Array): number {
  if (bytes.length < headerLength || bytes[0] !== magic) {
    const found = bytes.length === 0 ? 'there are none' : `they begin with 0x${(bytes[0] ?? 0).toString(16)}`
    throw new DataError(
      'schema_registry.no_schema_id',
      `Unknown magic byte! The bytes should begin with a zero and the four bytes of a schema id, but ${found} (${bytes.length} bytes); choose the converter that fits what the producer writes`,
    )
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return view.getInt32(1)
}

export function isFramed(bytes: Uint8Array): boolean {
  return bytes.length >= headerLength && bytes[0] === magic
}

/** What follows the id, without a copy. */
export function payloadOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset + headerLength, bytes.length - headerLength)
}

export function framed(id: number, payload: Buffer): Buffer {
  const message = Buffer.allocUnsafe(headerLength + payload.length)
  message[0] = magic
  message.writeInt32BE(id, 1)
  payload.copy(message, headerLength)
  return message
}
