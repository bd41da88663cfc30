/** The Connect schema of a Protobuf message. Read next: decoder.ts, which walks both together. */
import { DataError, type PrimitiveSchema, type Schema, schema } from '@penstock/core'
import { isWrapper, logicalMessage, parameter, shortName, unionFieldName, unionPrefix, wrapperTypes } from './names.ts'
import {
  mapEntryOf,
  type ProtoEnum,
  type ProtoField,
  type ProtoMessage,
  type ProtoOneof,
  type ProtoScalar,
} from './proto-model.ts'
import type { ProtobufOptions } from './protobuf-options.ts'

/** Throws DataError for a message that contains itself. */
export function toConnectSchema(message: ProtoMessage, options: ProtobufOptions, version: number | null): Schema {
  const wrapped = options.wrapperForRawPrimitives && isWrapper(message.name) ? wrapperTypes[message.name] : null
  const made = wrapped === null ? new SchemaBuilder(options).message(message) : scalarSchema(wrapped, {})
  return { ...made, version }
}

class SchemaBuilder {
  readonly #options: ProtobufOptions
  /** What messages became; they are used again and again. */
  readonly #made = new Map<ProtoMessage, Schema>()
  readonly #underWay = new Set<ProtoMessage>()

  constructor(options: ProtobufOptions) {
    this.#options = options
  }

  message(message: ProtoMessage): Schema {
    const known = this.#made.get(message)
    if (known !== undefined) return known
    if (this.#underWay.has(message)) {
      throw new DataError(
        'protobuf.recursive_schema',
        `the Protobuf message ${message.name} contains itself; Connect schemas can't, so such records can't be read with a schema`,
      )
    }
    this.#underWay.add(message)
    const { flattenUnions } = this.#options
    const unions = message.oneofs.flatMap((oneof): [string, Schema][] =>
      flattenUnions
        ? oneof.fields.map((field) => [field.name, this.#field(field, true)])
        : [[unionFieldName(oneof, this.#options), this.#union(oneof, message)]],
    )
    const others = message.fields.filter(({ oneof }) => oneof === null)
    const fields = others.map((field): [string, Schema] => [field.name, this.#field(field, false)])
    this.#underWay.delete(message)
    const made = schema.struct([...unions, ...fields], { name: this.#nameOf(message) })
    this.#made.set(message, made)
    return made
  }

  #union(oneof: ProtoOneof, message: ProtoMessage): Schema {
    const fields = oneof.fields.map((field): [string, Schema] => [field.name, this.#field(field, true)])
    if (this.#options.generalizedSums) {
      const { name } = oneof
      return schema.struct(fields, { name, optional: true, parameters: { [parameter.generalizedUnion]: name } })
    }
    const name = this.#options.fullNames ? `${message.name}.${oneof.name}` : oneof.name
    return schema.struct(fields, { name: `${unionPrefix}${name}`, optional: true })
  }

  #field(field: ProtoField, inOneof: boolean): Schema {
    const { optionalForNullables, wrapperForNullables } = this.#options
    const entry = mapEntryOf(field)
    const type = entry === null ? this.#type(field) : this.#map(field.type as ProtoMessage, entry.key, entry.value)
    const of = field.repeated && entry === null ? schema.array({ ...type, optional: true }, { optional: true }) : type
    const nullable = optionalForNullables ? field.saysOptional : !wrapperForNullables
    const marked = inOneof && wrapperForNullables && typeof field.type === 'object' && isWrapper(field.type.name)
    return {
      ...of,
      optional: of.optional || inOneof || nullable,
      parameters: {
        ...of.parameters,
        ...(marked ? { [parameter.wrapper]: 'true' } : {}),
        [parameter.tag]: String(field.number),
      },
    }
  }

  #type(field: ProtoField): Schema {
    const { type } = field
    if (typeof type === 'string') return scalarSchema(type, field.parameters)
    if (type.kind === 'enum') return this.#enum(type)
    return { ...this.#messageValue(type, field), optional: true }
  }

  #messageValue(type: ProtoMessage, { parameters }: ProtoField): Schema {
    switch (type.name) {
      case logicalMessage.decimal: {
        const { precision, scale } = parameters
        const more = precision === undefined ? {} : { [parameter.precision]: precision }
        return schema.decimal(0, { parameters: { scale: String(Number.parseInt(scale ?? '', 10) || 0), ...more } })
      }
      case logicalMessage.date:
        return schema.date()
      case logicalMessage.time:
        return schema.time()
      case logicalMessage.timestamp:
        return schema.timestamp()
      default:
        return this.#options.wrapperForNullables && isWrapper(type.name)
          ? scalarSchema(wrapperTypes[type.name], {}, false)
          : this.message(type)
    }
  }

  #enum(type: ProtoEnum): Schema {
    const kind = this.#options.generalizedSums ? parameter.generalizedEnum : parameter.enum
    const symbols = type.values.map(({ name, number }) => [`${kind}.${name}`, String(number)])
    const parameters = { [kind]: shortName(type.name), ...Object.fromEntries(symbols) }
    const said = { name: this.#nameOf(type), optional: true, parameters }
    return this.#options.intEnums ? schema.int32(said) : schema.string(said)
  }

  #map(entry: ProtoMessage, key: ProtoField, value: ProtoField): Schema {
    const name = (this.#options.fullNames ? entry.name : shortName(entry.name)).replace(/Entry$/, '')
    const snake = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
    return schema.map(this.#field(key, false), this.#field(value, false), { name: snake, optional: true })
  }

  #nameOf({ name }: ProtoMessage | ProtoEnum): string {
    return this.#options.fullNames ? name : shortName(name)
  }
}

/** `withType` keeps the Protobuf type of a number, where it is not the usual one. */
function scalarSchema(
  type: ProtoScalar,
  parameters: Readonly<Record<string, string>>,
  withType = true,
): PrimitiveSchema {
  const ofType = (usual: ProtoScalar) => (type === usual || !withType ? {} : { parameters: { [parameter.type]: type } })
  switch (type) {
    case 'int32':
    case 'sint32':
    case 'sfixed32':
      if (parameters['connect.type'] === 'int8') return schema.int8()
      return parameters['connect.type'] === 'int16' ? schema.int16() : schema.int32(ofType('int32'))
    case 'float':
      return schema.float32()
    case 'double':
      return schema.float64()
    case 'bool':
      return schema.boolean()
    case 'string':
      return schema.string()
    case 'bytes':
      return schema.bytes()
    default:
      return schema.int64(ofType('int64'))
  }
}
