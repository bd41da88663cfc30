/** The Avro schema that values of a Connect schema are registered with. */
import {
  DataError,
  logical,
  type MapSchema,
  type PrimitiveSchema,
  type Schema,
  type StructSchema,
  schemasEqual,
  stringifyJson,
} from '@penstock/core'
import { scrubbed } from '../scrubbed-name.ts'
import type { AvroOptions } from './avro-options.ts'
import { defaultToAvro } from './default-to-avro.ts'
import {
  attribute,
  defaultPrecision,
  defaultRecordName,
  isUnionSchema,
  mapEntryName,
  namespace,
  parameter,
  scrubbedFullName,
} from './names.ts'

type Json = string | { [name: string]: unknown } | Json[]

/** Throws DataError for a schema that Avro can't express. */
export function deriveAvroSchema(schema: Schema, options: AvroOptions): string {
  return stringifyJson(new SchemaWriter(options).of(schema))
}

/** Whether keys stand in an Avro map; others make an array of records. */
export function hasTextKeys({ keySchema }: MapSchema, options: AvroOptions): boolean {
  return keySchema.type === 'STRING' && (!keySchema.optional || options.optionalMapKeys)
}

class SchemaWriter {
  readonly #options: AvroOptions
  /** Which schema each named type stands for: it is defined once and referred to by name. */
  readonly #defined = new Map<string, Schema>()
  /** Records whose schema has no name, by the one they were given. */
  readonly #unnamed: { readonly schema: Schema; readonly name: string }[] = []

  constructor(options: AvroOptions) {
    this.#options = options
  }

  of(schema: Schema): Json {
    if (schema.type === 'STRUCT' && isUnionSchema(schema)) {
      const branches = schema.fields.map((field) => this.#required(field.schema))
      return schema.optional ? ['null', ...branches] : branches
    }
    const required = this.#required(schema)
    if (!schema.optional) return required
    return hasDefault(schema) && schema.type !== 'STRUCT' ? [required, 'null'] : ['null', required]
  }

  #required(schema: Schema): Json {
    switch (schema.type) {
      case 'BOOLEAN':
        return this.#finished({ type: 'boolean' }, schema)
      case 'INT8':
      case 'INT16':
        return this.#finished({ type: 'int' }, schema, schema.type.toLowerCase())
      case 'INT32':
        return this.#finished({ type: 'int' }, schema)
      case 'INT64':
        return this.#finished({ type: 'long' }, schema)
      case 'FLOAT32':
        return this.#finished({ type: 'float' }, schema)
      case 'FLOAT64':
        return this.#finished({ type: 'double' }, schema)
      case 'STRING':
        return this.#string(schema)
      case 'BYTES':
        return this.#bytes(schema)
      case 'ARRAY':
        return this.#finished({ type: 'array', items: this.of(schema.valueSchema) }, schema)
      case 'MAP':
        return this.#map(schema)
      case 'STRUCT':
        return isUnionSchema(schema) ? this.of({ ...schema, optional: false }) : this.#record(schema)
    }
  }

  #string(schema: PrimitiveSchema): Json {
    const kind = this.#options.generalizedSums ? parameter.generalizedEnum : parameter.enum
    const enumName = schema.parameters?.[kind]
    if (enumName === undefined || !(this.#options.enhanced || this.#options.generalizedSums)) {
      return this.#finished({ type: 'string' }, schema)
    }
    const parameters = schema.parameters ?? {}
    const own = schema.name === null ? defaultRecordName : (schema.name.split('.').at(-1) as string)
    const symbols = Object.keys(parameters)
      .filter((name) => name.startsWith(`${kind}.`))
      .map((name) => name.slice(kind.length + 1))
    const doc = parameters[this.#options.fieldDocsOnly ? parameter.enumDocOnly : `${parameter.enumDoc}${own}`]
    const ownDefault = this.#options.fieldDocsOnly ? undefined : parameters[`${parameter.enumDefault}${own}`]
    const name = this.#allowed(enumName)
    return this.#named(name, schema, () =>
      this.#finished({ type: 'enum', ...nameParts(name), doc, symbols, default: ownDefault }, schema),
    )
  }

  #bytes(schema: PrimitiveSchema): Json {
    const size = schema.parameters?.[parameter.fixedSize]
    const decimal = schema.name === logical.decimal
    const precision = Number(schema.parameters?.[parameter.precision] ?? defaultPrecision)
    const scale = decimal ? { scale: Number(schema.parameters?.scale ?? 0), precision } : {}
    if (size === undefined) return this.#finished({ type: 'bytes', ...scale }, schema)
    const name = schema.name === null ? this.#nameFor(schema) : this.#allowed(schema.name)
    return this.#named(name, schema, () =>
      this.#finished({ type: 'fixed', ...nameParts(name), size: Number(size), ...scale }, schema),
    )
  }

  #map(schema: MapSchema): Json {
    if (hasTextKeys(schema, this.#options)) {
      return this.#finished({ type: 'map', values: this.of(schema.valueSchema) }, schema)
    }
    const name = schema.name === null ? this.#mapEntryName(schema) : this.#allowed(schema.name)
    const items = this.#named(name, schema, () => ({
      type: 'record',
      ...nameParts(name),
      fields: [this.#field('key', schema.keySchema, null), this.#field('value', schema.valueSchema, null)],
      ...(name === `${namespace}.${mapEntryName}` ? {} : { [attribute.internalType]: mapEntryName }),
    }))
    return this.#finished({ type: 'array', items }, schema)
  }

  /** Several maps without names in one schema have entries of different types. */
  #mapEntryName({ keySchema, valueSchema }: MapSchema): string {
    const bare: Schema = {
      ...{ type: 'MAP', keySchema, valueSchema, optional: false },
      ...{ name: null, version: null, doc: null, parameters: null },
    }
    const known = this.#unnamed.find(({ schema }) => schemasEqual(schema, bare))
    if (known !== undefined) return known.name
    const number = this.#unnamed.filter(({ schema }) => schema.type === 'MAP').length + 1
    const name = `${namespace}.${mapEntryName}${number > 1 ? number : ''}`
    this.#unnamed.push({ schema: bare, name })
    return name
  }

  #record(schema: StructSchema): Json {
    const name = schema.name === null ? this.#nameFor(schema) : this.#allowed(schema.name)
    const { fieldDocsOnly } = this.#options
    return this.#named(name, schema, () => {
      const doc = schema.parameters?.[fieldDocsOnly ? parameter.recordDocOnly : parameter.recordDoc]
      const fields = schema.fields.map((field) => {
        const fieldDoc = fieldDocsOnly
          ? field.schema.doc
          : (schema.parameters?.[`${parameter.fieldDoc}${field.name}`] ?? null)
        const fieldName = this.#options.scrubNames ? scrubbed(field.name) : field.name
        return this.#field(fieldName, field.schema, fieldDoc)
      })
      return this.#finished({ type: 'record', ...nameParts(name), doc, fields }, schema)
    })
  }

  #field(name: string, schema: Schema, doc: string | null): { [name: string]: unknown } {
    if (!/^[A-Za-z_]\w*$/.test(name)) throw invalidName(name)
    const defined = schema.name !== null && this.#defined.has(this.#allowedOrNot(schema.name))
    const parameters = this.#options.metaData && defined ? parametersOf(schema) : {}
    return {
      name,
      type: this.of(schema),
      ...(doc === null ? {} : { doc }),
      ...(hasDefault(schema) && !(schema.type === 'STRUCT' && schema.optional)
        ? { default: defaultToAvro(schema, schema.default, this.#options) }
        : schema.optional
          ? { default: null }
          : {}),
      // A type that is defined elsewhere has other parameters there, perhaps.
      ...(Object.keys(parameters).length > 0 ? { [attribute.parameters]: parameters } : {}),
    }
  }

  #named(name: string, schema: Schema, define: () => { [name: string]: unknown }): Json {
    const known = this.#defined.get(name)
    if (known === undefined) {
      this.#defined.set(name, schema)
      return define()
    }
    if (sameType(known, schema)) return name
    throw new DataError(
      'avro.name_conflict',
      `two different schemas have the name ${name}, which Avro does not allow; rename one (transformation SetSchemaMetadata, or in the source)`,
    )
  }

  /** Adds what Avro itself has no place for. */
  #finished(bare: { [name: string]: unknown }, schema: Schema, connectType?: string): { [name: string]: unknown } {
    const finished: { [name: string]: unknown } = { ...bare }
    if (this.#options.metaData) {
      const parameters = parametersOf(schema)
      if (schema.doc !== null) finished[attribute.doc] = schema.doc
      if (schema.version !== null) finished[attribute.version] = schema.version
      if (Object.keys(parameters).length > 0) finished[attribute.parameters] = parameters
      const fromField = schema.parameters?.[parameter.fieldDefault] !== undefined && !this.#options.fieldDocsOnly
      if (hasDefault(schema) && !fromField) {
        finished[attribute.default] = defaultToAvro(schema, schema.default, this.#options)
      }
      if (schema.name !== null) finished[attribute.name] = schema.name
      if (connectType !== undefined) finished[attribute.type] = connectType
    }
    const logicalType = avroLogicalType(schema)
    if (logicalType !== undefined) finished.logicalType = logicalType
    for (const [name, value] of Object.entries(schema.parameters ?? {})) {
      if (name.startsWith('avro')) finished[name] = value
    }
    for (const [name, value] of Object.entries(finished)) if (value === undefined) delete finished[name]
    return finished
  }

  #nameFor(schema: Schema): string {
    const bare = { ...schema, optional: false }
    const known = this.#unnamed.find((unnamed) => schemasEqual(unnamed.schema, bare))
    if (known !== undefined) return known.name
    const number = this.#unnamed.filter((unnamed) => unnamed.schema.type !== 'MAP').length + 1
    const name = `${namespace}.${defaultRecordName}${number > 1 ? number : ''}`
    this.#unnamed.push({ schema: bare, name })
    return name
  }

  #allowedOrNot(name: string): string {
    return this.#options.scrubNames ? scrubbedFullName(name) : name
  }

  #allowed(name: string): string {
    const allowed = this.#allowedOrNot(name)
    if (/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(allowed)) return allowed
    throw invalidName(name)
  }
}

function nameParts(fullName: string): { name: string; namespace?: string } {
  const dot = fullName.lastIndexOf('.')
  return dot < 0 ? { name: fullName } : { name: fullName.slice(dot + 1), namespace: fullName.slice(0, dot) }
}

function avroLogicalType(schema: Schema): string | undefined {
  switch (schema.name) {
    case logical.decimal:
      return 'decimal'
    case logical.date:
      return 'date'
    case logical.time:
      return 'time-millis'
    case logical.timestamp:
      return 'timestamp-millis'
    default:
      return undefined
  }
}

function hasDefault(schema: Schema): boolean {
  return schema.default !== undefined && schema.default !== null
}

/** Whether two schemas can share a definition: how they are documented and whether they are optional is no part of it. */
function sameType(a: Schema, b: Schema): boolean {
  const bare = (schema: Schema): Schema => ({
    ...schema,
    ...{ optional: false, default: undefined, doc: null },
    parameters: schema.type === 'STRUCT' ? null : schema.parameters,
  })
  return schemasEqual(bare(a), bare(b))
}

function parametersOf(schema: Schema): Record<string, string> {
  const entries = Object.entries(schema.parameters ?? {})
  return Object.fromEntries(entries.filter(([name]) => !name.startsWith('avro')))
}

function invalidName(name: string): DataError {
  return new DataError(
    'avro.invalid_name',
    `"${name}" is no name for Avro, which allows letters, digits and _; rename it (transformation ReplaceField or SetSchemaMetadata) or set scrub.invalid.names=true`,
  )
}
