import {
  configDef,
  definePlugin,
  key,
  LruCache,
  schema as make,
  type Schema,
  type SchemaAndValue,
  Struct,
  type StructSchema,
} from '@penstock/core'
import { type CastType, castTypes, castValue } from './cast-value.ts'
import { replaceNullWithDefault, schemaCacheSize } from './common-keys.ts'
import { asStruct, fieldOf, kept, member, requireMap, requireStruct, setMember, structSchema } from './fields.ts'
import { forKeyAndValue, read, replaced } from './side.ts'

const purpose = 'cast types'

const config = configDef({
  spec: key.list({
    importance: 'high',
    doc: `Fields with the type to cast them to, as field:type, or one type alone for the whole. Types are ${castTypes.join(', ')}. Bytes can be cast to string only.`,
    check: specProblem,
  }),
  'replace.null.with.default': replaceNullWithDefault,
})

export const cast = forKeyAndValue((side) =>
  definePlugin({
    kind: 'transformation',
    name: `Cast$${side}`,
    aliases: [`org.apache.kafka.connect.transforms.Cast$${side}`],
    summary: `Casts fields of the ${side.toLowerCase()}, or all of it, to another type.`,
    config,
    create: (options) => {
      const spec = specOf(options.spec)
      const withDefaults = options['replace.null.with.default']
      const transform = typeof spec === 'string' ? castWhole(spec) : castFields(spec, withDefaults)
      return {
        apply(record) {
          const before = read(record, side)
          return before.value === null ? record : replaced(record, side, transform(before))
        },
      }
    },
  }),
)

type Transform = (before: SchemaAndValue) => SchemaAndValue

function castWhole(type: CastType): Transform {
  const schemas = new LruCache<Schema, Schema>(schemaCacheSize)
  return ({ schema, value }) => {
    const cast = castValue(schema, value, type)
    if (schema === null) return { schema, value: cast }
    const { name, version, doc, parameters } = schema
    return {
      schema: schemas.through(schema, () => ({ ...castSchema(schema, type), name, version, doc, parameters })),
      value: cast,
    }
  }
}

function castFields(types: ReadonlyMap<string, CastType>, withDefaults: boolean): Transform {
  const schemas = new LruCache<Schema, StructSchema>(schemaCacheSize)
  const castStruct = (struct: Struct, updated: StructSchema): Struct => {
    const values = new Map<string, unknown>()
    for (const { name, schema } of struct.schema.fields) {
      const value = fieldOf(struct, name, withDefaults)
      const type = types.get(name)
      values.set(name, type === undefined ? value : castValue(schema, value, type))
    }
    return new Struct(updated, values)
  }
  const updatedSchema = (schema: StructSchema): StructSchema => {
    const fields = schema.fields.map(({ name, schema: of }) => {
      const type = types.get(name)
      return [name, type === undefined ? of : castSchema(of, type)] as const
    })
    const bare = structSchema(fields, { ...kept(schema), optional: schema.optional })
    return schema.default instanceof Struct ? { ...bare, default: castStruct(schema.default, bare) } : bare
  }
  return ({ schema, value }) => {
    if (schema === null) {
      const map = { ...requireMap(value, purpose) }
      for (const [name, type] of types) setMember(map, name, castValue(null, member(map, name) ?? null, type))
      return { schema, value: map }
    }
    const struct = requireStruct(asStruct(schema) && value, purpose)
    const updated = schemas.through(struct.schema, () => updatedSchema(struct.schema))
    return { schema: updated, value: castStruct(struct, updated) }
  }
}

/** Keeps optional and default, and nothing else of the original: the logical name is gone with its type. */
function castSchema(schema: Schema, type: CastType): Schema {
  const value = schema.default ?? null
  return make.primitive(schemaTypes[type], {
    optional: schema.optional,
    ...(value === null ? {} : { default: castValue(schema, value, type) }),
  })
}

const schemaTypes = {
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  float32: 'FLOAT32',
  float64: 'FLOAT64',
  boolean: 'BOOLEAN',
  string: 'STRING',
} as const

function specProblem(spec: readonly string[]): string | undefined {
  if (spec.length === 0) return 'Must specify at least one field to cast.'
  for (const entry of spec) {
    const parts = entry.split(':')
    if (parts.length > 2) return `${entry} is not field:type`
    const type = (parts.at(-1) ?? '').trim().toLowerCase()
    if (!castTypes.includes(type as CastType)) {
      return `Invalid type found in casting spec: ${type}; supported types are ${castTypes.join(', ')}`
    }
  }
  if (spec.length > 1 && spec.some((entry) => !entry.includes(':'))) {
    return 'Cast transformations that specify a type to cast the entire value to may only specify a single cast in their spec'
  }
  return undefined
}

/** The type of the whole, or types by field; the last one of a field counts. */
function specOf(spec: readonly string[]): CastType | ReadonlyMap<string, CastType> {
  const types = new Map<string, CastType>()
  for (const entry of spec) {
    const [field = '', type] = entry.split(':').map((part) => part.trim())
    if (type === undefined) return field.toLowerCase() as CastType
    types.set(field, type.toLowerCase() as CastType)
  }
  return types
}
