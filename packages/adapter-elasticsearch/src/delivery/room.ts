/** Memory that grows as it is filled: by doubling, so that filling it costs no more than copying it once. */

/** These numbers with a place for an item: the same array where it has one, else a larger copy. */
export function withPlaceFor<N extends Float64Array | Uint32Array>(numbers: N, item: number, expectedItems = 0): N {
  if (item < numbers.length) return numbers
  const larger = new (numbers.constructor as new (length: number) => N)(Math.max(item + 1, item * 2, expectedItems))
  larger.set(numbers)
  return larger
}

/** This buffer, of which so much is used, with room for more bytes: the same one where they fit, else a larger copy. */
export function withRoomFor(buffer: Buffer, used: number, bytes: number): Buffer {
  const needed = used + bytes
  if (needed <= buffer.length) return buffer
  const larger = Buffer.allocUnsafeSlow(Math.max(needed, buffer.length * 2))
  buffer.copy(larger, 0, 0, used)
  return larger
}

/** Several times a record: copy is a quarter faster than set. */
export function copyInto(buffer: Buffer, at: number, bytes: Uint8Array): void {
  if (bytes instanceof Buffer) bytes.copy(buffer, at)
  else buffer.set(bytes, at)
}
