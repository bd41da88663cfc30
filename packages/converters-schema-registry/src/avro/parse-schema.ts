/** Avro schemas from their JSON text, with those they refer to. */
import { DataError, type JsonValue, messageOf, parseJson } from '@penstock/core'
import type { SchemaSource } from '../registry/schema-registry.ts'
import type { AvroAttributes, AvroField, AvroNamed, AvroPrimitiveName, AvroType } from './avro-type.ts'

const primitives: ReadonlySet<string> = new Set<AvroPrimitiveName>([
  ...(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const),
])
const maxDepth = 200

/** Throws DataError for what is no Avro schema. */
export function parseAvroSchema({ text, used }: Pick<SchemaSource, 'text' | 'used'>): AvroType {
  const names = new Map<string, AvroNamed>()
  for (const other of used) parseOne(other.text, names)
  return parseOne(text, names)
}

function parseOne(text: string, names: Map<string, AvroNamed>): AvroType {
  let json: JsonValue
  try {
    json = parseJson(text)
  } catch (cause) {
    // The bare name of a primitive type is taken for a schema too.
    if (primitives.has(text.trim())) return { kind: text.trim() as AvroPrimitiveName, attributes: {} }
    throw new DataError('avro.schema', `an Avro schema is not JSON: ${messageOf(cause)}`, { cause })
  }
  return new SchemaParser(names).type(json, '', 0)
}

class SchemaParser {
  readonly #names: Map<string, AvroNamed>

  constructor(names: Map<string, AvroNamed>) {
    this.#names = names
  }

  type(json: JsonValue | undefined, namespace: string, depth: number): AvroType {
    if (depth > maxDepth) throw invalid(`it is nested more than ${maxDepth} levels deep`)
    if (typeof json === 'string') return this.#byName(json, namespace)
    if (Array.isArray(json)) return this.#union(json, namespace, depth)
    if (!isObject(json)) throw invalid(`${JSON.stringify(json) ?? 'nothing'} stands where a type should`)
    const kind = json.type
    switch (kind) {
      case 'array':
        return { kind, items: this.type(json.items, namespace, depth + 1), attributes: json }
      case 'map':
        return { kind, values: this.type(json.values, namespace, depth + 1), attributes: json }
      case 'fixed':
        return this.#named(json, namespace, (name) => ({ kind, name, size: sizeOf(json, name), attributes: json }))
      case 'enum':
        return this.#named(json, namespace, (name) => ({
          kind,
          name,
          symbols: symbolsOf(json, name),
          attributes: json,
        }))
      case 'record':
      case 'error':
        return this.#record(json, namespace, depth)
      default:
        if (typeof kind === 'string' && primitives.has(kind)) {
          return { kind: kind as AvroPrimitiveName, attributes: json }
        }
        return this.type(kind, namespace, depth + 1)
    }
  }

  #byName(name: string, namespace: string): AvroType {
    if (primitives.has(name)) return { kind: name as AvroPrimitiveName, attributes: {} }
    const found = this.#names.get(fullName(name, namespace)) ?? this.#names.get(name)
    if (found === undefined) throw invalid(`the type ${fullName(name, namespace)} is not defined`)
    return found
  }

  #union(json: readonly JsonValue[], namespace: string, depth: number): AvroType {
    const types = json.map((branch) => this.type(branch, namespace, depth + 1))
    if (types.length === 0) throw invalid('a union has no branches')
    if (types.some(({ kind }) => kind === 'union')) throw invalid('a union is a branch of another')
    return { kind: 'union', types }
  }

  #named<Named extends AvroNamed>(json: AvroAttributes, namespace: string, make: (name: string) => Named): Named {
    if (typeof json.name !== 'string' || json.name === '') throw invalid('a record, enum or fixed has no name')
    const own = typeof json.namespace === 'string' ? json.namespace : namespace
    const name = fullName(json.name, own)
    if (this.#names.has(name)) throw invalid(`the type ${name} is defined twice`)
    const type = make(name)
    this.#names.set(name, type)
    return type
  }

  #record(json: AvroAttributes, namespace: string, depth: number): AvroType {
    const fields: AvroField[] = []
    // Named before its fields, which may refer to it.
    const record = this.#named(json, namespace, (name) => ({ kind: 'record', name, fields, attributes: json }) as const)
    if (!Array.isArray(json.fields)) throw invalid(`the record ${record.name} has no fields`)
    const inner = record.name.slice(0, Math.max(0, record.name.lastIndexOf('.')))
    const seen = new Set<string>()
    for (const field of json.fields as JsonValue[]) {
      if (!isObject(field) || typeof field.name !== 'string') throw invalid(`a field of ${record.name} has no name`)
      if (seen.has(field.name)) throw invalid(`${record.name} has two fields ${field.name}`)
      seen.add(field.name)
      fields.push({
        name: field.name,
        type: this.type(field.type, inner, depth + 1),
        doc: typeof field.doc === 'string' ? field.doc : null,
        default: Object.hasOwn(field, 'default') ? field.default : undefined,
        attributes: field,
      })
    }
    return record
  }
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`
}

function sizeOf(json: AvroAttributes, name: string): number {
  if (typeof json.size === 'number' && Number.isInteger(json.size) && json.size >= 0) return json.size
  throw invalid(`the fixed ${name} has no size`)
}

function symbolsOf(json: AvroAttributes, name: string): readonly string[] {
  const symbols = json.symbols
  if (Array.isArray(symbols) && symbols.every((symbol) => typeof symbol === 'string')) return symbols
  throw invalid(`the enum ${name} has no symbols`)
}

function isObject(json: JsonValue | undefined): json is { [name: string]: JsonValue } {
  return (
    typeof json === 'object' &&
    json !== null &&
    !Array.isArray(json) &&
    Object.getPrototypeOf(json) === Object.prototype
  )
}

function invalid(how: string): DataError {
  return new DataError('avro.schema', `an Avro schema is not valid: ${how}`)
}
