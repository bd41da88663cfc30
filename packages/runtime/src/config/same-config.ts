import type { RawConfig } from '@penstock/core'

/** True when both hold the same keys and values, in any order. */
export function sameConfig(a: RawConfig, b: RawConfig): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
}
