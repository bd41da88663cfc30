import { DataError } from './errors.ts'
import type { ArraySchema, MapSchema, Schema, SchemaType, StructSchema } from './schema.ts'
import { Struct } from './struct.ts'

/** Each type can become those after it. */
const promotions: readonly SchemaType[] = ['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64']

/**
 * Gives a value of one schema as another schema has it, as Kafka Connect's SchemaProjector does: numbers are widened,
 * fields that the target doesn't have are left out, and those that it has on top get their default or, where they are
 * optional, null. Throws DataError where the schemas don't allow it.
 */
export function projectValue(source: Schema, value: unknown, target: Schema): unknown {
  checkCompatible(source, target)
  if (source.optional && !target.optional && (target.default === undefined || target.default === null)) {
    throw misfit('Writer schema is optional, however, target schema does not provide a default value.')
  }
  if (value === null || value === undefined) return target.optional ? null : (target.default ?? null)
  switch (target.type) {
    case 'STRUCT':
      return projectStruct(source as StructSchema, value, target)
    case 'ARRAY': {
      if (!Array.isArray(value)) throw notOf(source)
      const { valueSchema } = source as ArraySchema
      return value.map((item) => projectValue(valueSchema, item, target.valueSchema))
    }
    case 'MAP': {
      if (!(value instanceof Map)) throw notOf(source)
      const { keySchema, valueSchema } = source as MapSchema
      const entries = [...value].map(([key, item]): [unknown, unknown] => [
        projectValue(keySchema, key, target.keySchema),
        projectValue(valueSchema, item, target.valueSchema),
      ])
      return new Map(entries)
    }
    default:
      return source.type === target.type ? value : widened(value, source, target)
  }
}

function projectStruct(source: StructSchema, value: unknown, target: StructSchema): Struct {
  if (!(value instanceof Struct)) throw notOf(source)
  const sourceFields = new Map(source.fields.map((field) => [field.name, field.schema]))
  const values = new Map<string, unknown>()
  for (const { name, schema } of target.fields) {
    const sourceSchema = sourceFields.get(name)
    if (sourceSchema !== undefined) {
      values.set(name, projectField(name, sourceSchema, value.get(name), schema))
    } else if (!schema.optional) {
      if (schema.default === undefined || schema.default === null) {
        throw misfit(`Required field \`${name}\` is missing from source schema: ${source.name ?? source.type}`)
      }
      values.set(name, schema.default)
    }
  }
  return new Struct(target, values)
}

/** Errors say which field they are about. */
function projectField(name: string, source: Schema, value: unknown, target: Schema): unknown {
  try {
    return projectValue(source, value, target)
  } catch (cause) {
    if (!(cause instanceof DataError)) throw cause
    throw new DataError(cause.code, `${cause.message} (field "${name}")`, { cause })
  }
}

function checkCompatible(source: Schema, target: Schema): void {
  if (source.type !== target.type && !canWiden(source.type, target.type)) {
    throw misfit(`Schema type mismatch. source type: ${source.type} and target type: ${target.type}`)
  }
  if (source.name !== target.name) {
    throw misfit(`Schema name mismatch. source name: ${source.name} and target name: ${target.name}`)
  }
  const [ours, theirs] = [source.parameters ?? {}, target.parameters ?? {}]
  const names = Object.keys(ours)
  if (names.length !== Object.keys(theirs).length || names.some((name) => ours[name] !== theirs[name])) {
    throw misfit(
      `Schema parameters not equal. source parameters: ${JSON.stringify(ours)} and target parameters: ${JSON.stringify(theirs)}`,
    )
  }
}

function canWiden(source: SchemaType, target: SchemaType): boolean {
  const from = promotions.indexOf(source)
  return from >= 0 && promotions.indexOf(target) > from
}

function widened(value: unknown, source: Schema, target: Schema): unknown {
  if (typeof value !== 'number' && typeof value !== 'bigint') throw notOf(source)
  if (target.type === 'INT64') return BigInt(value)
  const number = Number(value)
  return target.type === 'FLOAT32' ? Math.fround(number) : number
}

function notOf(schema: Schema): DataError {
  return misfit(`a value is not of its schema ${schema.name ?? schema.type}`)
}

function misfit(message: string): DataError {
  return new DataError('schema.projection', message)
}
