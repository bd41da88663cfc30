import type { Side } from './both-workers.ts'

/** An answer without what can't be equal: URLs, names of the side, versions of programs, times, stack traces. */
export interface ComparableAnswer {
  readonly status: number
  /** Those that clients look at. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

const HEADERS = [
  'content-type',
  'location',
  'allow',
  'access-control-allow-origin',
  'access-control-allow-methods',
  'vary',
]

export function comparable(side: Side, status: number, headers: Headers, text: string): ComparableAnswer {
  const named = (raw: string) =>
    raw.replaceAll(side.workerId, 'WORKER').replaceAll(`${side.name}-`, 'SIDE-').replaceAll('+', ' ')
  const seen = HEADERS.flatMap((name) => {
    const value = headers.get(name)
    return value === null ? [] : [[name, comparableHeader(name, named(value))] as const]
  })
  const isText = headers.get('content-type')?.startsWith('text/plain') === true
  const body = isText ? comparableHeader('allow', text) : comparableBody(named(text))
  return { status, headers: Object.fromEntries(seen), body }
}

/** Neither the order of a list nor the character set, which is UTF-8 either way, tells a client anything. */
function comparableHeader(name: string, value: string): string {
  if (name === 'allow' || name === 'access-control-allow-methods') return value.split(/, */).sort().join(',')
  return value.replace(/; *charset=utf-8/i, '')
}

function comparableBody(text: string): unknown {
  if (text === '') return undefined
  try {
    return withoutVolatile(JSON.parse(text))
  } catch {
    return text.startsWith('<') ? '<HTML>' : text
  }
}

const VOLATILE: Readonly<Record<string, (value: unknown) => unknown>> = {
  version: (value) => (value === null ? null : 'VERSION'),
  commit: () => 'COMMIT',
  trace: () => 'TRACE',
  last_modified: (value) => (value === null ? null : 'TIME'),
  message: (value) => (typeof value === 'string' ? comparableMessage(value) : value),
}

function withoutVolatile(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutVolatile)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const rule = Object.hasOwn(VOLATILE, name) && typeof item !== 'object' ? VOLATILE[name] : undefined
      return [name, rule ? rule(item) : withoutVolatile(item)]
    }),
  )
}

/** Lists of what is installed differ, and the JVM prints maps in the order of their hashes. */
function comparableMessage(message: string): string {
  return message
    .replace(/(available connectors are: ).*/s, '$1…')
    .replace(/\{([^{}]*)\}/g, (_map, members: string) => `{${members.split(', ').sort().join(', ')}}`)
}
