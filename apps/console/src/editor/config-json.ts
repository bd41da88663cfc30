/** Configs as JSON: what is pasted from documentation, scripts and other clusters. */
import type { ConnectorConfig } from '@penstock/client'

export type ParsedConfig =
  | { readonly ok: true; readonly name: string | null; readonly config: ConnectorConfig }
  | { readonly ok: false; readonly problem: string }

/** Takes both `{"name": …, "config": {…}}` and the config alone. */
export function parseConfigJson(text: string): ParsedConfig {
  if (text.trim() === '') return wrong('Paste the JSON of a connector here.')
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    return wrong(`This is no JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (!isObject(parsed)) return wrong('The JSON must be an object: {"name": …, "config": {…}}, or the config alone.')
  if (parsed.config === undefined) return withConfig(parsed, null)
  if (!isObject(parsed.config)) return wrong('"config" must be an object of keys and values.')
  if (parsed.name !== undefined && typeof parsed.name !== 'string') return wrong('"name" must be a text.')
  return withConfig(parsed.config, parsed.name ?? null)
}

/** As Confluent's and Kafka's documentation writes it; keys in order. */
export function formatConfigJson(name: string, config: ConnectorConfig): string {
  const { name: _, ...others } = config
  const sorted = Object.entries(others).sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
  return JSON.stringify({ name, config: Object.fromEntries(sorted) }, null, 2)
}

function rank(key: string): number {
  return key === 'connector.class' ? 0 : 1
}

function withConfig(given: Record<string, unknown>, outerName: string | null): ParsedConfig {
  const config: ConnectorConfig = {}
  for (const [key, value] of Object.entries(given)) {
    if (value === null) continue
    if (typeof value === 'object') return wrong(`The value of "${key}" must be a text, not an object or array.`)
    config[key] = String(value)
  }
  const { name: innerName, ...others } = config
  if (outerName !== null && innerName !== undefined && innerName !== outerName) {
    return wrong(`The config has another name (${innerName}) than the connector (${outerName}).`)
  }
  return { ok: true, name: outerName ?? innerName ?? null, config: others }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrong(problem: string): ParsedConfig {
  return { ok: false, problem }
}
