import {
  configDef,
  DataError,
  definePlugin,
  key,
  LruCache,
  type Schema,
  Struct,
  type StructSchema,
} from '@penstock/core'
import { schemaCacheSize } from './common-keys.ts'
import { type Fields, isMap, kept, requireMap, requireStruct, setMember, structSchema } from './fields.ts'
import { forKeyAndValue, read, replaced } from './side.ts'

const purpose = 'flattening'

const config = configDef({
  delimiter: key.string({
    default: '.',
    importance: 'medium',
    doc: 'Goes between the names of the levels to make the names of the fields.',
  }),
})

export const flatten = forKeyAndValue((side) =>
  definePlugin({
    kind: 'transformation',
    name: `Flatten$${side}`,
    aliases: [`org.apache.kafka.connect.transforms.Flatten$${side}`],
    summary: `Brings nested fields of the ${side.toLowerCase()} to the top level; arrays stay as they are.`,
    config,
    create: ({ delimiter }) => {
      const schemas = new LruCache<Schema, StructSchema>(schemaCacheSize)
      const nameOf = (prefix: string, name: string): string => (prefix === '' ? name : `${prefix}${delimiter}${name}`)
      return {
        apply(record) {
          const { schema, value } = read(record, side)
          if (value === null) return record
          if (schema === null) {
            const flat = {}
            flattenMap(requireMap(value, purpose), '', flat, nameOf)
            return replaced(record, side, { schema, value: flat })
          }
          const struct = requireStruct(value, purpose)
          const updated = schemas.through(struct.schema, () => {
            const fallback = struct.schema.default instanceof Struct ? struct.schema.default : null
            return structSchema(
              [...flatFields(struct.schema, '', struct.schema.optional, fallback, nameOf)],
              kept(struct.schema),
            )
          })
          const values = new Map<string, unknown>()
          flattenStruct(struct.schema, struct, '', values, nameOf)
          return replaced(record, side, { schema: updated, value: new Struct(updated, values) })
        },
      }
    },
  }),
)

type NameOf = (prefix: string, name: string) => string

function flattenMap(map: Fields, prefix: string, flat: Fields, nameOf: NameOf): void {
  for (const [name, value] of Object.entries(map)) {
    const flatName = nameOf(prefix, name)
    if (isMap(value)) flattenMap(value, flatName, flat, nameOf)
    else if (value instanceof Struct || value instanceof Map) {
      throw new DataError(
        'flatten.type',
        `Flatten transformation does not support ${value instanceof Map ? 'MAP' : 'STRUCT'} for record without schemas (for field ${flatName}).`,
      )
    } else setMember(flat, flatName, value)
  }
}

/** A field below an optional struct is optional, and has the default that the struct's default holds for it. */
function* flatFields(
  schema: StructSchema,
  prefix: string,
  optional: boolean,
  fallback: Struct | null,
  nameOf: NameOf,
): Generator<readonly [string, Schema]> {
  for (const field of schema.fields) {
    const name = nameOf(prefix, field.name)
    const fieldOptional = optional || field.schema.optional
    const fieldDefault: unknown = field.schema.default ?? fallback?.get(field.name) ?? null
    if (field.schema.type === 'MAP') throw unsupportedMap(name)
    if (field.schema.type === 'STRUCT') {
      yield* flatFields(field.schema, name, fieldOptional, fieldDefault instanceof Struct ? fieldDefault : null, nameOf)
    } else {
      const { default: _own, ...rest } = field.schema
      yield [name, { ...rest, optional: fieldOptional, ...(fieldDefault === null ? {} : { default: fieldDefault }) }]
    }
  }
}

function flattenStruct(
  schema: StructSchema,
  struct: Struct | null,
  prefix: string,
  values: Map<string, unknown>,
  nameOf: NameOf,
): void {
  for (const field of schema.fields) {
    const name = nameOf(prefix, field.name)
    const value = struct === null ? null : struct.get(field.name)
    if (field.schema.type === 'STRUCT') {
      flattenStruct(field.schema, value === null ? null : requireStruct(value, purpose), name, values, nameOf)
    } else values.set(name, value)
  }
}

function unsupportedMap(name: string): DataError {
  return new DataError(
    'flatten.type',
    `Flatten transformation does not support MAP for record with schemas (for field ${name}).`,
  )
}
