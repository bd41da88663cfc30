/** What applying manifests would change. Nothing is changed by making a plan. */
import { type ConnectClient, ConnectError, type ConnectorConfig } from '@penstock/client'
import { exitCodes } from '../exit-codes.ts'
import { CliError } from '../failure.ts'
import { mapAtMost, REQUESTS_AT_ONCE } from '../map-at-most.ts'
import { SecretKeys, unmask } from '../output/secrets.ts'
import { paint, type Terminal } from '../terminal.ts'
import { configChanges, formatChanges, type KeyChange, maskChanges } from './config-diff.ts'
import type { Manifest } from './manifest.ts'

export type PlannedAction = 'create' | 'change' | 'unchanged' | 'delete'

export interface PlannedStep {
  readonly name: string
  readonly action: PlannedAction
  /** The config to send, secrets and all; null where the connector goes. */
  readonly config: ConnectorConfig | null
  readonly manifest: Manifest | null
  /** Fit to be printed. */
  readonly changes: readonly KeyChange[]
}

/** One step for each manifest. Rejects where a value is masked and the cluster has none to take its place. */
export async function planManifests(client: ConnectClient, manifests: readonly Manifest[]): Promise<PlannedStep[]> {
  const secrets = new SecretKeys(client)
  const present = await presentConfigs(client, manifests)
  return Promise.all(
    manifests.map(async (manifest): Promise<PlannedStep> => {
      const { name, origin } = manifest
      const before = present.get(name) ?? null
      const { config, left } = unmask(manifest.config, before)
      if (left.length > 0) {
        throw new CliError(
          'cli.masked',
          exitCodes.invalid,
          `${origin}: ${left.join(', ')} of ${name} holds the mask "[hidden]" and the cluster has no such value: write the secret, or a variable such as \${file:/path:key}`,
        )
      }
      const changes = configChanges(before ?? {}, config)
      const hidden = new Set([...(await secrets.of(config)), ...(before === null ? [] : await secrets.of(before))])
      const action = before === null ? 'create' : changes.length > 0 ? 'change' : 'unchanged'
      return { name, action, config, manifest, changes: maskChanges(changes, hidden) }
    }),
  )
}

/** The configs that are there now. */
async function presentConfigs(
  client: ConnectClient,
  manifests: readonly Manifest[],
): Promise<ReadonlyMap<string, ConnectorConfig>> {
  const configs = await mapAtMost(
    REQUESTS_AT_ONCE,
    manifests,
    async ({ name }): Promise<[string, ConnectorConfig][]> => {
      try {
        return [[name, withName(name, await client.config(name))]]
      } catch (error) {
        if (error instanceof ConnectError && error.status === 404) return []
        throw error
      }
    },
  )
  return new Map(configs.flat())
}

/** Some workers leave the name out of a config that was put without it. */
function withName(name: string, config: ConnectorConfig): ConnectorConfig {
  return { ...config, name }
}

const signs: Readonly<Record<PlannedAction, readonly ['green' | 'yellow' | 'red' | 'gray', string]>> = {
  create: ['green', '+'],
  change: ['yellow', '~'],
  delete: ['red', '-'],
  unchanged: ['gray', '='],
}

/** The steps with what changes by key, and a sum. */
export function formatPlan(steps: readonly PlannedStep[], terminal: Pick<Terminal, 'colors'>): string {
  const shown = steps.filter(({ action }) => action !== 'unchanged')
  const text = shown.map(({ name, action, changes }) => {
    const [color, sign] = signs[action]
    return `${paint(terminal, color, `${sign} ${action} ${name}`)}\n${formatChanges(changes, terminal)}`
  })
  return `${text.join('')}${planSum(steps)}\n`
}

function planSum(steps: readonly PlannedStep[]): string {
  const count = (action: PlannedAction): number => steps.filter((step) => step.action === action).length
  const parts = [
    `${count('create')} to create`,
    `${count('change')} to change`,
    ...(count('delete') > 0 ? [`${count('delete')} to delete`] : []),
    `${count('unchanged')} unchanged`,
  ]
  return parts.join(', ')
}
