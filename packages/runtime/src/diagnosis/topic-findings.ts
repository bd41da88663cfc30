/** What is right and wrong about the internal topics and the rights on them. */
import type { InternalTopic } from '../storage/internal-topics.ts'
import { type Finding, found, ok } from './finding.ts'
import type { TopicView } from './kafka-view.ts'
import type { Right } from './rights.ts'

const neededRights: readonly Right[] = ['DESCRIBE', 'READ', 'WRITE']
/** With as many brokers, one of them may be lost. */
const safeReplication = 3

export interface ExaminedTopic extends InternalTopic {
  /** Null where it is not there. */
  readonly seen: TopicView | null
}

export function topicFindings(topic: ExaminedTopic, brokers: number): Finding[] {
  const { name, key, seen } = topic
  if (seen === null) {
    return [
      found(
        'warning',
        'topics',
        name,
        `${key} is not there, or may not be seen`,
        'the first worker creates it, where its user may; else create it compacted, and allow DESCRIBE, READ and WRITE',
      ),
    ]
  }
  const problems = [
    ...compactionProblems(name, seen),
    ...partitionProblems(topic, seen),
    ...replicationProblems(topic, seen, brokers),
    ...rightProblems(name, seen),
  ]
  const shape = `${seen.partitions} partitions, replication factor ${seen.replicationFactor}`
  return problems.length > 0 ? problems : [ok('topics', name, `${key}: compacted, ${shape}`)]
}

function compactionProblems(name: string, { config }: TopicView): Finding[] {
  const policy = config?.get('cleanup.policy') ?? null
  if (policy === 'compact') return []
  if (policy === null) {
    return [
      found(
        'unknown',
        'topics',
        name,
        'its cleanup.policy may not be seen',
        'allow DESCRIBE_CONFIGS on the topic, to have it checked',
      ),
    ]
  }
  return [
    found(
      'failed',
      'topics',
      name,
      `cleanup.policy is ${policy}: what the cluster knows would be deleted with time`,
      `kafka-configs.sh --bootstrap-server … --alter --topic ${name} --add-config cleanup.policy=compact`,
    ),
  ]
}

function partitionProblems({ name, key, partitions }: ExaminedTopic, seen: TopicView): Finding[] {
  const problems: Finding[] = []
  if (key === 'config.storage.topic' && seen.partitions !== 1) {
    problems.push(
      found(
        'failed',
        'topics',
        name,
        `${key} has ${seen.partitions} partitions and must have 1: the order of changes is lost`,
        'name a new topic and copy the records, or let the workers create it',
      ),
    )
  } else if (partitions > 0 && seen.partitions !== partitions) {
    problems.push(
      found(
        'warning',
        'topics',
        name,
        `it has ${seen.partitions} partitions, the worker's properties say ${partitions}`,
        'what is there counts; correct the properties',
      ),
    )
  }
  if (seen.leaderless > 0) {
    problems.push(
      found(
        'failed',
        'topics',
        name,
        `${seen.leaderless} of its partitions have no leader`,
        'bring the brokers back that hold its replicas',
      ),
    )
  }
  return problems
}

function replicationProblems({ name }: ExaminedTopic, seen: TopicView, brokers: number): Finding[] {
  const { replicationFactor: factor, config } = seen
  const least = Number(config?.get('min.insync.replicas') ?? 1)
  if (least > factor) {
    return [
      found(
        'failed',
        'topics',
        name,
        `min.insync.replicas is ${least}, but the topic has ${factor} replicas: nothing can be written`,
        `lower min.insync.replicas to ${Math.max(1, factor - 1)}, or add replicas with kafka-reassign-partitions.sh`,
      ),
    ]
  }
  if (factor >= Math.min(safeReplication, brokers)) return []
  return [
    found(
      'warning',
      'topics',
      name,
      `it has ${factor} replicas on ${brokers} brokers: when they are lost, so are the connectors`,
      `add replicas with kafka-reassign-partitions.sh, ${safeReplication} are usual`,
    ),
  ]
}

function rightProblems(name: string, { rights }: TopicView): Finding[] {
  const missing = rights === null ? [] : neededRights.filter((right) => !rights.has(right))
  if (missing.length === 0) return []
  const operations = missing.map((right) => `--operation ${right.toLowerCase()}`).join(' ')
  return [
    found(
      'failed',
      'rights',
      name,
      `this user may not ${missing.join(', ')}`,
      `kafka-acls.sh --bootstrap-server … --add --allow-principal User:… ${operations} --topic ${name}`,
    ),
  ]
}

/** Rights on the cluster matter only while something has to be created. */
export function clusterRightFindings(rights: ReadonlySet<Right> | null, mustCreate: boolean): Finding[] {
  if (rights === null) {
    return [found('unknown', 'rights', 'cluster', 'the brokers don’t tell what this user may do', null)]
  }
  if (!mustCreate || rights.has('CREATE'))
    return [ok('rights', 'cluster', `this user may ${[...rights].join(', ') || 'nothing in particular'}`)]
  return [
    found(
      'failed',
      'rights',
      'cluster',
      'internal topics are missing and this user may not create any',
      'create them beforehand, compacted, or allow CREATE: kafka-acls.sh --add --allow-principal User:… --operation create --cluster',
    ),
  ]
}
