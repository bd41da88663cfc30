/** The Protobuf schema that values of a Connect schema are registered with. */
import {
  DataError,
  type Field,
  logical,
  type MapSchema,
  type Schema,
  type StructSchema,
  schemasEqual,
} from '@penstock/core'
import { scrubbed } from '../scrubbed-name.ts'
import { defaultMessageName, isUnionSchema, logicalMessage, parameter, shortName, unionPrefix } from './names.ts'
import type { ProtobufOptions } from './protobuf-options.ts'
import { wrappersFile } from './well-known.ts'

/** Throws DataError for a schema that Protobuf can't express. */
export function deriveProto(schema: Schema, options: ProtobufOptions): string {
  if (schema.type === 'ARRAY' || schema.type === 'MAP') {
    throw unsupported(
      `a value of type ${schema.type} can't stand alone; put it into a struct (transformation HoistField)`,
    )
  }
  if (schema.type !== 'STRUCT') return wrappersFile
  return new ProtoText(options).file(schema)
}

class ProtoText {
  readonly #options: ProtobufOptions
  readonly #imports = new Set<string>()
  #unnamed = 0

  constructor(options: ProtobufOptions) {
    this.#options = options
  }

  file(schema: StructSchema): string {
    const name = this.#nameOf(schema)
    const dot = name.lastIndexOf('.')
    const message = this.#message(name.slice(dot + 1), schema, '')
    return [
      'syntax = "proto3";',
      ...(dot < 0 ? [] : [`package ${name.slice(0, dot)};`]),
      '',
      ...[...this.#imports].sort().map((file) => `import "${file}";`),
      ...(this.#imports.size === 0 ? [] : ['']),
      ...message,
      '',
    ].join('\n')
  }

  #message(name: string, schema: StructSchema, indent: string): string[] {
    const inside = new Scope(schema, name)
    const lines = schema.fields.flatMap((field) => this.#field(field, inside, `${indent}  `))
    const nested = [...inside.nested].flatMap(([innerName, inner]) =>
      inner.type === 'enum' ? inner.lines.map((line) => `${indent}  ${line}`) : inner.write(innerName, `${indent}  `),
    )
    return [`${indent}message ${name} {`, ...lines, ...nested, `${indent}}`]
  }

  #field({ name, schema }: Field, scope: Scope, indent: string): string[] {
    if (schema.type === 'STRUCT' && isUnionSchema(schema)) return this.#oneof(schema, scope, indent)
    return [`${indent}${this.#declaration(this.#allowed(name), schema, scope, false)}`]
  }

  #oneof(schema: StructSchema, scope: Scope, indent: string): string[] {
    const given = schema.parameters?.[parameter.generalizedUnion] ?? (schema.name ?? '').slice(unionPrefix.length)
    const members = schema.fields.map((member) => {
      return `${indent}  ${this.#declaration(this.#allowed(member.name), member.schema, scope, true)}`
    })
    return [`${indent}oneof ${this.#allowed(shortName(given))} {`, ...members, `${indent}}`]
  }

  /** `optional int32 count = 3 [(confluent.field_meta) = { … }];` */
  #declaration(name: string, schema: Schema, scope: Scope, inOneof: boolean): string {
    const isList = schema.type === 'ARRAY' || schema.type === 'MAP'
    if (inOneof && isList) throw unsupported(`${name} is a list or map in a union`)
    const optional = this.#options.optionalForNullables && schema.optional && !inOneof && !isList
    const item = schema.type === 'ARRAY' ? schema.valueSchema : schema
    if (schema.type === 'ARRAY' && (item.type === 'ARRAY' || item.type === 'MAP')) {
      throw unsupported(`${name} is a list of lists or maps; put a struct between them`)
    }
    const meta: Record<string, string> = {}
    const type = this.#type(name, item, scope, inOneof || schema.type === 'ARRAY', meta)
    const params = Object.entries(meta).map(([key, value]) => `{ key: "${key}", value: "${value}" }`)
    if (params.length > 0) this.#imports.add('confluent/meta.proto')
    const option = params.length === 0 ? '' : ` [(confluent.field_meta) = { params: [${params.join(', ')}] }]`
    return `${isList ? 'repeated ' : optional ? 'optional ' : ''}${type} ${name} = ${scope.number(schema)}${option};`
  }

  #type(name: string, schema: Schema, scope: Scope, unwrapped: boolean, meta: Record<string, string>): string {
    const message = this.#logical(schema, meta)
    if (message !== null) return message
    const mayWrap = !unwrapped || schema.parameters?.[parameter.wrapper] !== undefined
    const wrapped = this.#options.wrapperForNullables && schema.optional && mayWrap
    if (schema.type === 'STRUCT') return this.#struct(name, schema, scope)
    if (schema.type === 'MAP') return this.#map(name, schema, scope)
    const enumName = this.#enum(schema, scope)
    if (enumName !== null) return enumName
    if (schema.type === 'INT8' || schema.type === 'INT16') meta['connect.type'] = schema.type.toLowerCase()
    const type = schema.parameters?.[parameter.type] ?? usualType(schema)
    if (!wrapped) return type
    this.#imports.add('google/protobuf/wrappers.proto')
    return `google.protobuf.${wrapperOf[type] ?? 'Int64Value'}`
  }

  #logical(schema: Schema, meta: Record<string, string>): string | null {
    switch (schema.name) {
      case logical.decimal: {
        const precision = schema.parameters?.[parameter.precision]
        if (precision !== undefined) meta.precision = precision
        meta.scale = schema.parameters?.scale ?? '0'
        this.#imports.add('confluent/type/decimal.proto')
        return logicalMessage.decimal
      }
      case logical.date:
        this.#imports.add('google/type/date.proto')
        return logicalMessage.date
      case logical.time:
        this.#imports.add('google/type/timeofday.proto')
        return logicalMessage.time
      case logical.timestamp:
        this.#imports.add('google/protobuf/timestamp.proto')
        return logicalMessage.timestamp
      default:
        return null
    }
  }

  #struct(field: string, schema: StructSchema, scope: Scope): string {
    if (isUnionSchema(schema)) throw unsupported(`${field} is a list or map of unions; put a struct between them`)
    const own = shortName(this.#nameOf(schema))
    // A message can't have the name of a field beside it.
    const name = own === field ? `${own}Message` : own
    scope.define(name, schema, (indent) => this.#message(name, schema, indent))
    return name
  }

  /** A message of a key and a value, as protoc makes of maps; so keys can be of any type. */
  #map(field: string, schema: MapSchema, scope: Scope): string {
    const given = schema.name === null ? field : this.#allowed(shortName(schema.name))
    const camel = given.replace(/(?:^|_)([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase())
    const name = `${camel}Entry`
    scope.define(name, { ...schema, name }, (indent) => {
      const entry = new Scope(null, name)
      const [key, value] = [schema.keySchema, schema.valueSchema]
      if (key.type === 'ARRAY' || value.type === 'ARRAY' || key.type === 'MAP' || value.type === 'MAP') {
        throw unsupported(`${field} is a map of lists or maps; put a struct between them`)
      }
      const lines = [
        this.#declaration('key', withoutTag(key), entry, false),
        this.#declaration('value', withoutTag(value), entry, false),
      ]
      const nested = [...entry.nested].flatMap(([innerName, inner]) =>
        inner.type === 'enum' ? inner.lines.map((line) => `${indent}  ${line}`) : inner.write(innerName, `${indent}  `),
      )
      return [`${indent}message ${name} {`, ...lines.map((line) => `${indent}  ${line}`), ...nested, `${indent}}`]
    })
    return name
  }

  #enum(schema: Schema, scope: Scope): string | null {
    const kind = this.#options.generalizedSums ? parameter.generalizedEnum : parameter.enum
    const own = schema.parameters?.[kind]
    if (own === undefined || (schema.type !== 'STRING' && schema.type !== 'INT32')) return null
    const name = this.#allowed(shortName(own))
    const symbols = Object.entries(schema.parameters ?? {})
      .filter(([key]) => key.startsWith(`${kind}.`))
      .map(([key, number]) => ({ symbol: this.#allowed(key.slice(kind.length + 1)), number: Number(number) }))
    symbols.sort((a, b) => Number(b.number === 0) - Number(a.number === 0))
    if (symbols[0]?.number !== 0) throw unsupported(`the enum ${name} has no symbol with the number 0`)
    const lines = symbols.map(({ symbol, number }) => `  ${symbol} = ${number};`)
    scope.defineEnum(name, [`enum ${name} {`, ...lines, '}'])
    return name
  }

  #nameOf(schema: Schema): string {
    if (schema.name === null || schema.name === '') return `${defaultMessageName}${++this.#unnamed}`
    return schema.name
      .split('.')
      .map((part) => this.#allowed(part))
      .join('.')
  }

  #allowed(name: string): string {
    const allowed = this.#options.scrubNames ? scrubbed(name) : name
    if (/^[A-Za-z_]\w*$/.test(allowed)) return allowed
    throw new DataError(
      'protobuf.invalid_name',
      `"${name}" is no name for Protobuf, which allows letters, digits and _; rename it (transformation ReplaceField or SetSchemaMetadata) or set scrub.invalid.names=true`,
    )
  }
}

type Nested =
  | { readonly type: 'message'; readonly schema: Schema; write(name: string, indent: string): string[] }
  | { readonly type: 'enum'; readonly lines: readonly string[] }

/** What a message has inside: the numbers of its fields, and messages and enums of its own. */
class Scope {
  readonly nested = new Map<string, Nested>()
  readonly #owner: string
  readonly #taken = new Set<number>()
  #next = 1

  constructor(schema: StructSchema | null, owner: string) {
    this.#owner = owner
    for (const field of schema?.fields ?? []) {
      const isUnion = field.schema.type === 'STRUCT' && isUnionSchema(field.schema)
      const members = isUnion ? (field.schema as StructSchema).fields : [field]
      for (const member of members) {
        const number = tagOf(member.schema)
        if (number === null) continue
        if (this.#taken.has(number)) {
          throw unsupported(`two fields of ${owner} have the number ${number} in their parameter ${parameter.tag}`)
        }
        this.#taken.add(number)
      }
    }
  }

  /** The one that the schema tells, else the next that is free. */
  number(schema: Schema): number {
    const given = tagOf(schema)
    if (given !== null) return given
    while (this.#taken.has(this.#next) || (this.#next >= 19_000 && this.#next < 20_000)) this.#next++
    return this.#next++
  }

  define(name: string, schema: Schema, write: (indent: string) => string[]): void {
    const known = this.nested.get(name)
    if (known === undefined) {
      this.nested.set(name, { type: 'message', schema, write: (_, indent) => write(indent) })
    } else if (known.type === 'enum' || !schemasEqual(bare(known.schema), bare(schema))) throw this.#conflict(name)
  }

  defineEnum(name: string, lines: readonly string[]): void {
    const known = this.nested.get(name)
    if (known === undefined) this.nested.set(name, { type: 'enum', lines })
    else if (known.type !== 'enum' || known.lines.join() !== lines.join()) throw this.#conflict(name)
  }

  #conflict(name: string): DataError {
    return new DataError(
      'protobuf.name_conflict',
      `two different types inside ${this.#owner} have the name ${name}; rename one (transformation SetSchemaMetadata, or in the source)`,
    )
  }
}

function tagOf(schema: Schema): number | null {
  const number = Number(schema.parameters?.[parameter.tag] ?? 0)
  return Number.isInteger(number) && number > 0 ? number : null
}

/** Entries of maps number their two fields themselves. */
function withoutTag(schema: Schema): Schema {
  const { [parameter.tag]: _, ...parameters } = schema.parameters ?? {}
  return { ...schema, parameters }
}

/** What matters for a definition: not how it is used. */
function bare(schema: Schema): Schema {
  return { ...schema, optional: false, default: undefined, doc: null, version: null, parameters: null }
}

const wrapperOf: Readonly<Record<string, string>> = {
  double: 'DoubleValue',
  float: 'FloatValue',
  uint32: 'UInt32Value',
  fixed32: 'UInt32Value',
  uint64: 'UInt64Value',
  fixed64: 'UInt64Value',
  int32: 'Int32Value',
  sint32: 'Int32Value',
  sfixed32: 'Int32Value',
  bool: 'BoolValue',
  string: 'StringValue',
  bytes: 'BytesValue',
}

function usualType(schema: Schema): string {
  switch (schema.type) {
    case 'FLOAT32':
      return 'float'
    case 'FLOAT64':
      return 'double'
    case 'BOOLEAN':
      return 'bool'
    case 'STRING':
    case 'BYTES':
    case 'INT64':
      return schema.type.toLowerCase()
    default:
      return 'int32'
  }
}

function unsupported(why: string): DataError {
  return new DataError('protobuf.unsupported', `the schema can't be written as Protobuf: ${why}`)
}
