/** What a kind of schema (Avro, JSON Schema, Protobuf) brings to the converter that they share. */
import type { Schema, SchemaAndValue } from '@penstock/core'
import type { SchemaDefinition, SchemaKind, SchemaSource } from './registry/schema-registry.ts'

export interface SchemaFormat {
  readonly kind: SchemaKind
  /** Throws DataError for a schema that can't be understood. */
  parse(source: SchemaSource): ParsedSchema
  /** The schema that values of a Connect schema are registered with; null for values without one. Throws DataError. */
  derive(schema: Schema | null): SchemaDefinition
}

export interface ParsedSchema {
  /** Full name of the record or message, for the names of subjects; null where it has none. */
  readonly recordName: string | null
  /** Reads values written with this schema; `version` is given to Connect schemas that tell none themselves. */
  reader(version: number | null): Reader
  /**
   * Writes values of a Connect schema with this schema. Where they don't fit: throws DataError if `strict`, else the
   * writer throws for the values that can't be written.
   */
  writer(schema: Schema | null, strict: boolean): Writer
}

/** Reads what follows the schema id. Throws DataError for bytes that it can't read. */
export type Reader = (payload: Buffer) => SchemaAndValue

/** Gives what follows the schema id, of a value that is not null. Throws DataError for a value that does not fit. */
export type Writer = (value: unknown) => Buffer
