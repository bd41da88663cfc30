/** Which new fields the dynamic templates of an index are going to map: those are theirs, not ours. */
import type { Mapping } from './mapping.ts'

interface DynamicTemplate {
  readonly match?: string | readonly string[]
  readonly unmatch?: string | readonly string[]
  readonly path_match?: string | readonly string[]
  readonly path_unmatch?: string | readonly string[]
  readonly match_mapping_type?: string | readonly string[]
  readonly unmatch_mapping_type?: string | readonly string[]
  readonly match_pattern?: string
}

/** The type that Elasticsearch sees in the JSON of a field of ours. Dates and bytes are not to be seen there. */
const seenAs: Readonly<Record<string, string>> = {
  text: 'string',
  byte: 'long',
  short: 'long',
  integer: 'long',
  long: 'long',
  float: 'double',
  double: 'double',
  boolean: 'boolean',
  date: 'date',
  binary: 'binary',
}

/** True when a dynamic template of the mapping matches the field. */
export function hasTemplateFor(path: string, field: Mapping, root: Mapping): boolean {
  const templates = root.dynamic_templates as readonly Record<string, DynamicTemplate>[] | undefined
  if (templates === undefined) return false
  const type = seenAs[String(field.type)] ?? 'object'
  return templates.flatMap((template) => Object.values(template)).some((template) => matches(template, path, type))
}

function matches(template: DynamicTemplate, path: string, type: string): boolean {
  const name = path.slice(path.lastIndexOf('.') + 1)
  const simple = template.match_pattern !== 'regex'
  const is = (patterns: string | readonly string[] | undefined, text: string, otherwise: boolean) =>
    patterns === undefined ? otherwise : [patterns].flat().some((pattern) => fits(pattern, text, simple))
  return (
    is(template.match, name, true) &&
    !is(template.unmatch, name, false) &&
    is(template.path_match, path, true) &&
    !is(template.path_unmatch, path, false) &&
    is(template.match_mapping_type, type, true) &&
    !is(template.unmatch_mapping_type, type, false)
  )
}

/** `*` stands for anything; with `match_pattern: regex` the text is a regular expression for the whole name. */
function fits(pattern: string, text: string, simple: boolean): boolean {
  if (pattern === '*') return true
  if (simple) return wildcard(pattern, text)
  try {
    return new RegExp(`^(?:${pattern})$`).test(text)
  } catch {
    // One of Java's that JavaScript can't read: Elasticsearch may well match it.
    return true
  }
}

function wildcard(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return pattern === text
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false
  let at = first.length
  const end = text.length - last.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}
