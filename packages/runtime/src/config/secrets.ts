import type { KeyDefinitions, RawConfig } from '@penstock/core'

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
      return [key, secret && value !== null ? '[hidden]' : value]
    }),
  )
}
