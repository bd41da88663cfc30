/** What the converters ask of a schema registry. */

/** Another schema that a schema uses, by the name it calls it. */
export interface SchemaReference {
  readonly name: string
  readonly subject: string
  readonly version: number
}

export type SchemaKind = 'AVRO' | 'JSON' | 'PROTOBUF'

/** A schema as it is registered. */
export interface SchemaDefinition {
  readonly kind: SchemaKind
  readonly text: string
  readonly references: readonly SchemaReference[]
}

/** A schema with all that it uses, directly or not: each comes after those it uses itself. */
export interface SchemaSource extends SchemaDefinition {
  readonly used: readonly { readonly name: string; readonly text: string }[]
}

/**
 * Calls reject with RetriableError for a passing failure (after their own retries), with DataError for a schema that is
 * not there or refused, with ConnectError for credentials that are refused.
 */
export interface SchemaRegistry {
  schemaById(id: number): Promise<SchemaSource>
  /** The version that a schema has in a subject; null where it is none of the subject's or the registry doesn't tell. */
  versionOf(id: number, subject: string): Promise<number | null>
  latest(subject: string): Promise<{ readonly id: number; readonly source: SchemaSource }>
  /** Registers a schema that may be there already; resolves with its id. */
  register(subject: string, definition: SchemaDefinition): Promise<number>
  /** The id of a schema that is registered. */
  lookUp(subject: string, definition: SchemaDefinition): Promise<number>
  close(): Promise<void>
}
