import { configDef, DataError, Decimal, definePlugin, key, type Schema, Struct } from '@penstock/core'
import { notEmpty, replaceNullWithDefault } from './common-keys.ts'
import { fieldOf, isMap, javaClassOf, member, requireMap, requireStruct, setMember } from './fields.ts'
import {
  type IntegerBits,
  isFloating,
  isNumber,
  parseDecimal,
  plainFloat,
  plainInteger,
  toInteger,
} from './java-numbers.ts'
import { forKeyAndValue, read, replaced } from './side.ts'

const purpose = 'mask fields'

const config = configDef({
  fields: key.list({
    importance: 'high',
    doc: 'Fields to mask.',
    check: notEmpty,
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
  if (isNumber(value) && !(value instanceof Decimal)) {
    const decimal = decimalOf(replacement)
    if (isFloating(null, value)) return plainFloat(decimal.toNumber())
    return plainInteger(toInteger(null, decimal, 64))
  }
  if (replacement !== null) throw notReplaceable(value)
  if (typeof value === 'boolean') return false
  if (value instanceof Date) return new Date(0)
  if (Array.isArray(value)) return []
  if (isMap(value)) return {}
  throw notMaskable(value)
}

function maskTyped(schema: Schema, value: unknown, replacement: string | null): unknown {
  if (value instanceof Decimal) return maskDecimal(value, replacement)
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
      // A replacement beyond the type keeps its low bits, as in Connect.
      const whole = toInteger(null, decimalOf(replacement), Number(schema.type.slice(3)) as IntegerBits)
      return schema.type === 'INT64' ? whole : Number(whole)
    }
    case 'FLOAT32':
      return Math.fround(decimalOf(replacement).toNumber())
    case 'FLOAT64':
      return decimalOf(replacement).toNumber()
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
      throw notMaskable(value)
  }
}

/** Keeps the scale, which the schema prescribes. */
function maskDecimal({ scale }: Decimal, replacement: string | null): Decimal {
  const decimal = decimalOf(replacement)
  if (decimal.scale > scale) {
    throw new DataError(
      'mask_field.replacement',
      `Unable to convert ${replacement} (class java.lang.String) to a decimal of scale ${scale}`,
    )
  }
  return new Decimal(decimal.unscaled * 10n ** BigInt(scale - decimal.scale), scale)
}

function decimalOf(replacement: string | null): Decimal {
  if (replacement === null) return new Decimal(0n, 0)
  const decimal = parseDecimal(replacement)
  if (decimal !== undefined) return decimal
  throw new DataError('mask_field.replacement', `Unable to convert ${replacement} (class java.lang.String) to a number`)
}

function notMaskable(value: unknown): DataError {
  return new DataError('mask_field.type', `Cannot mask value of type: class ${javaClassOf(value)}`)
}

function notReplaceable(value: unknown): DataError {
  return new DataError(
    'mask_field.type',
    `Cannot mask value of type class ${javaClassOf(value)} with custom replacement.`,
  )
}
