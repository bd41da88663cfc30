import {
  configDef,
  DataError,
  Decimal,
  definePlugin,
  JsonNumber,
  key,
  logical,
  parseJson,
  type Schema,
  Struct,
} from '@penstock/core'
import { replaceNullWithDefault } from './common-keys.ts'
import { fieldOf, isMap, javaClassOf, member, requireMap, requireStruct, setMember } from './fields.ts'
import { forKeyAndValue, read, replaced } from './side.ts'

const purpose = 'mask fields'

const config = configDef({
  fields: key.list({
    importance: 'high',
    doc: 'Fields to mask.',
    check: (fields) => (fields.length === 0 ? 'Empty list' : undefined),
  }),
  replacement: key.string({
    default: null,
    importance: 'low',
    doc: 'Takes the place of the value of string and number fields; without it they become empty or 0.',
    check: (replacement) => (replacement === '' ? 'String must be non-empty' : undefined),
  }),
  'replace.null.with.default': replaceNullWithDefault,
})

export const maskField = forKeyAndValue((side) =>
  definePlugin({
    kind: 'transformation',
    name: `MaskField$${side}`,
    aliases: [`org.apache.kafka.connect.transforms.MaskField$${side}`],
    summary: `Blanks out fields of the ${side.toLowerCase()}, keeping their types.`,
    config,
    create: (options) => {
      const masked = new Set(options.fields)
      const { replacement } = options
      const withDefaults = options['replace.null.with.default']
      return {
        apply(record) {
          const { schema, value } = read(record, side)
          if (schema === null) {
            const map = { ...requireMap(value, purpose) }
            for (const name of masked) setMember(map, name, maskPlain(member(map, name), replacement))
            return replaced(record, side, { schema: null, value: map })
          }
          const struct = requireStruct(value, purpose)
          const values = new Map<string, unknown>()
          for (const field of struct.schema.fields) {
            const item = fieldOf(struct, field.name, withDefaults)
            values.set(
              field.name,
              masked.has(field.name) && item !== null ? maskTyped(field.schema, item, replacement) : item,
            )
          }
          return replaced(record, side, { schema: struct.schema, value: new Struct(struct.schema, values) })
        },
      }
    },
  }),
)

/** Masks a schemaless value. */
function maskPlain(value: unknown, replacement: string | null): unknown {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return replacement ?? ''
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof JsonNumber) {
    return replacement === null ? 0 : numberOf(replacement)
  }
  if (replacement !== null) throw notReplaceable(value)
  if (typeof value === 'boolean') return false
  if (value instanceof Date) return new Date(0)
  if (Array.isArray(value)) return []
  if (isMap(value)) return {}
  throw new DataError('mask_field.type', `Cannot mask value of type: ${javaClassOf(value)}`)
}

function maskTyped(schema: Schema, value: unknown, replacement: string | null): unknown {
  if (schema.name === logical.decimal) return maskDecimal(value, replacement)
  if (value instanceof Date) {
    if (replacement !== null) throw notReplaceable(value)
    return new Date(0)
  }
  switch (schema.type) {
    case 'STRING':
      return replacement ?? ''
    case 'INT8':
    case 'INT16':
    case 'INT32':
    case 'INT64': {
      const bits = Number(schema.type.slice(3))
      const whole = replacement === null ? 0n : integerOf(replacement)
      if (BigInt.asIntN(bits, whole) !== whole) throw unconvertible(replacement, schema.type)
      return schema.type === 'INT64' ? whole : Number(whole)
    }
    case 'FLOAT32':
    case 'FLOAT64': {
      const number = replacement === null ? 0 : Number(numberOf(replacement))
      return schema.type === 'FLOAT32' ? Math.fround(number) : number
    }
    default:
  }
  if (replacement !== null) throw notReplaceable(value)
  switch (schema.type) {
    case 'BOOLEAN':
      return false
    case 'ARRAY':
      return []
    case 'MAP':
      return new Map()
    default:
      throw new DataError('mask_field.type', `Cannot mask value of type: ${javaClassOf(value)}`)
  }
}

/** Keeps the scale, which the schema prescribes. */
function maskDecimal(value: unknown, replacement: string | null): Decimal {
  const scale = value instanceof Decimal ? value.scale : 0
  if (replacement === null) return new Decimal(0n, scale)
  const decimal = Decimal.parse(replacement)
  if (decimal.scale > scale) throw unconvertible(replacement, `a decimal of scale ${scale}`)
  return new Decimal(decimal.unscaled * 10n ** BigInt(scale - decimal.scale), scale)
}

function integerOf(replacement: string): bigint {
  if (!/^[+-]?\d{1,40}$/.test(replacement)) throw unconvertible(replacement, 'an integer')
  return BigInt(replacement.replace('+', ''))
}

function numberOf(replacement: string): unknown {
  if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(replacement)) throw unconvertible(replacement, 'a number')
  return parseJson(replacement)
}

function unconvertible(replacement: string | null, type: string): DataError {
  return new DataError('mask_field.replacement', `Unable to convert the replacement ${replacement} to ${type}`)
}

function notReplaceable(value: unknown): DataError {
  return new DataError(
    'mask_field.type',
    `Cannot mask value of type ${javaClassOf(value)} with custom replacement: only strings and numbers can have one`,
  )
}
