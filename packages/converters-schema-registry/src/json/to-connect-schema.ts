/** The Connect schema of a JSON Schema. Read next: value-reader.ts. */
import { DataError, type JsonValue, type Schema, schema, stringifyJson } from '@penstock/core'
import { isObject, type JsonDocuments, type JsonObject, type Located } from './json-documents.ts'
import type { JsonSchemaOptions } from './json-options.ts'
import {
  enumParameter,
  generalizedEnum,
  generalizedUnion,
  generalizedUnionPrefix,
  keyword,
  nullSymbol,
  oneOfName,
} from './names.ts'
import { readValue } from './value-reader.ts'

const maxDepth = 200

/** Throws DataError for a schema that Connect has no counterpart for. */
export function toConnectSchema(documents: JsonDocuments, options: JsonSchemaOptions, version: number | null): Schema {
  const made = new SchemaBuilder(documents, options).of(documents.root, false)
  return made.version === null && version !== null ? { ...made, version } : made
}

class SchemaBuilder {
  readonly #documents: JsonDocuments
  readonly #options: JsonSchemaOptions
  /** Nodes between the root and here. */
  readonly #path: JsonValue[] = []
  #unions = 0

  constructor(documents: JsonDocuments, options: JsonSchemaOptions) {
    this.#documents = documents
    this.#options = options
  }

  of(located: Located, optional: boolean): Schema {
    const { node } = located
    if (!isObject(node) || Object.keys(node).length === 0) {
      throw unsupported(
        node === false ? 'it allows nothing' : 'a part of it allows any value, which no Connect type does',
      )
    }
    if (this.#path.includes(node)) {
      throw new DataError(
        'json_schema.recursive',
        `the JSON Schema ${typeof node.title === 'string' ? node.title : ''} contains itself; Connect schemas can't, so its records can't be read with a schema`,
      )
    }
    if (this.#path.length > maxDepth) throw unsupported(`it is nested more than ${maxDepth} levels deep`)
    this.#path.push(node)
    const made = this.#of(located, node, optional)
    this.#path.pop()
    return made
  }

  #of(located: Located, node: JsonObject, optional: boolean): Schema {
    const at = (part: JsonValue | undefined): Located => ({ node: part ?? null, document: located.document })
    if (typeof node.$ref === 'string') return this.of(this.#documents.resolve(node.$ref, located), optional)
    const properties = this.#allProperties(located, 0)
    if (Array.isArray(node.allOf) && properties.size === 0) return this.#allOf(node, node.allOf.map(at), at, optional)
    const branches = node.oneOf ?? node.anyOf
    if (Array.isArray(branches) && properties.size === 0) return this.#union(node, branches.map(at), optional)
    if (Array.isArray(node.type)) return this.#typeList(node, node.type, at, optional)
    if (node.enum !== undefined || node.const !== undefined) {
      const values = Array.isArray(node.enum) ? node.enum : [node.const as JsonValue]
      if (node.type === undefined || (node.type === 'string' && node.enum !== undefined)) {
        return this.#finished(node, schema.string({ parameters: this.#symbols(values) }), optional)
      }
    }
    if (properties.size > 0) return this.#finished(node, this.#struct(properties), optional)
    return this.#finished(node, this.#plain(node, at), optional)
  }

  #plain(node: JsonObject, at: (part: JsonValue | undefined) => Located): Schema {
    const connectType = node[keyword.type]
    switch (node.type ?? inferred(node)) {
      case 'boolean':
        return schema.boolean()
      case 'integer':
        return numberSchema(connectType) ?? schema.int64()
      case 'number':
        return numberSchema(connectType) ?? schema.float64()
      case 'string':
        return connectType === 'bytes' ? schema.bytes() : schema.string()
      case 'array':
        return this.#array(node, at)
      case 'object': {
        const values = node.additionalProperties
        // A struct without fields would lose all there is.
        if (connectType === 'map' || isObject(values)) return schema.map(schema.string(), this.of(at(values), false))
        return schema.struct([])
      }
      case 'null':
        throw unsupported('a part of it allows only null')
      default:
        throw unsupported(`a part of it has the type ${stringifyJson(node.type ?? null)}`)
    }
  }

  #array(node: JsonObject, at: (part: JsonValue | undefined) => Located): Schema {
    const { items } = node
    if (items === undefined) throw unsupported('an array does not tell the type of its items')
    if (node[keyword.type] === 'map' && isObject(items) && isObject(items.properties)) {
      const { key, value } = items.properties
      return schema.map(this.of(at(key), false), this.of(at(value), false))
    }
    return schema.array(this.of(at(items), false))
  }

  #struct(properties: ReadonlyMap<string, Property>): Schema {
    const ordered = [...properties].map(([name, property], position) => {
      const { node } = property.located
      const index = isObject(node) ? node[keyword.index] : undefined
      return { name, property, index: typeof index === 'number' ? index : position }
    })
    ordered.sort((a, b) => a.index - b.index)
    return schema.struct(
      ordered.map(({ name, property }) => {
        const optional = this.#options.optionalUnlessRequired && !property.required
        return [name, this.of(property.located, optional)]
      }),
    )
  }

  /** The properties of an object, with those of the parts of its `allOf` and what they refer to. */
  #allProperties(located: Located, depth: number): Map<string, Property> {
    const found = new Map<string, Property>()
    const { node, document } = located
    if (!isObject(node) || depth > maxDepth || node[keyword.type] === 'map') return found
    const parts = Array.isArray(node.allOf) ? node.allOf : []
    for (const part of parts) {
      const target = isObject(part) && typeof part.$ref === 'string' ? part.$ref : null
      const at = { node: part, document }
      const inner = target === null ? at : this.#documents.resolve(target, at)
      for (const [name, property] of this.#allProperties(inner, depth + 1)) found.set(name, property)
    }
    if (isObject(node.properties)) {
      const required = Array.isArray(node.required) ? node.required : []
      for (const [name, property] of Object.entries(node.properties)) {
        found.set(name, { located: { node: property, document }, required: required.includes(name) })
      }
    }
    return found
  }

  /** `allOf` without properties: the part that says most of the type. */
  #allOf(node: JsonObject, parts: readonly Located[], at: (part: JsonValue) => Located, optional: boolean): Schema {
    const has = (part: Located, ...names: string[]): boolean =>
      isObject(part.node) && names.some((name) => Object.hasOwn(part.node as object, name))
    const own = Object.fromEntries(Object.entries(node).filter(([name]) => name !== 'allOf'))
    const all = node.type === undefined ? parts : [...parts, at(own)]
    const chosen =
      all.find((part) => has(part, 'oneOf', 'anyOf')) ??
      all.find((part) => has(part, 'type')) ??
      all.find((part) => has(part, 'enum', 'const', '$ref', 'allOf'))
    if (chosen === undefined) throw unsupported('the parts of an allOf tell no type')
    return this.#finished(own, this.of(chosen, optional), optional)
  }

  #union(node: JsonObject, branches: readonly Located[], optional: boolean): Schema {
    const real = branches.filter((branch) => !isNull(branch.node))
    const [first] = real
    const nullable = optional || real.length < branches.length
    if (first !== undefined && real.length === 1 && (branches.length === 2 || this.#options.flattenSingletons)) {
      return this.of(first, nullable)
    }
    const { generalizedSums } = this.#options
    const name = generalizedSums ? `${generalizedUnionPrefix}${this.#unions++}` : oneOfName
    const fieldName = generalizedSums ? `${generalizedUnionPrefix}field_` : `${oneOfName}.field.`
    const fields = real.map((branch, index): [string, Schema] => [`${fieldName}${index}`, this.of(branch, true)])
    const parameters = generalizedSums ? { [generalizedUnion]: name } : null
    return this.#finished(node, schema.struct(fields, { name, parameters }), nullable)
  }

  /** `"type": ["string", "null"]` is a union of the same schema with each of the types. */
  #typeList(
    node: JsonObject,
    types: readonly JsonValue[],
    at: (part: JsonValue) => Located,
    optional: boolean,
  ): Schema {
    const branches = types.map((type) => at(type === 'null' ? { type } : { ...node, type }))
    return this.#union({}, branches, optional)
  }

  #symbols(values: readonly JsonValue[]): Record<string, string> {
    const kind = this.#options.generalizedSums ? generalizedEnum : enumParameter
    const symbols = values.map((value) => (value === null ? nullSymbol : String(value)))
    const entries = symbols.map((symbol, index): [string, string] => [
      `${kind}.${symbol}`,
      this.#options.generalizedSums ? String(index) : symbol,
    ])
    return { [kind]: '', ...Object.fromEntries(entries) }
  }

  #finished(node: JsonObject, bare: Schema, optional: boolean): Schema {
    const own = node[keyword.parameters]
    const parameters = { ...bare.parameters, ...(isObject(own) ? textsOf(own) : {}) }
    const finished: Schema = {
      ...bare,
      optional: bare.optional || optional,
      name: bare.name ?? (typeof node.title === 'string' ? node.title : null),
      version: typeof node[keyword.version] === 'number' ? (node[keyword.version] as number) : bare.version,
      doc: typeof node.description === 'string' ? node.description : bare.doc,
      parameters: Object.keys(parameters).length === 0 ? null : parameters,
    }
    if (node.default === undefined || node.default === null) return finished
    return { ...finished, default: readValue(finished, node.default) }
  }
}

interface Property {
  readonly located: Located
  readonly required: boolean
}

function numberSchema(connectType: JsonValue | undefined): Schema | null {
  switch (connectType) {
    case 'int8':
      return schema.int8()
    case 'int16':
      return schema.int16()
    case 'int32':
      return schema.int32()
    case 'int64':
      return schema.int64()
    case 'float32':
      return schema.float32()
    case 'float64':
      return schema.float64()
    case 'bytes':
      return schema.bytes()
    default:
      return null
  }
}

/** The type of a schema that does not tell it, by its keywords. */
function inferred(node: JsonObject): string | undefined {
  if (node.properties !== undefined || node.additionalProperties !== undefined) return 'object'
  if (node.items !== undefined) return 'array'
  if (node.pattern !== undefined || node.maxLength !== undefined || node.format !== undefined) return 'string'
  return node.minimum !== undefined || node.maximum !== undefined ? 'number' : undefined
}

function isNull(node: JsonValue): boolean {
  return isObject(node) && (node.type === 'null' || node.const === null)
}

function textsOf(json: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [name, typeof value === 'string' ? value : stringifyJson(value)]),
  )
}

function unsupported(why: string): DataError {
  return new DataError('json_schema.unsupported', `a JSON Schema has no counterpart in Connect: ${why}`)
}
