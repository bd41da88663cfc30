import { key } from '@penstock/core'
import { milliseconds as ms, notBlank, notEmpty, partitions, replicationFactor } from './key-kinds.ts'

/** What Kafka Connect's distributed worker needs beside the shared keys: its group and the topics that it works by. */
export const groupKeys = {
  'group.id': key.string({
    importance: 'high',
    doc: 'Workers with the same group id form one cluster.',
    check: notBlank,
  }),
  'config.storage.topic': key.string({
    importance: 'high',
    doc: 'Topic that keeps connector configurations.',
    check: notBlank,
  }),
  'config.storage.replication.factor': replicationFactor('config'),
  'offset.storage.topic': key.string({
    importance: 'high',
    doc: 'Topic that keeps the offsets of sources.',
    check: notBlank,
  }),
  'status.storage.topic': key.string({
    importance: 'high',
    doc: 'Topic that keeps what state connectors and tasks are in.',
    check: notBlank,
  }),
  'status.storage.replication.factor': replicationFactor('status'),
  'status.storage.partitions': partitions('status', 5),

  'session.timeout.ms': ms(10000, 'A worker that is silent for so long counts as dead and loses its work.', 'high'),
  'heartbeat.interval.ms': ms(
    300,
    'How often a worker tells the group that it lives and hears whether others came or went; below the session timeout.',
    'high',
  ),
  'rebalance.timeout.ms': ms(
    60000,
    'How long workers have for stopping work and joining again in a rebalance.',
    'high',
  ),
  'worker.sync.timeout.ms': ms(
    3000,
    'How long a worker that lags behind the config topic tries to catch up before it leaves.',
  ),
  'worker.unsync.backoff.ms': ms(300000, 'How long a worker that failed to catch up stays away from the group.'),
  'scheduled.rebalance.max.delay.ms': key.int({
    default: 300000,
    min: 0,
    max: 0x7fffffff,
    importance: 'low',
    doc: 'How long the work of a lost worker waits for its return before others take it.',
  }),
  'connect.protocol': key.oneOf(['eager', 'compatible', 'sessioned'], {
    default: 'sessioned',
    importance: 'low',
    doc: 'Highest level of the group protocol; `sessioned` signs requests between workers.',
  }),
  'exactly.once.source.support': key.oneOf(['disabled', 'preparing', 'enabled'], {
    default: 'disabled',
    importance: 'high',
    doc: 'Whether source connectors may write each record exactly once, with transactions.',
  }),
  'inter.worker.key.generation.algorithm': key.string({
    default: 'HmacSHA256',
    importance: 'low',
    doc: 'Algorithm that session keys are made for.',
  }),
  'inter.worker.key.size': key.int({
    default: null,
    min: 1,
    importance: 'low',
    doc: 'Bits of a session key; by default what suits the algorithm.',
  }),
  'inter.worker.key.ttl.ms': key.int({
    default: 3600000,
    min: 0,
    importance: 'low',
    doc: 'Age at which a session key is replaced; 0 for never.',
  }),
  'inter.worker.signature.algorithm': key.string({
    default: 'HmacSHA256',
    importance: 'low',
    doc: 'Algorithm that requests between workers are signed with.',
  }),
  'inter.worker.verification.algorithms': key.list({
    default: ['HmacSHA256'],
    importance: 'low',
    doc: 'Algorithms accepted in signed requests; the signature algorithm must be among them.',
    check: notEmpty,
  }),
}
