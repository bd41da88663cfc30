/** The rules by which a topic becomes the name of an index. */
import { DataError } from '@penstock/core'

const maxBytes = 255

/**
 * The index of a topic: lower case, no leading `-`, `_` or `+`, `:` becomes `_`, at most 255 bytes of UTF-8.
 * Two topics that differ only in these share an index.
 */
export function indexOfTopic(topic: string): string {
  const name = cleanIndexName(topic)
  if (name === '') {
    throw new DataError(
      'elasticsearch.no_index_name',
      `no index name can be made of the topic name "${topic}"; rename it with a transformation`,
    )
  }
  return name
}

/** The rules of {@link indexOfTopic} for any text; empty when nothing is left. */
export function cleanIndexName(text: string): string {
  const name = cutBytes(
    text
      .toLowerCase()
      .replaceAll(':', '_')
      .replace(/^[-_+]+/, ''),
  )
  if (name === '.') return 'dot'
  return name === '..' ? 'dotdot' : name
}

/** Reads a list of pairs, `topic:index`. */
export function pairsOf(pairs: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    pairs.map((pair) => {
      const [topic = '', index = ''] = pair.split(':')
      return [topic.trim(), index.trim()]
    }),
  )
}

function cutBytes(name: string): string {
  if (Buffer.byteLength(name) <= maxBytes) return name
  const bytes = Buffer.from(name)
  let end = maxBytes
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}
