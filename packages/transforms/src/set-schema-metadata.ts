import {
  ConfigError,
  configDef,
  DataError,
  definePlugin,
  key,
  LruCache,
  type Schema,
  Struct,
  type StructSchema,
} from '@penstock/core'
import { replaceNullWithDefault, schemaCacheSize } from './common-keys.ts'
import { fieldOf } from './fields.ts'
import { forKeyAndValue, read, replaced } from './side.ts'

const config = configDef({
  'schema.name': key.string({ default: null, importance: 'high', doc: 'Name to give to the schema.' }),
  'schema.version': key.int({ default: null, importance: 'high', doc: 'Version to give to the schema.' }),
  'replace.null.with.default': replaceNullWithDefault,
})

export const setSchemaMetadata = forKeyAndValue((side) =>
  definePlugin({
    kind: 'transformation',
    name: `SetSchemaMetadata$${side}`,
    aliases: [`org.apache.kafka.connect.transforms.SetSchemaMetadata$${side}`],
    summary: `Sets the name or version of the ${side.toLowerCase()}'s schema.`,
    config,
    create: (options) => {
      const { 'schema.name': name, 'schema.version': version, 'replace.null.with.default': withDefaults } = options
      if (name === null && version === null) {
        throw new ConfigError([
          {
            key: 'schema.name',
            message: 'Neither schema name nor version configured: set schema.name or schema.version',
          },
        ])
      }
      const schemas = new LruCache<Schema, Schema>(schemaCacheSize)
      const renamed = (schema: Schema): Schema => ({
        ...schema,
        name: name ?? schema.name,
        version: version ?? schema.version,
      })
      return {
        apply(record) {
          const { schema, value } = read(record, side)
          if (schema === null) {
            if (value === null) return record
            throw new DataError('set_schema_metadata.no_schema', 'Schema required for [updating schema metadata]')
          }
          const updated = schemas.through(schema, () => renamed(schema))
          if (!(value instanceof Struct)) return replaced(record, side, { schema: updated, value })
          const values = new Map(
            value.schema.fields.map((field) => [field.name, fieldOf(value, field.name, withDefaults)]),
          )
          return replaced(record, side, { schema: updated, value: new Struct(updated as StructSchema, values) })
        },
      }
    },
  }),
)
