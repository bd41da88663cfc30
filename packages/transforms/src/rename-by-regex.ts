import {
  ConfigError,
  configDef,
  DataError,
  definePlugin,
  key,
  LruCache,
  messageOf,
  type Schema,
  type SchemaAndValue,
  Struct,
  type StructSchema,
} from '@penstock/core'
import { JavaRegex, parseReplacement, patternProblem, replace } from '@penstock/regex'
import { schemaCacheSize } from './common-keys.ts'
import { type Fields, isMap, requireMap, requireStruct, setMember, structSchema } from './fields.ts'
import { forKeyAndValue, read, replaced } from './side.ts'

const purpose = 'renaming fields'

const config = configDef({
  regex: key.string({
    importance: 'high',
    doc: 'Regular expression in Java syntax, searched for in the names of fields. Every match in a name is replaced.',
    check: patternProblem,
  }),
  replacement: key.string({
    importance: 'high',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Java's replacement syntax
    doc: 'Takes the place of what the regex matches; $1 or ${name} stand for its groups, \\$ for a dollar sign.',
  }),
  nested: key.boolean({
    default: false,
    importance: 'medium',
    doc: 'Whether fields of nested structs and maps, also those in arrays, are renamed too.',
  }),
})

export const renameByRegex = forKeyAndValue((side) =>
  definePlugin({
    kind: 'transformation',
    name: `RenameByRegex$${side}`,
    aliases: [`io.penstock.transforms.RenameByRegex$${side}`],
    summary: `Renames fields of the ${side.toLowerCase()} by a regular expression.`,
    config,
    create: (options) => {
      const renaming = new Renaming(nameChange(options.regex, options.replacement), options.nested)
      return {
        apply(record) {
          const before = read(record, side)
          return before.value === null ? record : replaced(record, side, renaming.of(before))
        },
      }
    },
  }),
)

function nameChange(pattern: string, text: string): (name: string) => string {
  const regex = new JavaRegex(pattern)
  // The same names come with every record.
  const names = new LruCache<string, string>(1000)
  try {
    const replacement = parseReplacement(text, regex)
    return (name) => names.through(name, () => replace(name, regex, replacement, true))
  } catch (error) {
    throw new ConfigError([
      { key: 'replacement', message: `Invalid value ${text} for configuration replacement: ${messageOf(error)}` },
    ])
  }
}

class Renaming {
  readonly #rename: (name: string) => string
  readonly #nested: boolean
  readonly #schemas = new LruCache<Schema, StructSchema>(schemaCacheSize)

  constructor(rename: (name: string) => string, nested: boolean) {
    this.#rename = rename
    this.#nested = nested
  }

  of({ schema, value }: SchemaAndValue): SchemaAndValue {
    if (schema === null) return { schema, value: this.#map(requireMap(value, purpose)) }
    const struct = requireStruct(value, purpose)
    const updated = this.#schemas.through(struct.schema, () => this.#structSchema(struct.schema))
    return { schema: updated, value: this.#struct(struct, updated) }
  }

  #map(map: Fields): Fields {
    const renamed: Fields = {}
    for (const [name, value] of Object.entries(map)) {
      const to = this.#rename(name)
      if (Object.hasOwn(renamed, to)) {
        throw new DataError('rename_by_regex.duplicate', `two fields would be named ${to}; ${name} is one of them`)
      }
      setMember(renamed, to, this.#nested ? this.#plain(value) : value)
    }
    return renamed
  }

  #plain(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#plain(item))
    return isMap(value) ? this.#map(value) : value
  }

  #structSchema(schema: StructSchema): StructSchema {
    const fields = schema.fields.map(({ name, schema: of }) => [this.#rename(name), this.#schema(of)] as const)
    const { name, version, doc, parameters, optional } = schema
    const bare = structSchema(fields, { name, version, doc, parameters, optional })
    return schema.default instanceof Struct ? { ...bare, default: this.#struct(schema.default, bare) } : bare
  }

  #schema(schema: Schema): Schema {
    if (!this.#nested) return schema
    switch (schema.type) {
      case 'STRUCT':
        return this.#structSchema(schema)
      case 'ARRAY':
        return { ...schema, valueSchema: this.#schema(schema.valueSchema) }
      case 'MAP':
        return { ...schema, valueSchema: this.#schema(schema.valueSchema) }
      default:
        return schema
    }
  }

  #struct(struct: Struct, updated: StructSchema): Struct {
    const values = new Map<string, unknown>()
    for (const [i, field] of struct.schema.fields.entries()) {
      const to = updated.fields[i]
      if (to !== undefined) values.set(to.name, this.#typed(to.schema, struct.getWithoutDefault(field.name)))
    }
    return new Struct(updated, values)
  }

  #typed(schema: Schema, value: unknown): unknown {
    if (!this.#nested || value === null) return value
    if (schema.type === 'STRUCT') return value instanceof Struct ? this.#struct(value, schema) : value
    if (schema.type === 'ARRAY' && Array.isArray(value))
      return value.map((item) => this.#typed(schema.valueSchema, item))
    if (schema.type === 'MAP' && value instanceof Map) {
      return new Map([...value].map(([name, item]) => [name, this.#typed(schema.valueSchema, item)]))
    }
    return value
  }
}
