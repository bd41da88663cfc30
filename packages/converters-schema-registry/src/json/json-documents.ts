/** JSON Schemas and those they refer to: finds what a `$ref` means. */
import { DataError, type JsonValue, messageOf, parseJson } from '@penstock/core'
import type { SchemaSource } from '../registry/schema-registry.ts'

export type JsonObject = { readonly [name: string]: JsonValue }

export interface Located {
  readonly node: JsonValue
  readonly document: JsonDocument
}

interface JsonDocument {
  readonly root: JsonValue
  /** By which relative references are resolved. */
  readonly id: string | null
}

export class JsonDocuments {
  readonly root: Located
  /** By the names and ids that references call them. */
  readonly #byName = new Map<string, JsonDocument>()

  /** Throws DataError for what is not JSON. */
  constructor({ text, used }: Pick<SchemaSource, 'text' | 'used'>) {
    for (const other of used) {
      const document = documentOf(other.text)
      this.#byName.set(withoutFragment(other.name), document)
      if (document.id !== null) this.#byName.set(withoutFragment(document.id), document)
    }
    const document = documentOf(text)
    this.root = { node: document.root, document }
  }

  /** Throws DataError for a reference to something that isn't there. */
  resolve(reference: string, { document }: Located): Located {
    const [name = '', fragment = ''] = reference.split('#', 2)
    const target = this.#find(name, document)
    const node = target === undefined ? undefined : inDocument(target.root, decodeURIComponent(fragment))
    if (target !== undefined && node !== undefined) return { node, document: target }
    throw new DataError(
      'json_schema.reference',
      `a JSON Schema refers to ${reference}, which is neither in it nor among the references it is registered with`,
    )
  }

  #find(name: string, document: JsonDocument): JsonDocument | undefined {
    if (name === '' || name === withoutFragment(document.id ?? '')) return document
    const known = this.#byName.get(name)
    if (known !== undefined || document.id === null) return known
    const absolute = URL.parse(name, document.id)?.href
    if (absolute === withoutFragment(document.id)) return document
    return absolute === undefined ? undefined : this.#byName.get(absolute)
  }
}

export function isObject(json: JsonValue | undefined): json is { [name: string]: JsonValue } {
  return (
    typeof json === 'object' &&
    json !== null &&
    !Array.isArray(json) &&
    Object.getPrototypeOf(json) === Object.prototype
  )
}

function documentOf(text: string): JsonDocument {
  let root: JsonValue
  try {
    root = parseJson(text)
  } catch (cause) {
    throw new DataError('json_schema.malformed', `a JSON Schema is not JSON: ${messageOf(cause)}`, { cause })
  }
  const id = isObject(root) ? (root.$id ?? root.id) : undefined
  return { root, id: typeof id === 'string' ? id : null }
}

/** A JSON pointer, or the name of an anchor. */
function inDocument(root: JsonValue, fragment: string): JsonValue | undefined {
  if (fragment === '') return root
  if (!fragment.startsWith('/')) return anchored(root, fragment, 0)
  let node: JsonValue | undefined = root
  for (const step of fragment.slice(1).split('/')) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    if (Array.isArray(node)) node = node[Number(name)]
    else if (isObject(node) && Object.hasOwn(node, name)) node = node[name]
    else return undefined
  }
  return node
}

function anchored(node: JsonValue, anchor: string, depth: number): JsonValue | undefined {
  if (depth > 100) return undefined
  if (isObject(node) && (node.$anchor === anchor || node.$id === `#${anchor}` || node.id === `#${anchor}`)) return node
  const children = Array.isArray(node) ? node : isObject(node) ? Object.values(node) : []
  for (const child of children) {
    const found = anchored(child, anchor, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}

function withoutFragment(name: string): string {
  return name.split('#', 1)[0] ?? ''
}
