import type { ProvidedData } from '@penstock/core'

/** Of what is there, what was asked for. */
export function picked(
  all: Readonly<Record<string, string>>,
  keys: readonly string[] | null,
  ttlMs: number | null,
): ProvidedData {
  const entries = Object.entries(all).filter(([key]) => keys === null || keys.includes(key))
  return { data: Object.fromEntries(entries), ...(ttlMs === null ? {} : { ttlMs }) }
}
