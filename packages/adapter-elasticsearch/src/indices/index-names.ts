/** The rules by which a topic becomes the name of an index. */
import { DataError } from '@penstock/core'

const maxBytes = 255
/** No name holds these. Kafka's topics don't either, but what a transformation makes of a record's topic may. */
const forbidden = /[\\/*?"<>| ,#\p{Cc}]/u

/**
 * The index of a topic: lower case, no leading `-`, `_` or `+`, `:` becomes `_`, at most 255 bytes of UTF-8.
 * Two topics that differ only in these share an index.
 */
export function indexOfTopic(topic: string): string {
  return possibleName(cleanIndexName(topic), topic)
}

/**
 * The name again. Throws DataError where Elasticsearch would refuse it, or take it for a pattern: such a record must not
 * stop the others.
 */
export function possibleName(name: string, topic: string): string {
  if (name !== '' && !forbidden.test(name)) return name
  throw new DataError(
    'elasticsearch.no_index_name',
    `no index name can be made of the topic name ${JSON.stringify(topic)}: nothing would be left of it, or it holds one of \\ / * ? " < > | , # and white space; rename it with a transformation`,
  )
}

/** The rules of {@link indexOfTopic} for any text; empty when nothing is left. */
export function cleanIndexName(text: string): string {
  const name = cutBytes(
    text
      // Half a character has no bytes in UTF-8.
      .toWellFormed()
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
