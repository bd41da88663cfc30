import { type Schema, Struct, type StructSchema, schemasEqual } from '@penstock/core'

/**
 * Tells whether a value is a struct of this schema; whether the struct's own says that it is optional does not matter.
 * Schemas are compared once: they are shared by many structs.
 */
export function structCheck(schema: StructSchema): (value: unknown) => value is Struct {
  const known = new WeakSet<Schema>([schema])
  return (value): value is Struct => {
    if (!(value instanceof Struct)) return false
    if (known.has(value.schema)) return true
    const { optional, default: ownDefault } = schema
    const equal = schemasEqual({ ...value.schema, optional, default: ownDefault }, schema)
    if (equal) known.add(value.schema)
    return equal
  }
}
