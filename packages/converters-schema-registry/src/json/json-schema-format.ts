/**
 * JSON Schema for schema-registry-converter.ts. Reading goes json-documents.ts → to-connect-schema.ts →
 * value-reader.ts, writing derive-schema.ts → value-writer.ts.
 */
import { DataError, type JsonValue, messageOf, parseJson, type Schema, stringifyJson } from '@penstock/core'
import type { SchemaDefinition, SchemaSource } from '../registry/schema-registry.ts'
import type { ParsedSchema, Reader, SchemaFormat, Writer } from '../schema-format.ts'
import { checkWritable } from './check-writable.ts'
import { deriveJsonSchema } from './derive-schema.ts'
import { isObject, JsonDocuments } from './json-documents.ts'
import type { JsonSchemaOptions } from './json-options.ts'
import { toConnectSchema } from './to-connect-schema.ts'
import { readValue } from './value-reader.ts'
import { valueWriter } from './value-writer.ts'

export class JsonSchemaFormat implements SchemaFormat {
  readonly kind = 'JSON'
  readonly #options: JsonSchemaOptions

  constructor(options: JsonSchemaOptions) {
    this.#options = options
  }

  parse(source: SchemaSource): ParsedSchema {
    const documents = new JsonDocuments(source)
    const { node } = documents.root
    return {
      recordName: isObject(node) && typeof node.title === 'string' ? node.title : null,
      reader: (version) => this.#reader(documents, version),
      writer: (schema, strict) => this.#writer(documents, schema, strict),
    }
  }

  derive(schema: Schema | null): SchemaDefinition {
    if (schema === null) throw schemaless()
    return { kind: 'JSON', text: stringifyJson(deriveJsonSchema(schema, this.#options)), references: [] }
  }

  #reader(documents: JsonDocuments, version: number | null): Reader {
    const schema = toConnectSchema(documents, this.#options, version)
    return (payload) => ({ schema, value: readValue(schema, parsed(payload)) })
  }

  #writer(documents: JsonDocuments, schema: Schema | null, strict: boolean): Writer {
    if (schema === null) throw schemaless()
    if (strict) checkWritable(schema, toConnectSchema(documents, this.#options, null))
    const write = valueWriter(schema, this.#options)
    return (value) => Buffer.from(write(value) ?? 'null')
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function parsed(payload: Buffer): JsonValue {
  try {
    return parseJson(utf8.decode(payload))
  } catch (cause) {
    // RangeError: nested deeper than the stack.
    if (!(cause instanceof SyntaxError || cause instanceof TypeError || cause instanceof RangeError)) throw cause
    throw new DataError('json_schema.malformed', `the bytes after the schema id are not JSON: ${messageOf(cause)}`, {
      cause,
    })
  }
}

function schemaless(): DataError {
  return new DataError(
    'json_schema.schemaless',
    'a value without a schema can’t be written with JSON Schema; use JsonConverter with schemas.enable=false, or give the values a schema',
  )
}
