/** What the leader does beside assigning: sweeps statuses of what is gone, keeps the session key fresh. */
import type { Clock, Logger } from '@penstock/core'
import type { DistributedConfig } from '../config/worker-config.ts'
import { generateSessionKey } from '../group/session-key.ts'
import type { ConfigStore } from '../storage/config-store.ts'
import type { StatusStore } from '../storage/status-store.ts'

export interface LeaderChoresParts {
  readonly config: DistributedConfig
  readonly configs: ConfigStore
  readonly statuses: StatusStore
  readonly logger: Logger
  readonly clock: Clock
}

/** Writes tombstones for the statuses of connectors and tasks that are no longer configured. */
export function sweepStatuses({ configs, statuses }: Pick<LeaderChoresParts, 'configs' | 'statuses'>): void {
  for (const connector of statuses.connectors()) {
    if (!configs.state.has(connector)) {
      statuses.removeConnector(connector)
      statuses.removeTopics(connector)
      continue
    }
    const count = configs.state.tasks(connector).length
    for (const task of statuses.tasks(connector).keys()) {
      if (task >= count && !configs.state.isInconsistent(connector)) statuses.removeTask({ connector, task })
    }
  }
}

/**
 * Writes a new session key when there is none, it is too old or made by other rules (KIP-507). Resolves with the
 * milliseconds until the key should be looked at again; null for never.
 */
export async function refreshSessionKey({ config, configs, clock, logger }: LeaderChoresParts): Promise<number | null> {
  const algorithm = config['inter.worker.key.generation.algorithm']
  const sizeBits = config['inter.worker.key.size']
  const ttlMs = config['inter.worker.key.ttl.ms']
  const key = configs.state.sessionKey
  const expiresAt = key === null ? 0 : key.createdAt + ttlMs
  const fits =
    key !== null &&
    key.algorithm.toLowerCase() === algorithm.toLowerCase() &&
    (sizeBits === null || key.key.length === Math.ceil(sizeBits / 8))
  if (fits && (ttlMs === 0 || expiresAt > clock.now())) return ttlMs === 0 ? null : expiresAt - clock.now()
  await configs.putSessionKey({ key: generateSessionKey(algorithm, sizeBits), algorithm, createdAt: clock.now() })
  logger.info('wrote a new session key for requests between workers')
  return ttlMs === 0 ? null : ttlMs
}
