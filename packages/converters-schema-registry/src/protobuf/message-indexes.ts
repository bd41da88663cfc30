/** Which message of a file the bytes are of: its place among those at the top, then among those inside it, and so on. */
import type { ProtoFile, ProtoMessage } from './proto-model.ts'
import { malformed, type ProtoReader } from './proto-reader.ts'
import { ProtoWriter } from './proto-writer.ts'

const maxDepth = 100

export function readIndexes(reader: ProtoReader): readonly number[] {
  const count = zigzag(reader.varint())
  // The first message is so usual that its one index is left out.
  if (count === 0) return [0]
  if (count < 0 || count > maxDepth) throw malformed(`a message is named by ${count} indexes`)
  return Array.from({ length: count }, () => zigzag(reader.varint()))
}

export function indexesToBytes(indexes: readonly number[]): Buffer {
  const writer = new ProtoWriter()
  if (indexes.length === 1 && indexes[0] === 0) writer.varint(0n)
  else for (const number of [indexes.length, ...indexes]) writer.varint(BigInt(number * 2))
  return writer.finish()
}

export function messageAt(file: ProtoFile, indexes: readonly number[]): ProtoMessage {
  let inside: readonly ProtoMessage[] = file.messages
  let found: ProtoMessage | undefined
  for (const index of indexes) {
    found = inside[index]
    inside = found?.nested ?? []
  }
  if (found === undefined) throw malformed(`the schema has no message number ${indexes.join('.')}`)
  return found
}

/** The indexes of a message by its full name; null where the file has none of the name. */
export function indexesOf(messages: readonly ProtoMessage[], name: string): readonly number[] | null {
  for (const [index, message] of messages.entries()) {
    if (message.name === name) return [index]
    const inner = indexesOf(message.nested, name)
    if (inner !== null) return [index, ...inner]
  }
  return null
}

function zigzag(raw: bigint): number {
  return Number((raw >> 1n) ^ -(raw & 1n))
}
