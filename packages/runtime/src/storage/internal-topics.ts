/** How the worker's configuration describes its internal topics and the clients that read and write them. */
import { workerClientProperties } from '../config/client-properties.ts'
import { withoutPrefix } from '../config/prefix.ts'
import type { DistributedConfig, WorkerConfig } from '../config/worker-config.ts'
import type { TopicSpec } from '../kafka/admin.ts'
import { toRdkafka } from '../kafka/client-config.ts'
import { isSharedClientKey } from '../kafka/client-keys.ts'

/** Settings that all clients of the internal topics share, and what their ids start with. */
export function internalClients(config: DistributedConfig): {
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
export function topicSpec(config: DistributedConfig, topicKey: InternalTopicKey, partitions: number): TopicSpec {
  const prefix = topicKey.replace(/topic$/, '')
  return {
    name: config[topicKey],
    partitions,
    replicationFactor: config[`${prefix}replication.factor` as 'config.storage.replication.factor'],
    config: topicSettings(config, prefix),
  }
}

/** An internal topic and the key that names it. */
export interface InternalTopic extends TopicSpec {
  readonly key: InternalTopicKey
}

/** All three, as the worker would create them. */
export function internalTopics(config: DistributedConfig): readonly InternalTopic[] {
  const partitions: Readonly<Record<InternalTopicKey, number>> = {
    'config.storage.topic': 1,
    'offset.storage.topic': config['offset.storage.partitions'],
    'status.storage.topic': config['status.storage.partitions'],
  }
  const keys = Object.keys(partitions) as InternalTopicKey[]
  return keys.map((key) => ({ ...topicSpec(config, key, partitions[key]), key }))
}

/** A topic for the offsets of sources, the worker's or one that a connector has of its own. */
export function offsetTopicSpec(config: WorkerConfig, name: string): TopicSpec {
  return {
    name,
    partitions: config['offset.storage.partitions'],
    replicationFactor: config['offset.storage.replication.factor'],
    config: topicSettings(config, 'offset.storage.'),
  }
}

/** What follows the prefix and is no key of the worker is a setting of the topic. */
function topicSettings(config: WorkerConfig, prefix: string): Record<string, string> {
  const own = ['topic', 'partitions', 'replication.factor', 'cleanup.policy', 'file.filename']
  const settings = Object.entries(withoutPrefix(config.raw, prefix)).filter(
    ([key, value]) => !own.includes(key) && value !== null,
  )
  return Object.fromEntries(settings) as Record<string, string>
}
