import { configDef, definePlugin, key, LruCache, type Schema, Struct, type StructSchema } from '@penstock/core'
import { replaceNullWithDefault, schemaCacheSize } from './common-keys.ts'
import { fieldOf, kept, requireMap, requireStruct, setMember, structSchema } from './fields.ts'
import { forKeyAndValue, read, replaced } from './side.ts'

const purpose = 'field replacement'

const config = configDef({
  exclude: key.list({ default: [], importance: 'medium', doc: 'Fields to leave out, even if include names them.' }),
  include: key.list({ default: [], importance: 'medium', doc: 'Fields to keep. Empty keeps all.' }),
  renames: key.list({
    default: [],
    importance: 'medium',
    doc: 'Pairs old:new. exclude and include go by the old names.',
    check: (renames) => {
      const wrong = renames.find((rename) => pairOf(rename) === null)
      return wrong === undefined ? undefined : `Invalid rename mapping: ${wrong}, expected old:new`
    },
  }),
  'replace.null.with.default': replaceNullWithDefault,
})

export const replaceField = forKeyAndValue((side) =>
  definePlugin({
    kind: 'transformation',
    name: `ReplaceField$${side}`,
    aliases: [`org.apache.kafka.connect.transforms.ReplaceField$${side}`],
    summary: `Filters or renames fields of the ${side.toLowerCase()}.`,
    config,
    create: (options) => {
      const exclude = new Set(options.exclude)
      const include = new Set(options.include)
      const renames = new Map(options.renames.map((rename) => pairOf(rename) ?? [rename, rename]))
      const withDefaults = options['replace.null.with.default']
      const schemas = new LruCache<Schema, StructSchema>(schemaCacheSize)
      const keeps = (name: string): boolean => !exclude.has(name) && (include.size === 0 || include.has(name))
      const renamed = (name: string): string => renames.get(name) ?? name
      return {
        apply(record) {
          const { schema, value } = read(record, side)
          if (value === null) return record
          if (schema === null) {
            const map = requireMap(value, purpose)
            const made = {}
            // Without a pair of name and item for each field: there are many records.
            for (const name of Object.keys(map)) if (keeps(name)) setMember(made, renamed(name), map[name])
            return replaced(record, side, { schema: null, value: made })
          }
          const struct = requireStruct(value, purpose)
          const updated = schemas.through(struct.schema, () => {
            const fields = struct.schema.fields.filter((field) => keeps(field.name))
            return structSchema(
              fields.map((field) => [renamed(field.name), field.schema]),
              kept(struct.schema),
            )
          })
          const values = new Map<string, unknown>()
          for (const { name } of struct.schema.fields) {
            if (keeps(name)) values.set(renamed(name), fieldOf(struct, name, withDefaults))
          }
          return replaced(record, side, { schema: updated, value: new Struct(updated, values) })
        },
      }
    },
  }),
)

/** As in Java, colons at the end don't count. */
function pairOf(rename: string): readonly [string, string] | null {
  const parts = rename.replace(/:+$/, '').split(':')
  const [from, to] = parts
  return from === undefined || to === undefined || parts.length > 2 ? null : [from, to]
}
