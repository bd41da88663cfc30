/**
 * Protobuf for schema-registry-converter.ts. Reading goes parse-proto.ts → message-indexes.ts → to-connect-schema.ts →
 * decoder.ts, writing derive-schema.ts → encoder.ts.
 */
import { DataError, type Schema } from '@penstock/core'
import type { SchemaDefinition, SchemaSource } from '../registry/schema-registry.ts'
import type { ParsedSchema, Reader, SchemaFormat, Writer } from '../schema-format.ts'
import { decoderOf } from './decoder.ts'
import { deriveProto } from './derive-schema.ts'
import { encoded, encoderOf } from './encoder.ts'
import { indexesOf, indexesToBytes, messageAt, readIndexes } from './message-indexes.ts'
import { shortName, wrapperByType } from './names.ts'
import { parseProto } from './parse-proto.ts'
import type { ProtoFile, ProtoMessage } from './proto-model.ts'
import { ProtoReader } from './proto-reader.ts'
import type { ProtobufOptions } from './protobuf-options.ts'
import { toConnectSchema } from './to-connect-schema.ts'

interface MessageReader {
  readonly schema: Schema
  decode(reader: ProtoReader): unknown
}

export class ProtobufFormat implements SchemaFormat {
  readonly kind = 'PROTOBUF'
  readonly #options: ProtobufOptions

  constructor(options: ProtobufOptions) {
    this.#options = options
  }

  parse(source: SchemaSource): ParsedSchema {
    const file = parseProto(source)
    return {
      recordName: file.messages[0]?.name ?? null,
      reader: (version) => this.#reader(file, version),
      writer: (schema, strict) => this.#writer(file, schema, strict),
    }
  }

  derive(schema: Schema | null): SchemaDefinition {
    if (schema === null) throw schemaless()
    return { kind: 'PROTOBUF', text: deriveProto(schema, this.#options), references: [] }
  }

  /** A file's messages are made ready as they are met. */
  #reader(file: ProtoFile, version: number | null): Reader {
    const ready = new Map<string, MessageReader>()
    return (payload) => {
      const reader = new ProtoReader(payload)
      const indexes = readIndexes(reader)
      const place = indexes.join('.')
      let message = ready.get(place)
      if (message === undefined) {
        message = this.#messageReader(messageAt(file, indexes), version)
        ready.set(place, message)
      }
      return { schema: message.schema, value: message.decode(reader) }
    }
  }

  #messageReader(message: ProtoMessage, version: number | null): MessageReader {
    const schema = toConnectSchema(message, this.#options, version)
    return { schema, decode: decoderOf(message, schema, this.#options) }
  }

  #writer(file: ProtoFile, schema: Schema | null, strict: boolean): Writer {
    if (schema === null) throw schemaless()
    const indexes = indexesFor(file, schema, this.#options)
    const head = indexesToBytes(indexes)
    const encode = encoderOf(messageAt(file, indexes), schema, { ...this.#options, strict })
    return (value) => Buffer.concat([head, encoded(encode, value)])
  }
}

/** The message that values of a schema are written as: of its name, else the first one. */
function indexesFor(file: ProtoFile, schema: Schema, options: ProtobufOptions): readonly number[] {
  if (schema.type === 'ARRAY' || schema.type === 'MAP') return [0]
  const name = schema.type === 'STRUCT' ? schema.name : wrapperByType[schema.type]
  if (name === null) return [0]
  const found = indexesOf(file.messages, name)
  if (found !== null || options.fullNames) return found ?? [0]
  const index = file.messages.findIndex((message) => shortName(message.name) === shortName(name))
  return [Math.max(0, index)]
}

function schemaless(): DataError {
  return new DataError(
    'protobuf.schemaless',
    'a value without a schema can’t be written with Protobuf; use JsonConverter with schemas.enable=false, or give the values a schema',
  )
}
