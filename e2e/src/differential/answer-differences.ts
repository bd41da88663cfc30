import type { BothAnswers } from './both-workers.ts'

export interface Difference {
  /** Where in the answer: `status`, `headers.location`, `body.tasks.0.state`. */
  readonly at: string
  readonly jvm: unknown
  readonly our: unknown
}

/** All places where two answers are not the same. Elements with a name are matched by it, the order of members is none. */
export function differencesOf({ jvm, our }: BothAnswers): Difference[] {
  return [...differing('', jvm, our)]
}

function* differing(at: string, jvm: unknown, our: unknown): Iterable<Difference> {
  if (isObject(jvm) && isObject(our)) {
    const [left, right] = [members(jvm), members(our)]
    for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
      yield* differing(at === '' ? name : `${at}.${name}`, left[name], right[name])
    }
  } else if (jvm !== our) {
    yield { at, jvm, our }
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function members(value: object): Record<string, unknown> {
  if (!Array.isArray(value)) return { ...value }
  return Object.fromEntries(value.map((item, index) => [elementName(item) ?? index, item]))
}

/** Of a key of a validation, a plugin; a text is its own name, since lists of texts are in the order of hashes. */
function elementName(item: unknown): string | undefined {
  if (typeof item === 'string') return item
  if (!isObject(item)) return undefined
  const { definition, value, name, class: className, type } = item as Record<string, unknown>
  const named = (isObject(definition) ? definition : isObject(value) ? value : { name }) as { name?: unknown }
  if (typeof named.name === 'string') return named.name
  return typeof className === 'string' ? `${className} ${String(type)}` : undefined
}
