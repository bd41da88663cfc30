import {
  ConfigError,
  configDef,
  DataError,
  definePlugin,
  type Header,
  key,
  LruCache,
  type Schema,
  type SchemaAndValue,
  Struct,
  type StructSchema,
} from '@penstock/core'
import { caseSensitive, notEmpty, replaceNullWithDefault, schemaCacheSize } from './common-keys.ts'
import { fieldOf, fieldsOf, kept, member, requireMap, requireStruct, structSchema } from './fields.ts'
import { forKeyAndValue, read } from './side.ts'

const config = configDef({
  fields: key.list({ importance: 'high', doc: 'Fields to move or copy to headers.', check: notEmpty }),
  headers: key.list({
    importance: 'high',
    doc: 'Names of the headers, in the order of the fields.',
    check: notEmpty,
  }),
  operation: key.string({
    importance: 'high',
    doc: 'move takes the fields out of the record, copy leaves them there.',
    recommended: ['move', 'copy'],
    check: caseSensitive(['move', 'copy']),
  }),
  'replace.null.with.default': replaceNullWithDefault,
})

export const headerFrom = forKeyAndValue((side) =>
  definePlugin({
    kind: 'transformation',
    name: `HeaderFrom$${side}`,
    aliases: [`org.apache.kafka.connect.transforms.HeaderFrom$${side}`],
    summary: `Moves or copies fields of the ${side.toLowerCase()} to headers.`,
    config,
    create: ({ fields, headers, operation, 'replace.null.with.default': withDefaults }) => {
      if (fields.length !== headers.length) {
        throw new ConfigError([
          {
            key: 'headers',
            message: `'fields' config must have the same number of elements as 'headers' config: there are ${fields.length} and ${headers.length}.`,
          },
        ])
      }
      const purpose = `header ${operation}`
      const moved = new Set(operation === 'move' ? fields : [])
      const rest = restOf(moved, withDefaults)
      return {
        apply(record) {
          const { schema, value } = read(record, side)
          const source = schema === null ? requireMap(value, purpose) : requireStruct(value, purpose)
          const added = fields.map((field, i): Header => {
            const name = headers[i] as string
            if (!(source instanceof Struct)) return { name, schema: null, value: member(source, field) ?? null }
            return { name, schema: schemaOf(source, field), value: fieldOf(source, field, withDefaults) }
          })
          const left = moved.size === 0 ? { schema, value } : rest(source)
          return record.with({
            headers: [...record.headers, ...added],
            ...(side === 'Key' ? { key: left } : { value: left }),
          })
        },
      }
    },
  }),
)

function schemaOf(struct: Struct, field: string): Schema {
  if (struct.has(field)) return struct.field(field).schema
  throw new DataError('header_from.unknown_field', `Field does not exist: ${field}`)
}

/** What is left when fields have been moved away. */
function restOf(moved: ReadonlySet<string>, withDefaults: boolean): (source: Struct | object) => SchemaAndValue {
  const schemas = new LruCache<Schema, StructSchema>(schemaCacheSize)
  return (source) => {
    if (!(source instanceof Struct)) {
      return { schema: null, value: Object.fromEntries(Object.entries(source).filter(([name]) => !moved.has(name))) }
    }
    const schema = schemas.through(source.schema, () =>
      structSchema(
        fieldsOf(source.schema).filter(([name]) => !moved.has(name)),
        kept(source.schema),
      ),
    )
    const values = new Map(schema.fields.map(({ name }) => [name, fieldOf(source, name, withDefaults)]))
    return { schema, value: new Struct(schema, values) }
  }
}
