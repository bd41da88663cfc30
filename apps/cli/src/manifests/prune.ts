/** Which connectors `apply --prune` may delete: only those that the scope says are owned. */
import type { ConnectClient, ConnectorConfig } from '@penstock/client'
import { usageError } from '../failure.ts'
import type { Manifest } from './manifest.ts'
import type { PlannedStep } from './plan.ts'

export interface PruneScope {
  owns(name: string, config: ConnectorConfig): boolean
  /** As the user has given it. */
  readonly text: string
}

/** Null without `--prune`. Throws a usage error for one without a scope. */
export function readScope(options: {
  readonly prune?: boolean
  readonly selector?: string
  readonly prefix?: string
}): PruneScope | null {
  const { prune = false, selector, prefix } = options
  if (!prune) {
    if (selector !== undefined || prefix !== undefined) throw usageError('--selector and --prefix go with --prune')
    return null
  }
  if (selector === undefined && prefix === undefined) {
    throw usageError(
      '--prune needs --selector KEY=VALUE or --prefix TEXT: without it, it would delete what others have created',
    )
  }
  const at = selector?.indexOf('=') ?? -1
  if (selector !== undefined && at <= 0) throw usageError(`--selector "${selector}" is no KEY=VALUE`)
  if (prefix === '') throw usageError('--prefix must not be empty: it would own every connector')
  const key = selector?.slice(0, at)
  const value = selector?.slice(at + 1)
  return {
    owns: (name, config) =>
      (prefix === undefined || name.startsWith(prefix)) && (key === undefined || config[key] === value),
    text: [
      ...(selector === undefined ? [] : [`--selector ${selector}`]),
      ...(prefix === undefined ? [] : [`--prefix ${prefix}`]),
    ].join(' '),
  }
}

/** Steps that delete what is owned and not declared. Rejects where a declared connector would not be owned afterwards. */
export async function plannedDeletions(
  client: ConnectClient,
  manifests: readonly Manifest[],
  scope: PruneScope,
): Promise<PlannedStep[]> {
  const stray = manifests.find(({ name, config }) => !scope.owns(name, config))
  if (stray !== undefined) {
    throw usageError(
      `${stray.origin}: ${stray.name} does not fit ${scope.text}, so --prune could never delete it again`,
    )
  }
  const declared = new Set(manifests.map(({ name }) => name))
  const present = await client.expandedConnectors('info')
  return Object.entries(present)
    .filter(([name, { info }]) => !declared.has(name) && scope.owns(name, info?.config ?? {}))
    .map(([name]) => ({ name, action: 'delete', config: null, manifest: null, changes: [] }))
}
