/**
 * The text of a standalone worker's offset file: JSON, one position a line, so that it can be read and mended by hand.
 *
 *     {
 *       "format": "penstock-source-offsets",
 *       "version": 1,
 *       "offsets": [
 *         {"connector":"lines","partition":{"filename":"/var/log/app.log"},"offset":{"position":4711}}
 *       ]
 *     }
 */
import { ConnectError, JsonNumber, type JsonValue, messageOf, parseJson, stringifyJson } from '@penstock/core'
import { OffsetTable } from './offset-table.ts'

const format = 'penstock-source-offsets'
const version = 1
/** What Java's ObjectOutputStream begins with. */
const javaMagic = Buffer.from([0xac, 0xed, 0x00, 0x05])

/** Reads the bytes of the file at `file`, which is named in error texts. An empty file holds no positions. */
export function parseOffsetFile(bytes: Buffer, file: string): OffsetTable {
  if (bytes.length === 0) return new OffsetTable()
  if (bytes.subarray(0, javaMagic.length).equals(javaMagic)) {
    throw new ConnectError(
      'offsets.java_file',
      `offset.storage.file.filename: ${file} was written by Kafka Connect on the JVM, in Java's serialization, which can't be read here. Name another file; positions move over with GET /connectors/<name>/offsets there, and PATCH /connectors/<name>/offsets here while the connector is stopped`,
    )
  }
  try {
    return tableOf(parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch (error) {
    throw new ConnectError(
      'offsets.damaged_file',
      `offset.storage.file.filename: ${file} is damaged, or no offset file of Penstock: ${messageOf(error)}. Bring back a copy of it, or move it away to have every source read from its beginning`,
      { cause: error },
    )
  }
}

export function formatOffsetFile(table: OffsetTable): string {
  const lines: string[] = []
  for (const { connector, partition, offset } of table.texts()) {
    lines.push(`    {"connector":${stringifyJson(connector)},"partition":${partition},"offset":${offset}}`)
  }
  const offsets = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`
  return `{\n  "format": "${format}",\n  "version": ${version},\n  "offsets": ${offsets}\n}\n`
}

function tableOf(content: JsonValue): OffsetTable {
  const fields = asObject(content, 'it')
  if (fields.format !== format) throw new Error(`"format" is not "${format}"`)
  if (fields.version !== version) {
    throw new Error(`"version" is ${stringifyJson(fields.version ?? null)}, known is ${version}`)
  }
  if (!Array.isArray(fields.offsets)) throw new Error('"offsets" is no array')
  const table = new OffsetTable()
  for (const [index, entry] of fields.offsets.entries()) {
    const { connector, partition, offset } = asObject(entry, `element ${index} of "offsets"`)
    if (typeof connector !== 'string') throw new Error(`"connector" of element ${index} is no string`)
    table.set(
      connector,
      stringifyJson(flat(partition, `"partition" of element ${index}`)),
      stringifyJson(flat(offset, `"offset" of element ${index}`)),
    )
  }
  return table
}

/** Partitions and offsets are flat; a fraction written by hand may lose digits that a double has no room for. */
function flat(value: JsonValue | undefined, what: string): Record<string, JsonValue> {
  return Object.fromEntries(
    Object.entries(asObject(value, what)).map(([name, item]) => {
      if (item instanceof JsonNumber) return [name, item.toNumber()]
      if (typeof item === 'object' && item !== null) throw new Error(`"${name}" in ${what} is an object or array`)
      return [name, item]
    }),
  )
}

function asObject(value: JsonValue | undefined, what: string): Record<string, JsonValue> {
  const isObject =
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)
  if (!isObject) throw new Error(`${what} is no object`)
  return value
}
