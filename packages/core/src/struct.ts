import { DataError } from './errors.ts'
import type { Field, StructSchema } from './schema.ts'

/** A value of a STRUCT schema: one slot per field, in the schema's order. Treat as immutable once it is in a record. */
export class Struct {
  readonly schema: StructSchema
  readonly #values: Map<string, unknown>

  constructor(schema: StructSchema, values: Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown> = {}) {
    this.schema = schema
    this.#values = new Map(values instanceof Map ? values : Object.entries(values))
    for (const name of this.#values.keys()) this.field(name)
  }

  /** The declaration of a field. Throws DataError for a name the schema doesn't have. */
  field(name: string): Field {
    const field = this.schema.fields.find((candidate) => candidate.name === name)
    if (!field) throw new DataError('struct.unknown_field', `${name} is not a valid field name`)
    return field
  }

  has(name: string): boolean {
    return this.schema.fields.some((candidate) => candidate.name === name)
  }

  /** The field's value, or its default where the value is null. */
  get(name: string): unknown {
    const field = this.field(name)
    return this.#values.get(name) ?? field.schema.default ?? null
  }

  getWithoutDefault(name: string): unknown {
    this.field(name)
    return this.#values.get(name) ?? null
  }

  /** Checks that every required field has a value or a default. */
  validate(): void {
    for (const { name, schema } of this.schema.fields) {
      if (this.get(name) === null && !schema.optional) {
        throw new DataError(
          'struct.missing_field',
          `Invalid value: null used for required field: "${name}", schema type: ${schema.type}`,
        )
      }
    }
  }
}
