/** Places in Kafka as keys of maps and sets: two places never have the same one. */
import type { TopicPartition } from '@penstock/core'

export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${partition}/${topic}`
}

export function recordKey({ topic, partition, offset }: TopicPartition & { readonly offset: number | bigint }): string {
  return `${partition}@${offset}/${topic}`
}
