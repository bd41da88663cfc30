/**
 * Avro for schema-registry-converter.ts. Reading goes parse-schema.ts → to-connect-schema.ts → decoder.ts, writing
 * derive-schema.ts → encoder.ts.
 */
import type { Schema } from '@penstock/core'
import type { SchemaDefinition, SchemaSource } from '../registry/schema-registry.ts'
import type { ParsedSchema, Reader, SchemaFormat, Writer } from '../schema-format.ts'
import { anythingSchema, decodeAnything, encodeAnything, isAnything } from './anything.ts'
import type { AvroOptions } from './avro-options.ts'
import { type AvroType, isNamed } from './avro-type.ts'
import { BinaryReader } from './binary-reader.ts'
import { BinaryWriter } from './binary-writer.ts'
import { decoderOf } from './decoder.ts'
import { deriveAvroSchema } from './derive-schema.ts'
import { encoderOf } from './encoder.ts'
import { parseAvroSchema } from './parse-schema.ts'
import { toConnectSchema } from './to-connect-schema.ts'

export class AvroFormat implements SchemaFormat {
  readonly kind = 'AVRO'
  readonly #options: AvroOptions

  constructor(options: AvroOptions) {
    this.#options = options
  }

  parse(source: SchemaSource): ParsedSchema {
    const type = parseAvroSchema(source)
    return {
      recordName: isNamed(type) ? type.name : null,
      reader: (version) => this.#reader(type, version),
      writer: (schema, strict) => this.#writer(type, schema, strict),
    }
  }

  derive(schema: Schema | null): SchemaDefinition {
    const text = schema === null ? anythingSchema : deriveAvroSchema(schema, this.#options)
    return { kind: 'AVRO', text, references: [] }
  }

  #reader(type: AvroType, version: number | null): Reader {
    if (isAnything(type)) return (payload) => ({ schema: null, value: decodeAnything(payload) })
    const schema = toConnectSchema(type, this.#options, version)
    const decode = decoderOf(type, schema, this.#options)
    return (payload) => ({ schema, value: decode(new BinaryReader(payload)) })
  }

  #writer(type: AvroType, schema: Schema | null, strict: boolean): Writer {
    if (schema === null) return encodeAnything
    const encode = encoderOf(type, schema, { ...this.#options, strict })
    const writer = new BinaryWriter()
    return (value) => writer.written(() => encode(writer, value))
  }
}
