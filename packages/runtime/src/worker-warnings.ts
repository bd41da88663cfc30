/** What a worker says at its start about keys that it was given in vain. */
import type { KeyDefinitions, RawConfig } from '@penstock/core'
import { clientKinds } from './config/client-properties.ts'
import { ineffectiveKeys } from './config/ineffective-keys.ts'
import { standaloneConfig, workerConfig } from './config/worker-config.ts'
import { clientKeys, isSharedClientKey } from './kafka/client-keys.ts'

const declared: KeyDefinitions = { ...standaloneConfig.keys, ...workerConfig.keys }

/** Beginnings of keys that say something to converters, connectors' clients, config providers, topics, listeners or metrics. */
const workerPrefixes = [
  ...clientKinds.map((kind) => `${kind}.`),
  'key.converter.',
  'value.converter.',
  'header.converter.',
  'config.providers.',
  'config.storage.',
  'offset.storage.',
  'status.storage.',
  'listeners.https.',
  'admin.listeners.https.',
  'metrics.context.',
] as const

/** One text for each key without effect, and one for all that nobody knows. Values are not shown. */
export function workerWarnings(raw: RawConfig): string[] {
  const given = Object.entries(raw).filter(([, value]) => value !== null && value !== '')
  const warnings: string[] = []
  const unknown: string[] = []
  for (const [key, value] of given) {
    const reason = Object.hasOwn(ineffectiveKeys, key) ? ineffectiveKeys[key] : undefined
    if (reason !== undefined) {
      if (String(value) !== String(declared[key]?.default)) warnings.push(`${key} has no effect: ${reason}`)
    } else if (isMisplaced(key)) {
      const kind = clientKeys[key]?.clients[0]
      warnings.push(`${key} has no effect on a worker; for the ${kind}s of its connectors write ${kind}.${key}`)
    } else if (!isKnown(key)) {
      unknown.push(key)
    }
  }
  if (unknown.length === 0) return warnings
  return [
    ...warnings,
    `no worker, client or converter knows these keys, they are ignored: ${unknown.sort().join(', ')}`,
  ]
}

/** A setting of one kind of client without the prefix that would take it there. */
function isMisplaced(key: string): boolean {
  return Object.hasOwn(clientKeys, key) && !isSharedClientKey(key) && !Object.hasOwn(declared, key)
}

function isKnown(key: string): boolean {
  if (Object.hasOwn(declared, key) || isSharedClientKey(key) || key === 'ssl.client.auth') return true
  return workerPrefixes.some((prefix) => key.startsWith(prefix))
}
