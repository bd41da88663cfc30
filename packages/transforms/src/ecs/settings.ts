/** What the keys of Ecs say, read once when a task starts. Throws ConfigError with the key that is wrong. @module */
import { ConfigError } from '@penstock/core'
import { pathOfKey } from '../value-at-path.ts'
import type { Path } from './branch.ts'

export interface Move {
  readonly from: Path
  readonly to: Path
}

/** Fields of `event` with texts that say the same of every record. ECS wants lists of `category` and `type`. */
const eventNames: Readonly<Record<string, readonly string[] | null>> = {
  action: null,
  category: [
    ...['api', 'authentication', 'configuration', 'database', 'driver', 'email', 'file', 'host', 'iam'],
    ...['intrusion_detection', 'library', 'malware', 'network', 'package', 'process', 'registry', 'session'],
    ...['threat', 'vulnerability', 'web'],
  ],
  code: null,
  dataset: null,
  kind: ['alert', 'asset', 'enrichment', 'event', 'metric', 'pipeline_error', 'signal', 'state'],
  module: null,
  outcome: ['failure', 'success', 'unknown'],
  provider: null,
  reason: null,
  reference: null,
  timezone: null,
  type: [
    ...['access', 'admin', 'allowed', 'change', 'connection', 'creation', 'deletion', 'denied', 'device', 'end'],
    ...['error', 'group', 'indicator', 'info', 'installation', 'protocol', 'start', 'user'],
  ],
}
const lists: ReadonlySet<string> = new Set(['category', 'type'])

/** Fields of ECS that hold no others, and that have a key of their own. */
const ownKeys: Readonly<Record<string, string>> = {
  '@timestamp': 'timestamp.field',
  'ecs.version': 'ecs.version',
}
const scalars: ReadonlySet<string> = new Set(['@timestamp', 'message', 'tags'])

/** The pairs `from:to` of paths. */
export function movesOf(pairs: readonly string[]): readonly Move[] {
  const moves = pairs.map((pair) => {
    const [from, to, ...more] = pair.split(':')
    if (!from || !to || more.length > 0) throw problem('fields', `${pair}: expected from:to, such as host:host.name`)
    return { from: pathOf('fields', from), to: pathOf('fields', to) }
  })
  for (const { to } of moves) {
    const own = ownKeys[to.join('.')]
    if (own !== undefined) throw problem('fields', `${to.join('.')}: use ${own} for that`)
    if (to.length > 1 && scalars.has(to[0])) throw problem('fields', `${to.join('.')}: ${to[0]} has no fields in ECS`)
    if (to[0] === 'labels' && to.length !== 2) throw problem('fields', `${to.join('.')}: expected labels and one name`)
  }
  apart(moves.map(({ from }) => from))
  apart(moves.map(({ to }) => to))
  return moves
}

/** No path may be another, or lead into another. */
function apart(paths: readonly Path[]): void {
  for (const [i, a] of paths.entries()) {
    for (const b of paths.slice(i + 1)) {
      const shorter = Math.min(a.length, b.length)
      if (a.slice(0, shorter).join('\0') === b.slice(0, shorter).join('\0')) {
        throw problem('fields', `${a.join('.')} and ${b.join('.')}: the one is, or is within, the other`)
      }
    }
  }
}

/** The values of `event.*` by name, texts or lists of them. */
export function eventValuesOf(pairs: readonly string[]): ReadonlyMap<string, string | readonly string[]> {
  const values = new Map<string, string | string[]>()
  for (const [name, value] of pairsOf('event', pairs)) {
    const allowed = eventNames[name]
    if (allowed === undefined) throw problem('event', `${name}: expected one of ${Object.keys(eventNames).join(', ')}`)
    if (allowed !== null && !allowed.includes(value)) {
      throw problem('event', `${name}:${value}: ECS allows ${allowed.join(', ')}`)
    }
    const before = values.get(name)
    if (before === undefined) values.set(name, lists.has(name) ? [value] : value)
    else if (Array.isArray(before)) before.push(value)
    else throw problem('event', `${name}: it is there twice, and is no list in ECS`)
  }
  return values
}

export function labelsOf(pairs: readonly string[]): ReadonlyMap<string, string> {
  const labels = new Map(pairsOf('labels', pairs))
  for (const name of labels.keys()) {
    if (name.includes('.')) throw problem('labels', `${name}: names of labels have no dots`)
  }
  return labels
}

function pairsOf(key: string, pairs: readonly string[]): readonly (readonly [string, string])[] {
  return pairs.map((pair) => {
    const colon = pair.indexOf(':')
    if (colon < 1 || colon === pair.length - 1) throw problem(key, `${pair}: expected name:value`)
    return [pair.slice(0, colon), pair.slice(colon + 1)]
  })
}

/** The path that a key gives; no step may be empty. */
export function pathOf(key: string, path: string): Path {
  const steps = pathOfKey(key, path)
  if (steps.includes('')) throw problem(key, `${path}: a step of the path is empty`)
  return steps as unknown as Path
}

function problem(key: string, what: string): ConfigError {
  return new ConfigError([{ key, message: `Invalid value for configuration ${key}: ${what}` }])
}
