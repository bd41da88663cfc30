/**
 * JSON with or without the `{"schema":…,"payload":…}` envelope. Reading goes json-text.ts → json-schema.ts →
 * json-to-connect.ts, writing connect-to-json.ts.
 */
import {
  type ConfigOf,
  type Converter,
  configDef,
  DataError,
  definePlugin,
  type JsonValue,
  key,
  LruCache,
  messageOf,
  nothing,
  type Schema,
  type SchemaAndValue,
  stringifyJson,
  withJavaEscapes,
} from '@penstock/core'
import { payloadToJson } from './connect-to-json.ts'
import { envelopePrefix } from './envelope-prefix.ts'
import { asHeaderConverter } from './header-form.ts'
import type { JsonOptions } from './json-options.ts'
import { schemaFromJson, schemaToJson } from './json-schema.ts'
import { asBuffer, guardDepth, parseJsonText, utf8Text } from './json-text.ts'
import { payloadToConnect } from './json-to-connect.ts'

const config = configDef({
  'schemas.enable': key.boolean({
    default: true,
    importance: 'high',
    group: 'Schemas',
    orderInGroup: 0,
    width: 'medium',
    displayName: 'Enable Schemas',
    doc: 'Whether the JSON is an envelope {"schema": …, "payload": …}. With false it is the bare value, without a schema.',
  }),
  'schemas.cache.size': key.int({
    default: 1000,
    min: 0,
    importance: 'high',
    group: 'Schemas',
    orderInGroup: 1,
    width: 'medium',
    displayName: 'Schema Cache Size',
    doc: 'How many schemas are kept ready, for reading and for writing each.',
  }),
  'decimal.format': key.oneOf(['BASE64', 'NUMERIC'], {
    default: 'BASE64',
    importance: 'low',
    group: 'Serialization',
    orderInGroup: 0,
    width: 'medium',
    displayName: 'Decimal Format',
    doc: 'How Decimal values are written: BASE64 (of the unscaled bytes) or NUMERIC. Both are understood when reading.',
  }),
  'replace.null.with.default': key.boolean({
    default: true,
    importance: 'low',
    group: 'Serialization',
    orderInGroup: 1,
    width: 'medium',
    displayName: 'Replace null with default',
    doc: 'Whether a null takes the default of its schema, when reading and when writing.',
  }),
  'schema.content': key.string({
    default: null,
    importance: 'high',
    group: 'Schemas',
    orderInGroup: 2,
    width: 'medium',
    displayName: 'Schema Content',
    doc: 'A schema in the form of the envelope\'s "schema". If set, and schemas.enable is true, values are read as bare JSON with this schema.',
    check: schemaContentProblem,
  }),
})

export const jsonConverter = definePlugin({
  kind: 'converter',
  name: 'JsonConverter',
  aliases: ['org.apache.kafka.connect.json.JsonConverter', 'Json'],
  summary: 'JSON, with or without the schema in each record.',
  config,
  create: (options) => new JsonConverter(options),
  createForHeaders: (options) => asHeaderConverter(new JsonConverter(options)),
})

class JsonConverter implements Converter {
  readonly passesJsonThrough: boolean
  readonly #options: JsonOptions
  readonly #fixedSchema: Schema | null
  readonly #readSchemas: LruCache<string, Schema>
  readonly #writtenSchemas: LruCache<Schema, string>
  readonly #envelopes: LruCache<string, { prefix: Buffer; schema: Schema | null }>

  constructor(options: ConfigOf<typeof config>) {
    this.passesJsonThrough = !options['schemas.enable']
    this.#options = {
      decimals: options['decimal.format'],
      replaceNullWithDefault: options['replace.null.with.default'],
    }
    const content = options['schema.content']
    this.#fixedSchema =
      content === null || content === '' ? null : schemaFromJson(parseJsonText(content), this.#options)
    this.#readSchemas = new LruCache(options['schemas.cache.size'])
    this.#writtenSchemas = new LruCache(options['schemas.cache.size'])
    this.#envelopes = new LruCache(options['schemas.cache.size'])
  }

  toConnectData(topic: string, bytes: Uint8Array | null): SchemaAndValue {
    if (bytes === null) return nothing
    return guardDepth(() => {
      if (this.passesJsonThrough)
        return bytes.length === 0 ? nothing : { schema: null, value: parseJsonText(utf8Text(bytes)) }
      if (this.#fixedSchema === null) return this.#readEnvelope(topic, asBuffer(bytes))
      return this.#withSchema(this.#fixedSchema, bytes.length === 0 ? null : parseJsonText(utf8Text(bytes)))
    })
  }

  fromConnectData(_topic: string, schema: Schema | null, value: unknown): Buffer | null {
    if (schema === null && (value === null || value === undefined)) return null
    return guardDepth(() => {
      const payload = withJavaEscapes(payloadToJson(schema, value, this.#options))
      if (this.passesJsonThrough) return Buffer.from(payload)
      const schemaText =
        schema === null
          ? 'null'
          : this.#writtenSchemas.through(schema, () => withJavaEscapes(schemaToJson(schema, this.#options)))
      return Buffer.from(`{"schema":${schemaText},"payload":${payload}}`)
    })
  }

  /**
   * Records of a topic mostly begin with the same bytes up to their payload. Where they do, only the payload is parsed:
   * if what follows is one JSON value and a closing brace, the whole is an envelope of two members.
   */
  #readEnvelope(topic: string, bytes: Buffer): SchemaAndValue {
    const known = this.#envelopes.get(topic)
    if (known !== undefined && startsWith(bytes, known.prefix)) {
      const payload = payloadAfter(bytes, known.prefix.length)
      if (payload !== undefined) return this.#withSchema(known.schema, payload)
    }
    const text = utf8Text(bytes)
    const envelope = parseJsonText(text === '' ? 'null' : text)
    if (!isEnvelope(envelope)) {
      throw new DataError(
        'json.envelope',
        'JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain additional fields. ' +
          'If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter configuration.',
      )
    }
    const schema = envelope.schema === null ? null : this.#schemaOf(envelope.schema)
    const prefix = envelopePrefix(text)
    if (prefix !== null) this.#envelopes.set(topic, { prefix: Buffer.from(prefix), schema })
    return this.#withSchema(schema, envelope.payload)
  }

  #schemaOf(json: JsonValue): Schema {
    return this.#readSchemas.through(stringifyJson(json), () => schemaFromJson(json, this.#options))
  }

  #withSchema(schema: Schema | null, payload: JsonValue): SchemaAndValue {
    return { schema, value: schema === null ? payload : payloadToConnect(schema, payload, this.#options) }
  }
}

function isEnvelope(json: JsonValue): json is { schema: JsonValue; payload: JsonValue } {
  if (typeof json !== 'object' || json === null) return false
  return Object.keys(json).length === 2 && Object.hasOwn(json, 'schema') && Object.hasOwn(json, 'payload')
}

function startsWith(bytes: Buffer, prefix: Buffer): boolean {
  return bytes.length > prefix.length && prefix.equals(bytes.subarray(0, prefix.length))
}

/** The payload between `start` and the last brace, undefined when that isn't one JSON value. */
function payloadAfter(bytes: Buffer, start: number): JsonValue | undefined {
  const end = bytes.lastIndexOf('}')
  if (end < start || bytes.subarray(end + 1).some((byte) => !whitespace.includes(byte))) return undefined
  try {
    return parseJsonText(utf8Text(bytes.subarray(start, end)))
  } catch (error) {
    // The whole text is parsed next: it may be of another form, and its error says the right position.
    if (error instanceof DataError) return undefined
    throw error
  }
}

const whitespace = [0x20, 0x0a, 0x0d, 0x09]

function schemaContentProblem(content: string): string | undefined {
  try {
    if (content !== '') schemaFromJson(parseJsonText(content), { decimals: 'BASE64', replaceNullWithDefault: true })
    return undefined
  } catch (error) {
    return `not a schema: ${messageOf(error)}`
  }
}
