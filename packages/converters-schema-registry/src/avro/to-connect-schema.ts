/** The Connect schema of an Avro schema. Read next: decoder.ts, which walks both together. */
import { assertNever, DataError, type JsonValue, type Schema, type SchemaOptions, schema } from '@penstock/core'
import type { AvroOptions } from './avro-options.ts'
import {
  type AvroArray,
  type AvroAttributes,
  type AvroEnum,
  type AvroField,
  type AvroRecord,
  type AvroType,
  type AvroUnion,
  isNamed,
  logicalTypeOf,
  shortName,
  textAttribute,
} from './avro-type.ts'
import { defaultToConnect } from './default-value.ts'
import {
  attribute,
  defaultRecordName,
  generalizedUnionPrefix,
  mapEntryName,
  memberName,
  namespace,
  parameter,
  unionName,
} from './names.ts'
import { bytesSchema, intSchema } from './scalar-schema.ts'

/** What is said of a type where it is used. */
interface Use {
  readonly optional: boolean
  /** The field's default; undefined where there is none. */
  readonly default: JsonValue | undefined
  readonly doc: string | null
  /** For the outermost schema. */
  readonly version: number | null
}
const plainUse: Use = { optional: false, default: undefined, doc: null, version: null }
const optionalUse: Use = { ...plainUse, optional: true }

/** Throws DataError for a schema that Connect has no counterpart for. */
export function toConnectSchema(type: AvroType, options: AvroOptions, version: number | null = null): Schema {
  return new SchemaBuilder(options).of(type, { ...plainUse, version })
}

/** The branch that stands for a value, where a union only says that it is optional; null for other unions. */
export function optionalBranch({ types }: AvroUnion): AvroType | null {
  if (types.length !== 2 || !types.some(({ kind }) => kind === 'null')) return null
  return types.find(({ kind }) => kind !== 'null') ?? null
}

/** Maps with keys other than strings are arrays of records of a key and a value. */
export function mapEntryOf({ items }: AvroArray): { readonly key: AvroField; readonly value: AvroField } | null {
  if (items.kind !== 'record') return null
  const marked = items.attributes[attribute.internalType] === mapEntryName
  if (!marked && items.name !== `${namespace}.${mapEntryName}`) return null
  const key = items.fields.find(({ name }) => name === 'key')
  const value = items.fields.find(({ name }) => name === 'value')
  return key && value && items.fields.length === 2 ? { key, value } : null
}

class SchemaBuilder {
  readonly #options: AvroOptions
  /** Named types are used again and again; what they become without a default is made once. */
  readonly #made = new Map<AvroType, Schema>()
  readonly #underWay = new Set<AvroRecord>()
  #unions = 0

  constructor(options: AvroOptions) {
    this.#options = options
  }

  of(type: AvroType, use: Use): Schema {
    const plain = use.default === undefined && use.doc === null && use.version === null
    if (!plain || !isNamed(type)) return this.#make(type, use)
    let made = this.#made.get(type)
    if (made === undefined) {
      made = this.#make(type, plainUse)
      this.#made.set(type, made)
    }
    return use.optional ? { ...made, optional: true } : made
  }

  #make(type: AvroType, use: Use): Schema {
    switch (type.kind) {
      case 'null':
        throw new DataError('avro.null_schema', 'Standalone null schemas are not supported by this converter')
      case 'union':
        return this.#union(type, use)
      case 'record':
        return this.#record(type, use)
      case 'enum':
        return this.#finish(type, schema.string({ parameters: this.#enumParameters(type) }), use)
      case 'array':
        return this.#finish(type, this.#array(type), use)
      case 'map':
        return this.#finish(type, schema.map(schema.string(), this.of(type.values, plainUse)), use)
      case 'bytes':
      case 'fixed':
        return this.#finish(type, bytesSchema(type), use)
      case 'int':
        return this.#finish(type, intSchema(type), use)
      case 'long':
        return this.#finish(type, logicalTypeOf(type) === 'timestamp-millis' ? schema.timestamp() : schema.int64(), use)
      case 'boolean':
        return this.#finish(type, schema.boolean(), use)
      case 'float':
        return this.#finish(type, schema.float32(), use)
      case 'double':
        return this.#finish(type, schema.float64(), use)
      case 'string':
        return this.#finish(type, schema.string(), use)
      default:
        return assertNever(type)
    }
  }

  #array(type: AvroArray): Schema {
    const entry = mapEntryOf(type)
    if (entry === null) return schema.array(this.of(type.items, plainUse))
    return schema.map(this.of(entry.key.type, plainUse), this.of(entry.value.type, plainUse))
  }

  #record(type: AvroRecord, use: Use): Schema {
    if (this.#underWay.has(type)) {
      throw new DataError(
        'avro.recursive_schema',
        `the Avro record ${type.name} contains itself; Connect schemas can't, so such records can't be read with a schema`,
      )
    }
    this.#underWay.add(type)
    const { fieldDocsOnly, metaData } = this.#options
    const docs = metaData && !fieldDocsOnly
    const parameters: Record<string, string> = {}
    const doc = textAttribute(type.attributes, 'doc')
    if (docs && doc !== null) parameters[parameter.recordDoc] = doc
    const fields = type.fields.map((field): [string, Schema] => {
      if (docs && field.doc !== null) parameters[`${parameter.fieldDoc}${field.name}`] = field.doc
      return [field.name, this.#field(field)]
    })
    this.#underWay.delete(type)
    return this.#finish(type, schema.struct(fields, { parameters: orNull(parameters) }), use)
  }

  /** A field can change the parameters of a type that is defined elsewhere. */
  #field(field: AvroField): Schema {
    const made = this.of(field.type, { ...plainUse, default: field.default ?? undefined, doc: field.doc })
    const own = field.attributes[attribute.parameters]
    if (!this.#options.metaData || !isObject(own)) return made
    return { ...made, parameters: { ...made.parameters, ...textsOf(own) } }
  }

  #enumParameters(type: AvroEnum): Record<string, string> {
    const { metaData, fieldDocsOnly, generalizedSums } = this.#options
    const parameters: Record<string, string> = {}
    const name = shortName(type.name)
    const doc = textAttribute(type.attributes, 'doc')
    const ownDefault = textAttribute(type.attributes, 'default')
    if (metaData && doc !== null) {
      parameters[fieldDocsOnly ? parameter.enumDocOnly : `${parameter.enumDoc}${name}`] = doc
    }
    if (metaData && !fieldDocsOnly && ownDefault !== null) parameters[`${parameter.enumDefault}${name}`] = ownDefault
    const kind = generalizedSums ? parameter.generalizedEnum : parameter.enum
    parameters[kind] = type.name
    type.symbols.forEach((symbol, index) => {
      parameters[`${kind}.${symbol}`] = generalizedSums ? String(index) : symbol
    })
    return parameters
  }

  #union(type: AvroUnion, use: Use): Schema {
    const [only] = type.types
    if (type.types.length === 1 && only !== undefined && this.#options.flattenSingletons) {
      return this.of(only, { ...plainUse, doc: use.doc })
    }
    const branch = optionalBranch(type)
    if (branch !== null) return this.of(branch, { ...optionalUse, doc: use.doc, version: use.version })
    const name = this.#options.generalizedSums ? `${generalizedUnionPrefix}${this.#unions++}` : unionName
    const fields = type.types.flatMap((member, index): [string, Schema][] =>
      member.kind === 'null' ? [] : [[memberName(member, index, this.#options), this.of(member, optionalUse)]],
    )
    if (new Set(fields.map(([field]) => field)).size < fields.length) {
      throw new DataError(
        'avro.union',
        `two branches of a union have the same short name (${fields.map(([field]) => field).join(', ')}); set enhanced.avro.schema.support=true to tell them apart by their full names`,
      )
    }
    return schema.struct(fields, {
      name,
      optional: type.types.some(({ kind }) => kind === 'null'),
      version: use.version,
      parameters: this.#options.generalizedSums ? { [parameter.generalizedUnion]: name } : null,
    })
  }

  /** Adds what the attributes of the type and the place it is used at say. */
  #finish(type: Exclude<AvroType, AvroUnion>, bare: Schema, use: Use): Schema {
    const { attributes } = type
    const { metaData, fieldDocsOnly } = this.#options
    const parameters: Record<string, string> = { ...bare.parameters }
    if (metaData && isObject(attributes[attribute.parameters])) {
      Object.assign(parameters, textsOf(attributes[attribute.parameters] as AvroAttributes))
    }
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith('avro')) parameters[name] = typeof value === 'string' ? value : JSON.stringify(value)
    }
    const connectDefault = attributes[attribute.default]
    if (use.default !== undefined && connectDefault === undefined && metaData && !fieldDocsOnly) {
      parameters[parameter.fieldDefault] = 'true'
    }
    const ownDoc = textAttribute(attributes, attribute.doc)
    const recordDoc = textAttribute(attributes, 'doc')
    if (fieldDocsOnly && metaData && recordDoc !== null) parameters[parameter.recordDocOnly] = recordDoc
    const said: SchemaOptions = {
      optional: use.optional,
      name: bare.name ?? this.#nameOf(type),
      version: bare.version ?? versionOf(attributes) ?? use.version,
      doc: fieldDocsOnly ? (use.doc ?? recordDoc ?? ownDoc) : metaData ? ownDoc : null,
      parameters: orNull(parameters),
    }
    const finished: Schema = { ...bare, ...said }
    const value = defaultOf(type, finished, use.default ?? connectDefault)
    return value === undefined ? finished : { ...finished, default: value }
  }

  #nameOf(type: AvroType): string | null {
    if (type.kind === 'union') return null
    const name = textAttribute(type.attributes, attribute.name) ?? (isNamed(type) ? type.name : null)
    return name?.startsWith(`${namespace}.${defaultRecordName}`) ? null : name
  }
}

/** A default that does not fit its type is as good as none, as for Confluent's converter. */
function defaultOf(type: AvroType, of: Schema, json: JsonValue | undefined): unknown {
  if (json === undefined || json === null) return undefined
  try {
    return defaultToConnect(type, of, json) ?? undefined
  } catch (error) {
    if (error instanceof DataError) return undefined
    throw error
  }
}

function versionOf(attributes: AvroAttributes): number | null {
  const version = attributes[attribute.version]
  return typeof version === 'number' ? version : null
}

function textsOf(attributes: AvroAttributes): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
}

function orNull(parameters: Record<string, string>): Record<string, string> | null {
  return Object.keys(parameters).length === 0 ? null : parameters
}

function isObject(value: JsonValue | undefined): value is { [name: string]: JsonValue } {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
