import type { RawConfig } from '@penstock/core'

/** The entries whose keys start with `prefix`, without it. */
export function withoutPrefix(raw: RawConfig, prefix: string): RawConfig {
  return Object.fromEntries(
    Object.entries(raw)
      .filter(([key]) => key.startsWith(prefix) && key.length > prefix.length)
      .map(([key, value]) => [key.slice(prefix.length), value]),
  )
}
