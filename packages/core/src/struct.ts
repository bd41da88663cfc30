import { knownAcrossCopies } from './copies.ts'
import { DataError } from './errors.ts'
import type { Field, StructSchema } from './schema.ts'

/** A value of a STRUCT schema: one slot per field, in the schema's order. Treat as immutable once it is in a record. */
export class Struct {
  readonly schema: StructSchema
  readonly #values: unknown[]
  readonly #indexByName: ReadonlyMap<string, number>

  constructor(schema: StructSchema, values: Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown> = {}) {
    this.schema = schema
    this.#indexByName = indexOf(schema)
    this.#values = new Array(schema.fields.length).fill(null)
    for (const [name, value] of values instanceof Map ? values : Object.entries(values)) {
      this.#values[this.#index(name)] = value ?? null
    }
  }

  /** The declaration of a field. Throws DataError for a name the schema doesn't have. */
  field(name: string): Field {
    return this.schema.fields[this.#index(name)] as Field
  }

  has(name: string): boolean {
    return this.#indexByName.has(name)
  }

  /** The field's value, or its default where the value is null. */
  get(name: string): unknown {
    const index = this.#index(name)
    return this.#values[index] ?? this.schema.fields[index]?.schema.default ?? null
  }

  getWithoutDefault(name: string): unknown {
    return this.#values[this.#index(name)]
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

  #index(name: string): number {
    const index = this.#indexByName.get(name)
    if (index === undefined) throw new DataError('struct.unknown_field', `${name} is not a valid field name`)
    return index
  }
}
knownAcrossCopies(Struct, 'Struct')

// Schemas are plain objects shared by many structs: their fields are indexed once.
const indexes = new WeakMap<StructSchema, ReadonlyMap<string, number>>()

function indexOf(schema: StructSchema): ReadonlyMap<string, number> {
  let index = indexes.get(schema)
  if (index === undefined) {
    index = new Map(schema.fields.map((field, i) => [field.name, i]))
    indexes.set(schema, index)
  }
  return index
}
