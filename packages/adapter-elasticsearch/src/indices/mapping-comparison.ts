/** What an index lacks of a mapping that is wanted for it, and what it has otherwise. */
import { hasTemplateFor } from './dynamic-templates.ts'
import type { Mapping } from './mapping.ts'

export interface Comparison {
  /** What may be put: fields the index has not, where it takes new ones. Null when there are none. */
  readonly missing: Mapping | null
  readonly conflicts: readonly Conflict[]
}

/** A field that can't become what is wanted: Elasticsearch never changes the type of a field. */
export interface Conflict {
  readonly path: string
  /** Type in the index. */
  readonly has: string
  /** Type that the schema asks for. */
  readonly wants: string
}

/**
 * Compares field by field. What the index has stays as it is; where it takes no new fields (`dynamic` is not true), or
 * has a dynamic template for them, they are left to it.
 */
export function compareMappings(wanted: Mapping, present: Mapping): Comparison {
  const conflicts: Conflict[] = []
  const missing = missingFields(wanted, present, { root: present, path: '', dynamic: true, conflicts })
  return { missing: missing === null ? null : { properties: missing }, conflicts }
}

/** A mapping with the fields of both; where both have one, the first one's stays. */
export function mergeMappings(first: Mapping, second: Mapping): Mapping {
  const merged = copyOf(propertiesOf(first))
  for (const [name, field] of Object.entries(propertiesOf(second))) {
    const own = merged[name]
    if (own === undefined) merged[name] = field
    else if (isObject(own) && isObject(field)) merged[name] = mergeMappings(own, field)
  }
  return { ...first, properties: merged }
}

type Fields = Record<string, Mapping>

interface Place {
  readonly root: Mapping
  /** Path of the object, with a dot behind it, or empty. */
  readonly path: string
  /** Whether the object around takes new fields. */
  readonly dynamic: boolean
  readonly conflicts: Conflict[]
}

function missingFields(wanted: Mapping, present: Mapping, place: Place): Fields | null {
  if (String(present.enabled) === 'false') return null
  const dynamic = present.dynamic === undefined ? place.dynamic : String(present.dynamic) === 'true'
  const missing = copyOf({})
  for (const [name, field] of Object.entries(propertiesOf(wanted))) {
    const path = place.path + name
    const own = fieldAt(present, name)
    if (own === undefined) {
      const added = dynamic ? withoutTemplated(field, path, place.root) : null
      if (added !== null) missing[name] = added
    } else if (isObject(own) && isObject(field)) {
      const inside = missingFields(field, own, { ...place, path: `${path}.`, dynamic })
      // An object of type nested must be named as such when fields are added to it.
      if (inside !== null) missing[name] = { ...(own.type === undefined ? {} : { type: own.type }), properties: inside }
    } else if (clash(field, own)) {
      place.conflicts.push({ path, has: typeOf(own), wants: typeOf(field) })
    }
  }
  return Object.keys(missing).length === 0 ? null : missing
}

/** A new field but for what dynamic templates are there for; null when nothing is left. */
function withoutTemplated(field: Mapping, path: string, root: Mapping): Mapping | null {
  if (hasTemplateFor(path, field, root)) return null
  if (field.properties === undefined) return field
  const kept = copyOf({})
  for (const [name, inner] of Object.entries(propertiesOf(field))) {
    const own = withoutTemplated(inner, `${path}.${name}`, root)
    if (own !== null) kept[name] = own
  }
  return Object.keys(kept).length === 0 ? null : { ...field, properties: kept }
}

/** Dots in a field's name are a path to Elasticsearch, unless the mapping says `subobjects: false`. */
function fieldAt(mapping: Mapping, name: string): Mapping | undefined {
  const properties = propertiesOf(mapping)
  if (Object.hasOwn(properties, name)) return properties[name]
  const dot = name.indexOf('.')
  const outer = dot < 0 ? undefined : fieldAt(mapping, name.slice(0, dot))
  return outer === undefined ? undefined : fieldAt(outer, name.slice(dot + 1))
}

const integers: readonly string[] = ['byte', 'short', 'integer', 'long']
const fractions: readonly string[] = ['half_float', 'float', 'double']
/** Types of one value each, whose conflicts with ours are known; others are somebody's deliberate choice. */
const scalars: ReadonlySet<string> = new Set([
  ...integers,
  ...fractions,
  ...['scaled_float', 'unsigned_long', 'boolean', 'date', 'date_nanos', 'binary', 'text', 'keyword', 'wildcard'],
  ...['constant_keyword', 'match_only_text', 'ip', 'version', 'geo_point'],
])
const numbers: ReadonlySet<string> = new Set([...integers, ...fractions, 'scaled_float', 'unsigned_long'])

/** Whether documents with the wanted type may be refused, or lose something, with the one that is there. */
function clash(wanted: Mapping, present: Mapping): boolean {
  const [wants, has] = [typeOf(wanted), typeOf(present)]
  if (isObject(present)) return wants !== 'object'
  if (isObject(wanted)) return scalars.has(has)
  if (integers.includes(wants)) {
    return has === 'boolean' || has === 'binary' || has === 'unsigned_long' || isBefore(integers, has, wants)
  }
  if (fractions.includes(wants)) {
    return has === 'boolean' || has === 'binary' || integers.includes(has) || isBefore(fractions, has, wants)
  }
  if (wants === 'date') return has === 'boolean' || has === 'binary' || isBefore(integers, has, 'long')
  // A text may well spell a date or an address; a number or a truth value it seldom does.
  if (wants === 'text') return numbers.has(has) || has === 'boolean'
  return wants === 'boolean' || wants === 'binary' ? numbers.has(has) : false
}

function isBefore(order: readonly string[], type: string, other: string): boolean {
  return order.includes(type) && order.indexOf(type) < order.indexOf(other)
}

function typeOf(mapping: Mapping): string {
  return typeof mapping.type === 'string' ? mapping.type : 'object'
}

function isObject(mapping: Mapping): boolean {
  return mapping.type === undefined || mapping.type === 'object' || mapping.type === 'nested'
}

function propertiesOf(mapping: Mapping): Readonly<Fields> {
  return (mapping.properties ?? {}) as Fields
}

/** Without a prototype: a field may be called __proto__. */
function copyOf(fields: Readonly<Fields>): Fields {
  return Object.assign(Object.create(null) as Fields, fields)
}
