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
import { notEmpty, replaceNullWithDefault, schemaCacheSize } from './common-keys.ts'
import { fieldOf, member, requireMap, requireStruct, setMember, structSchema } from './fields.ts'

const purpose = 'copying fields from value to key'

const config = configDef({
  fields: key.list({
    importance: 'high',
    doc: 'Fields of the value that make the key, in this order.',
    check: notEmpty,
  }),
  'replace.null.with.default': replaceNullWithDefault,
})

export const valueToKey = definePlugin({
  kind: 'transformation',
  name: 'ValueToKey',
  aliases: ['org.apache.kafka.connect.transforms.ValueToKey'],
  summary: 'Makes the key of some fields of the value.',
  config,
  create: (options) => {
    const fields = [...new Set(options.fields)]
    const withDefaults = options['replace.null.with.default']
    const schemas = new LruCache<Schema, StructSchema>(schemaCacheSize)
    return {
      apply(record) {
        const { schema, value } = record.value
        if (schema === null) {
          const map = requireMap(value, purpose)
          const made = {}
          for (const field of fields) setMember(made, field, member(map, field) ?? null)
          return record.with({ key: { schema, value: made } })
        }
        const struct = requireStruct(value, purpose)
        const made = schemas.through(struct.schema, () =>
          structSchema(fields.map((field) => [field, schemaOf(struct, field)])),
        )
        const values = new Map(fields.map((field) => [field, fieldOf(struct, field, withDefaults)]))
        return record.with({ key: { schema: made, value: new Struct(made, values) } })
      },
    }
  },
})

function schemaOf(struct: Struct, field: string): Schema {
  if (struct.has(field)) return struct.field(field).schema
  throw new DataError('value_to_key.unknown_field', `Field does not exist: ${field}`)
}
