import {
  configDef,
  definePlugin,
  key,
  LruCache,
  schema as make,
  type Schema,
  Struct,
  type StructSchema,
} from '@penstock/core'
import { schemaCacheSize } from './common-keys.ts'
import { setMember } from './fields.ts'
import { forKeyAndValue, read, replaced } from './side.ts'

const config = configDef({
  field: key.string({ importance: 'medium', doc: 'Name of the only field of the new struct or map.' }),
})

export const hoistField = forKeyAndValue((side) =>
  definePlugin({
    kind: 'transformation',
    name: `HoistField$${side}`,
    aliases: [`org.apache.kafka.connect.transforms.HoistField$${side}`],
    summary: `Wraps the whole ${side.toLowerCase()} in a struct or map with one field.`,
    config,
    create: ({ field }) => {
      const schemas = new LruCache<Schema, StructSchema>(schemaCacheSize)
      return {
        apply(record) {
          const { schema, value } = read(record, side)
          if (schema === null) {
            const map = {}
            setMember(map, field, value)
            return replaced(record, side, { schema, value: map })
          }
          const wrapped = schemas.through(schema, () => make.struct([[field, schema]]))
          return replaced(record, side, { schema: wrapped, value: new Struct(wrapped, new Map([[field, value]])) })
        },
      }
    },
  }),
)
