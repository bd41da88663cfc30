/** Which topics, partitions and offsets a request is about. */
import { ConnectError, type PartitionOffset } from '@penstock/core'
import type { SinkConnectorConfig } from '../../config/connector-config.ts'
import { compileTopicsRegex } from '../../config/topics-regex.ts'
import type { KafkaAdmin } from '../../kafka/admin.ts'
import type { Bound, OffsetRange, VerifyRequest } from './job.ts'

export type RangeAdmin = Pick<KafkaAdmin, 'topics' | 'partitionCount' | 'startOffsets' | 'endOffsets'>

/** The topics that a connector reads; of those `topic` alone, when it is given and is one of them. */
export async function topicsOf(
  config: SinkConnectorConfig,
  topic: string | null,
  admin: Pick<KafkaAdmin, 'topics'>,
): Promise<readonly string[]> {
  const regex = config['topics.regex']
  const deadLetters = config['errors.deadletterqueue.topic.name']
  const isRead = (candidate: string): boolean =>
    regex === ''
      ? config.topics.includes(candidate)
      : candidate !== deadLetters && compileTopicsRegex(regex).test(candidate)
  if (topic !== null) {
    if (isRead(topic)) return [topic]
    throw new ConnectError(
      'config.topic_not_read',
      `topic ${topic} is not one of those that the connector reads (${regex === '' ? `topics=${config.topics.join(',')}` : `topics.regex=${regex}`}); name one of those, or leave the topic out`,
    )
  }
  if (regex === '') return config.topics
  return (await admin.topics()).filter(isRead).sort()
}

/** Every partition of a topic with the offsets between its first and its last committed record. */
export async function wholeTopic(topic: string, admin: RangeAdmin): Promise<readonly OffsetRange[]> {
  const count = await admin.partitionCount(topic)
  if (count === null) {
    throw new ConnectError('config.no_such_topic', `there is no topic ${topic}; name one that exists`)
  }
  const [starts, ends] = await Promise.all([
    admin.startOffsets(topic, count),
    admin.endOffsets(topic, count, { committedOnly: true }),
  ])
  return Array.from({ length: count }, (_, partition) => {
    const to = ends.get(partition) ?? 0
    return { topic, partition, from: Math.min(starts.get(partition) ?? 0, to), to }
  })
}

/** The ranges that a verification covers; empty ones for partitions where there is nothing to look at. */
export async function rangesToVerify(
  topics: readonly string[],
  { partitions, from, to }: Pick<VerifyRequest, 'partitions' | 'from' | 'to'>,
  committed: readonly PartitionOffset[],
  admin: RangeAdmin,
): Promise<readonly OffsetRange[]> {
  const ranges: OffsetRange[] = []
  for (const topic of topics) {
    const all = await wholeTopic(topic, admin)
    const begins = await offsetsAt(from, topic, all, admin)
    const ends = await offsetsAt(to, topic, all, admin)
    for (const { partition, from: first, to: end } of all) {
      if (partitions !== null && !partitions.includes(partition)) continue
      const own = committed.find((position) => position.topic === topic && position.partition === partition)
      // Without a committed offset nothing has been promised yet.
      const upTo = ends?.get(partition) ?? Number(own?.offset ?? first)
      const clamped = { from: clamp(begins?.get(partition) ?? first, first, end), to: clamp(upTo, first, end) }
      ranges.push({ topic, partition, from: clamped.from, to: Math.max(clamped.from, clamped.to) })
    }
  }
  return ranges
}

async function offsetsAt(
  bound: Bound | null,
  topic: string,
  all: readonly OffsetRange[],
  admin: RangeAdmin,
): Promise<ReadonlyMap<number, number> | null> {
  if (bound === null || bound.kind === 'offsets') return bound?.byPartition ?? null
  const found = await admin.startOffsets(topic, all.length, bound.ms)
  // No record is as young as that: it is the end.
  return new Map(all.map(({ partition, to }) => [partition, found.get(partition) ?? to]))
}

function clamp(offset: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, offset))
}
