import { LruCache, type Schema, type SchemaAndValue, Struct, type StructSchema } from '@penstock/core'
import { schemaCacheSize } from './common-keys.ts'
import { kept, requireMap, requireStruct, setMember, structSchema } from './fields.ts'

/** Sets a field of a map or struct, in place of one of that name or else behind the others. */
export type SetField = (target: SchemaAndValue, member: SchemaAndValue) => SchemaAndValue

/** `purpose` says for what a map or struct was needed. A struct's other fields keep null where they have a default. */
export function fieldSetter(name: string, purpose: string): SetField {
  const updated = new LruCache<Schema, { readonly member: Schema; readonly schema: StructSchema }>(schemaCacheSize)
  return ({ schema, value }, member) => {
    if (schema === null) {
      const map = { ...requireMap(value, purpose) }
      setMember(map, name, member.value)
      return { schema, value: map }
    }
    const struct = requireStruct(value, purpose)
    const memberSchema = member.schema as Schema
    let entry = updated.get(struct.schema)
    if (entry === undefined || entry.member !== memberSchema) {
      entry = { member: memberSchema, schema: extended(struct.schema, name, memberSchema) }
      updated.set(struct.schema, entry)
    }
    const values = new Map<string, unknown>()
    for (const field of struct.schema.fields) values.set(field.name, struct.getWithoutDefault(field.name))
    values.set(name, member.value)
    return { schema: entry.schema, value: new Struct(entry.schema, values) }
  }
}

function extended(schema: StructSchema, name: string, member: Schema): StructSchema {
  const fields = new Map(schema.fields.map((field) => [field.name, field.schema]))
  fields.set(name, member)
  return structSchema([...fields], kept(schema))
}
