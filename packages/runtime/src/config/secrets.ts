import { hiddenSecret, type KeyDefinitions, type RawConfig } from '@penstock/core'
import { hasVariables } from './config-variables.ts'

/** Keys that no declaration says anything about, by the words that keys of secrets contain. */
const secretWords =
  /passw|secret|token|credential|jaas|api[._-]?key|private[._-]?key|keystore\.key|ssl\.key(\.pem)?$|basic\.auth\.user\.info/i

/** True for a key whose value must not show up in logs and errors, as far as its name tells. */
export function looksSecret(key: string): boolean {
  return secretWords.test(key) && !/(location|path|class|endpoint\.uri|endpoint\.url)$/i.test(key)
}

/** A configuration that may be logged: the values of declared passwords and of keys that look like secrets are hidden. */
export function hideSecrets(raw: RawConfig, declared: KeyDefinitions = {}): RawConfig {
  return Object.fromEntries(
    Object.entries(raw).map(([key, value]) => {
      const definition = Object.hasOwn(declared, key) ? declared[key] : undefined
      const secret = definition === undefined ? looksSecret(key) : definition.type === 'PASSWORD'
      return [key, secret && value !== null ? hiddenSecret : value]
    }),
  )
}

/** With bounds, as texts from outside are searched. */
const quotedSecrets = /(?:password|secret)\w{0,40}\s{0,10}=\s{0,10}"((?:[^"\\]|\\.){0,1000})"/gi
const urlPasswords = /\/\/[^\s/?#@"':]*:([^\s/?#@"']+)@/g

/**
 * The secrets that are written out in a configuration, to be masked wherever they turn up: values of declared passwords
 * and of keys that look like secrets, passwords inside of JAAS texts and URLs.
 */
export function writtenSecrets(raw: RawConfig, declared: KeyDefinitions = {}): readonly string[] {
  const found = Object.entries(raw).flatMap(([key, value]): (string | undefined)[] => {
    if (value === null) return []
    const definition = Object.hasOwn(declared, key) ? declared[key] : undefined
    const secret = definition === undefined ? looksSecret(key) : definition.type === 'PASSWORD'
    const inside = [quotedSecrets, urlPasswords].flatMap((pattern) =>
      [...value.matchAll(pattern)].map(([, text]) => text),
    )
    return secret ? [value, ...inside, ...inside.map((text) => text?.replace(/\\(.)/g, '$1'))] : inside
  })
  return found.filter((text) => text !== undefined && text !== '' && !hasVariables(text)) as string[]
}
