/** How the worker's configuration describes its internal topics and the clients that read and write them. */
import { workerClientProperties } from '../config/client-properties.ts'
import { withoutPrefix } from '../config/prefix.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import type { TopicSpec } from '../kafka/admin.ts'
import { toRdkafka } from '../kafka/client-config.ts'
import { isSharedClientKey } from '../kafka/client-keys.ts'

/** Settings that all clients of the internal topics share, and what their ids start with. */
export function internalClients(config: WorkerConfig): {
  readonly clientIdBase: string
  readonly client: Record<string, string | number | boolean>
  readonly warnings: readonly string[]
} {
  const { config: client, warnings } = toRdkafka(clientProperties(config))
  return { clientIdBase: config['client.id'] || config['group.id'], client, warnings }
}

/** With exactly-once sources what is in an open or aborted transaction must not be read. */
export function isolationLevel(config: WorkerConfig): 'read_committed' | 'read_uncommitted' {
  return config['exactly.once.source.support'] === 'enabled' ? 'read_committed' : 'read_uncommitted'
}

export type InternalTopicKey = 'config.storage.topic' | 'offset.storage.topic' | 'status.storage.topic'

/** Everything unprefixed that is a setting of any client, without the worker's own keys. */
function clientProperties(config: WorkerConfig): Record<string, string> {
  const all = workerClientProperties(config.raw)
  return Object.fromEntries(Object.entries(all).filter(([key]) => isSharedClientKey(key)))
}

/** An internal topic as the worker's configuration describes it. */
export function topicSpec(config: WorkerConfig, topicKey: InternalTopicKey, partitions: number): TopicSpec {
  const prefix = topicKey.replace(/topic$/, '')
  const own = ['topic', 'partitions', 'replication.factor', 'cleanup.policy']
  const extra = Object.entries(withoutPrefix(config.raw, prefix)).filter(
    ([key, value]) => !own.includes(key) && value !== null,
  )
  return {
    name: config[topicKey],
    partitions,
    replicationFactor: config[`${prefix}replication.factor` as 'config.storage.replication.factor'],
    config: Object.fromEntries(extra) as Record<string, string>,
  }
}
