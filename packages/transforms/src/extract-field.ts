import {
  ConfigError,
  configDef,
  DataError,
  definePlugin,
  key,
  messageOf,
  nothing,
  type Schema,
  type SchemaAndValue,
  Struct,
} from '@penstock/core'
import { replaceNullWithDefault } from './common-keys.ts'
import { parseFieldPath } from './field-path.ts'
import { fieldOf, member, requireMap, requireStruct } from './fields.ts'
import { forKeyAndValue, read, replaced } from './side.ts'

const purpose = 'field extraction'

const config = configDef({
  field: key.string({ importance: 'medium', doc: 'The field to extract.' }),
  'field.syntax.version': key.oneOf(['V1', 'V2'], {
    default: 'V1',
    importance: 'high',
    doc: 'With V2, dots in field lead into nested fields: `a.b`. Backticks keep a dot in a name: "`a.b`.c".',
  }),
  'replace.null.with.default': replaceNullWithDefault,
})

export const extractField = forKeyAndValue((side) =>
  definePlugin({
    kind: 'transformation',
    name: `ExtractField$${side}`,
    aliases: [`org.apache.kafka.connect.transforms.ExtractField$${side}`],
    summary: `Puts one field in the place of the whole ${side.toLowerCase()}.`,
    config,
    create: (options) => {
      const path = pathOf(options.field, options['field.syntax.version'])
      const withDefaults = options['replace.null.with.default']
      return {
        apply(record) {
          const { schema, value } = read(record, side)
          if (schema !== null)
            return replaced(record, side, fromStruct(schema, value, path, options.field, withDefaults))
          if (value === null) return replaced(record, side, nothing)
          return replaced(record, side, { schema: null, value: fromMap(requireMap(value, purpose), path) })
        },
      }
    },
  }),
)

function pathOf(field: string, version: 'V1' | 'V2'): readonly string[] {
  try {
    return parseFieldPath(field, version)
  } catch (error) {
    throw new ConfigError([
      { key: 'field', message: `Invalid value ${field} for configuration field: ${messageOf(error)}` },
    ])
  }
}

function fromMap(map: Record<string, unknown>, path: readonly string[]): unknown {
  let value: unknown = map
  for (const step of path) {
    if (value === null) return null
    value = member(requireMap(value, 'nested field access'), step) ?? null
  }
  return value
}

function fromStruct(
  schema: Schema,
  value: unknown,
  path: readonly string[],
  field: string,
  withDefaults: boolean,
): SchemaAndValue {
  let current: SchemaAndValue = { schema, value: value === null ? null : requireStruct(value, purpose) }
  for (const step of path) {
    const parent = current.schema
    const found = parent?.type === 'STRUCT' ? parent.fields.find(({ name }) => name === step) : undefined
    if (found === undefined) throw new DataError('extract_field.unknown', `Unknown field: ${field}`)
    const inner: unknown = current.value instanceof Struct ? fieldOf(current.value, step, withDefaults) : null
    current = { schema: found.schema, value: inner }
  }
  return current
}
