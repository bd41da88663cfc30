/** Connect values to JSON text, by their schema. Throws DataError where they don't fit it. */
import {
  DataError,
  logical,
  type MapSchema,
  type PrimitiveSchema,
  type Schema,
  type Struct,
  type StructSchema,
  shortestFloat,
} from '@penstock/core'
import { errorInField } from '../field-errors.ts'
import { daysOf, decimalOf, misfit, timeOf, timestampOf } from '../logical-values.ts'
import { structCheck } from '../struct-check.ts'
import type { JsonSchemaOptions } from './json-options.ts'
import { isUnionSchema } from './names.ts'

/** Gives JSON text, or null for a required value that is null: the member is left out then. */
export type WriteValue = (value: unknown) => string | null

/** Looks at the schema once, for all values of it. */
export function valueWriter(schema: Schema, options: JsonSchemaOptions): WriteValue {
  const write = requiredWriter(schema, options)
  const ownDefault = schema.default ?? null
  return (value) => {
    const given = value ?? (options.ignoreDefaults ? null : ownDefault)
    if (given === null) return schema.optional ? 'null' : null
    return write(given)
  }
}

function requiredWriter(schema: Schema, options: JsonSchemaOptions): (value: unknown) => string {
  switch (schema.type) {
    case 'ARRAY': {
      const item = itemWriter(schema.valueSchema, options)
      return (value) => {
        if (!Array.isArray(value)) throw misfit(value, 'ARRAY')
        return `[${value.map(item).join(',')}]`
      }
    }
    case 'MAP':
      return mapWriter(schema, options)
    case 'STRUCT':
      return isUnionSchema(schema) ? unionWriter(schema, options) : structWriter(schema, options)
    default:
      return scalarWriter(schema, options)
  }
}

/** Items can't be left out. */
function itemWriter(schema: Schema, options: JsonSchemaOptions): (value: unknown) => string {
  const write = valueWriter(schema, options)
  return (value) => {
    const text = write(value)
    if (text === null) throw new DataError('json_schema.null', `null stands where a ${schema.type} is required`)
    return text
  }
}

function structWriter(schema: StructSchema, options: JsonSchemaOptions): (value: unknown) => string {
  const isOfSchema = structCheck(schema)
  const members = schema.fields.map((field) => ({
    name: field.name,
    head: `${JSON.stringify(field.name)}:`,
    write: valueWriter(field.schema, options),
  }))
  return (value) => {
    if (!isOfSchema(value)) throw misfit(value, 'STRUCT', ' of another schema')
    let text = ''
    for (const { name, head, write } of members) {
      const member = memberText(value, name, write)
      if (member !== null) text += `${text === '' ? '' : ','}${head}${member}`
    }
    return `{${text}}`
  }
}

function memberText(struct: Struct, name: string, write: WriteValue): string | null {
  try {
    return write(struct.getWithoutDefault(name))
  } catch (error) {
    throw errorInField(name, error)
  }
}

function unionWriter(schema: StructSchema, options: JsonSchemaOptions): (value: unknown) => string {
  const isOfSchema = structCheck(schema)
  const members = schema.fields.map(({ name, schema: of }) => ({ name, write: requiredWriter(of, options) }))
  return (value) => {
    if (!isOfSchema(value)) throw misfit(value, 'STRUCT', ' of another schema')
    for (const { name, write } of members) {
      const member = value.getWithoutDefault(name)
      if (member !== null) return write(member)
    }
    return 'null'
  }
}

function mapWriter({ keySchema, valueSchema }: MapSchema, options: JsonSchemaOptions): (value: unknown) => string {
  const writeKey = itemWriter(keySchema, options)
  const writeItem = itemWriter(valueSchema, options)
  const textKeys = keySchema.type === 'STRING' && !keySchema.optional
  return (value) => {
    const entries = entriesOf(value)
    if (textKeys) return `{${entries.map(([key, item]) => `${writeKey(key)}:${writeItem(item)}`).join(',')}}`
    const pairs = entries.map(([key, item]) => `{"key":${writeKey(key)},"value":${writeItem(item)}}`)
    return `[${pairs.join(',')}]`
  }
}

/** Maps that a transformation made are plain objects, perhaps. */
function entriesOf(value: unknown): [unknown, unknown][] {
  if (value instanceof Map) return [...value]
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.entries(value)
  }
  throw misfit(value, 'MAP')
}

function scalarWriter(schema: PrimitiveSchema, options: JsonSchemaOptions): (value: unknown) => string {
  switch (schema.name) {
    case logical.decimal:
      return options.decimals === 'NUMERIC'
        ? (value) => decimalOf(schema, value).toString()
        : (value) => `"${decimalOf(schema, value).toBytes().toString('base64')}"`
    case logical.date:
      return (value) => String(daysOf(value))
    case logical.time:
      return (value) => String(timeOf(value))
    case logical.timestamp:
      return (value) => String(timestampOf(value))
  }
  switch (schema.type) {
    case 'BOOLEAN':
      return (value) => {
        if (typeof value !== 'boolean') throw misfit(value, 'BOOLEAN')
        return String(value)
      }
    case 'STRING':
      return (value) => {
        if (typeof value !== 'string') throw misfit(value, 'STRING')
        return JSON.stringify(value)
      }
    case 'BYTES':
      return (value) => {
        if (!(value instanceof Uint8Array)) throw misfit(value, 'BYTES')
        return `"${Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64')}"`
      }
    case 'FLOAT32':
      return (value) => floatText(value, 'FLOAT32', shortestFloat)
    case 'FLOAT64':
      return (value) => floatText(value, 'FLOAT64', (number) => number)
    default:
      return integerWriter(schema)
  }
}

const integerBits = { INT8: 8, INT16: 16, INT32: 32, INT64: 64 } as const

function integerWriter(schema: PrimitiveSchema): (value: unknown) => string {
  const bits = integerBits[schema.type as keyof typeof integerBits]
  return (value) => {
    const whole = typeof value === 'bigint' ? value : Number.isSafeInteger(value) ? BigInt(value as number) : null
    if (whole === null || BigInt.asIntN(bits, whole) !== whole) throw misfit(value, schema.type)
    return String(whole)
  }
}

/** Java's JSON writer puts what JSON has no number for in quotes. */
function floatText(value: unknown, type: string, digits: (number: number) => number): string {
  if (typeof value !== 'number') throw misfit(value, type)
  if (!Number.isFinite(value)) return `"${value}"`
  if (Object.is(value, -0)) return '-0.0'
  const number = digits(value)
  return Number.isInteger(number) && Math.abs(number) < 1e7 ? number.toFixed(1) : String(number)
}
