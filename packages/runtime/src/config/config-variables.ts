/**
 * References to config providers in values: `${provider:path:key}` and `${provider:key}`. Equal to Kafka's pattern
 * `\$\{([^}]*?):(([^}]*?):)?([^}]*?)\}`, but read in one pass: a value from outside must not be able to take long.
 */
import type { RawConfig } from '@penstock/core'

export interface ConfigVariable {
  /** As written: `${file:/run/secrets/es.properties:password}`. */
  readonly text: string
  readonly provider: string
  /** Empty where there is none. */
  readonly path: string
  readonly key: string
  /** Where it stands in the value. */
  readonly at: number
}

/** The variables of a value in their order; what looks nearly like one is plain text. */
export function findVariables(value: string): readonly ConfigVariable[] {
  const found: ConfigVariable[] = []
  for (let at = value.indexOf('${'); at >= 0; ) {
    const end = value.indexOf('}', at)
    if (end < 0) break
    const [provider = '', ...rest] = value.slice(at + 2, end).split(':')
    if (rest.length > 0) {
      const path = rest.length > 1 ? (rest[0] ?? '') : ''
      const key = rest.length > 1 ? rest.slice(1).join(':') : (rest[0] ?? '')
      found.push({ text: value.slice(at, end + 1), provider, path, key, at })
    }
    at = value.indexOf('${', end + 1)
  }
  return found
}

export function hasVariables(value: string | null | undefined): boolean {
  return typeof value === 'string' && findVariables(value).length > 0
}

/** The entries whose values are all there. */
export function withoutVariables(config: RawConfig): RawConfig {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => !hasVariables(value)))
}

/** Puts in place of each variable what `lookUp` gives for it, once; undefined leaves it as it is. */
export function replaceVariables(value: string, lookUp: (variable: ConfigVariable) => string | undefined): string {
  let replaced = ''
  let from = 0
  for (const variable of findVariables(value)) {
    replaced += value.slice(from, variable.at) + (lookUp(variable) ?? variable.text)
    from = variable.at + variable.text.length
  }
  return replaced + value.slice(from)
}

/** Shorter texts are no secrets, and occur everywhere. */
export const leastSecretLength = 4

const everydayValues = /^(?:true|false|null|none|fatal|error|warn|info|debug|trace|json|text|\d{1,5})$/i

/** True for what is worth hiding wherever it occurs: switches, levels, ports and sizes would be found in any text. */
export function isTellingSecret(value: string): boolean {
  return value.length >= leastSecretLength && !everydayValues.test(value)
}

/**
 * Takes looked up values out of a task's configuration, before it leaves the process: a key that has a variable in the
 * connector's configuration gets that text again, and where a value was used in another key (a URL with the password in
 * it) its variable takes its place, which means the same when the task looks it up.
 */
export function restoreVariables(
  config: RawConfig,
  connector: { readonly given: RawConfig; readonly secrets: ReadonlyMap<string, string> },
): RawConfig {
  // The longest first: one secret may be part of another.
  const secrets = [...connector.secrets].filter(([, value]) => isTellingSecret(value))
  secrets.sort(([, a], [, b]) => b.length - a.length)
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      const given = Object.hasOwn(connector.given, key) ? connector.given[key] : undefined
      if (typeof given === 'string' && hasVariables(given)) return [key, given]
      return [key, value === null ? null : restored(value, secrets)]
    }),
  )
}

/** What has become a variable again isn't looked at any more: a secret may occur in the text of a variable too. */
function restored(value: string, secrets: readonly (readonly [string, string])[]): string {
  const [first, ...others] = secrets
  if (first === undefined) return value
  const [variable, secret] = first
  return value
    .split(secret)
    .map((part) => restored(part, others))
    .join(variable)
}
