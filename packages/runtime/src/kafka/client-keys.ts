/**
 * What becomes of each key of the Java clients: the one table behind {@link toRdkafka} and `docs/configuration.md`.
 * Keys of TLS and SASL are in `security-keys.ts`; keys of librdkafka that are missing here pass as they are.
 */
import type { ClientKind } from '../config/client-properties.ts'
import { findRdkafkaKey } from './rdkafka-values.ts'
import { securityKeys } from './security-keys.ts'

/** What the client for records, librdkafka, gets. */
export type Handling =
  /** The same key with the same meaning. */
  | { readonly kind: 'same' }
  | { readonly kind: 'renamed'; readonly to: string }
  /** Other keys or other values; `note` says which. */
  | { readonly kind: 'converted'; readonly note: string }
  /** Left out in silence: nothing changes without it. */
  | { readonly kind: 'unused'; readonly note: string }
  /** Left out with a warning. */
  | { readonly kind: 'ignored'; readonly note: string }
  /** A configuration error: leaving it out would change who is trusted or who connects. */
  | { readonly kind: 'refused'; readonly note: string }

export interface ClientKey {
  readonly clients: readonly ClientKind[]
  readonly handling: Handling
  /** What the client for group membership and administration makes of it; absent: nothing. */
  readonly protocolClient?: string
}

const everyone: readonly ClientKind[] = ['producer', 'consumer', 'admin']
const data: readonly ClientKind[] = ['producer', 'consumer']
const producer: readonly ClientKind[] = ['producer']
const consumer: readonly ClientKind[] = ['consumer']
const admin: readonly ClientKind[] = ['admin']

/** The worker names its clients itself, and has providers of its own. */
const ownKeys: readonly string[] = ['client.id', 'config.providers']

const same: Handling = { kind: 'same' }
const renamed = (to: string): Handling => ({ kind: 'renamed', to })
const converted = (note: string): Handling => ({ kind: 'converted', note })
const unused = (note: string): Handling => ({ kind: 'unused', note })
const javaClass: Handling = { kind: 'ignored', note: 'names a Java class, which can’t run here' }
const javaMetrics = unused('metrics of the Java clients; see metrics.md for those of Penstock')

const generalKeys: Readonly<Record<string, ClientKey>> = {
  'bootstrap.servers': { clients: everyone, handling: same, protocolClient: 'brokers to start from' },
  'bootstrap.controllers': { clients: admin, handling: unused('only brokers are talked to') },
  'client.id': { clients: everyone, handling: same, protocolClient: 'client id' },
  'client.rack': { clients: consumer, handling: same },
  'client.dns.lookup': { clients: everyone, handling: same },
  'config.providers': { clients: everyone, handling: unused('the worker’s providers resolve variables') },
  'connections.max.idle.ms': { clients: everyone, handling: same },
  'default.api.timeout.ms': { clients: everyone, handling: unused('each call has its own limit') },
  'enable.metrics.push': { clients: everyone, handling: same },
  'interceptor.classes': { clients: data, handling: javaClass },
  'metadata.max.age.ms': { clients: everyone, handling: same },
  'metadata.recovery.rebootstrap.trigger.ms': { clients: everyone, handling: same },
  'metadata.recovery.strategy': { clients: everyone, handling: same },
  'metric.reporters': { clients: everyone, handling: javaMetrics },
  'auto.include.jmx.reporter': { clients: everyone, handling: javaMetrics },
  'metrics.num.samples': { clients: everyone, handling: javaMetrics },
  'metrics.recording.level': { clients: everyone, handling: javaMetrics },
  'metrics.sample.window.ms': { clients: everyone, handling: javaMetrics },
  'receive.buffer.bytes': {
    clients: everyone,
    handling: converted('`socket.receive.buffer.bytes`; -1 is 0, the system’s default'),
  },
  'send.buffer.bytes': {
    clients: everyone,
    handling: converted('`socket.send.buffer.bytes`; -1 is 0, the system’s default'),
  },
  'reconnect.backoff.ms': { clients: everyone, handling: same },
  'reconnect.backoff.max.ms': { clients: everyone, handling: same },
  'request.timeout.ms': {
    clients: everyone,
    handling: converted('`socket.timeout.ms`, and the producers’ `request.timeout.ms`'),
    protocolClient: 'longest wait for an answer',
  },
  retries: { clients: everyone, handling: same },
  'retry.backoff.ms': { clients: everyone, handling: same },
  'retry.backoff.max.ms': { clients: everyone, handling: same },
  'socket.connection.setup.timeout.ms': {
    clients: everyone,
    handling: same,
    protocolClient: 'longest wait for a connection',
  },
  'socket.connection.setup.timeout.max.ms': { clients: everyone, handling: unused('that wait does not grow') },

  'allow.auto.create.topics': { clients: consumer, handling: same },
  'auto.commit.interval.ms': { clients: consumer, handling: same },
  'auto.offset.reset': { clients: consumer, handling: converted('`none` is `error`') },
  'check.crcs': { clients: consumer, handling: same },
  'enable.auto.commit': { clients: consumer, handling: unused('offsets are committed by the framework') },
  'exclude.internal.topics': { clients: consumer, handling: unused('topics are matched by the framework') },
  'fetch.max.bytes': { clients: consumer, handling: same },
  'fetch.max.wait.ms': { clients: consumer, handling: renamed('fetch.wait.max.ms') },
  'fetch.min.bytes': { clients: consumer, handling: same },
  'group.id': { clients: consumer, handling: same },
  'group.instance.id': { clients: consumer, handling: same },
  'group.protocol': { clients: consumer, handling: same },
  'group.remote.assignor': { clients: consumer, handling: same },
  'heartbeat.interval.ms': { clients: consumer, handling: same },
  'isolation.level': { clients: consumer, handling: same },
  'key.deserializer': { clients: consumer, handling: unused('converters read bytes') },
  'value.deserializer': { clients: consumer, handling: unused('converters read bytes') },
  'max.partition.fetch.bytes': { clients: consumer, handling: same },
  'max.poll.interval.ms': { clients: consumer, handling: same },
  'max.poll.records': { clients: consumer, handling: unused('read by the framework: most records of one `put`') },
  'partition.assignment.strategy': {
    clients: consumer,
    handling: converted('Java’s assignors are `range`, `roundrobin`, `cooperative-sticky`'),
  },
  'session.timeout.ms': { clients: consumer, handling: same },
  'share.acknowledgement.mode': { clients: consumer, handling: same },
  'share.acquire.mode': { clients: consumer, handling: unused('share groups are not used') },
  'internal.throw.on.fetch.stable.offset.unsupported': {
    clients: consumer,
    handling: unused('internal to the Java client'),
  },

  acks: { clients: producer, handling: same },
  'batch.size': { clients: producer, handling: same },
  'buffer.memory': { clients: producer, handling: converted('`queue.buffering.max.kbytes`') },
  'compression.type': { clients: producer, handling: same },
  'compression.gzip.level': { clients: producer, handling: converted('`compression.level` for gzip') },
  'compression.lz4.level': { clients: producer, handling: converted('`compression.level` for lz4') },
  'compression.zstd.level': { clients: producer, handling: converted('`compression.level` for zstd') },
  'delivery.timeout.ms': { clients: producer, handling: same },
  'enable.idempotence': { clients: producer, handling: same },
  'key.serializer': { clients: producer, handling: unused('converters write bytes') },
  'value.serializer': { clients: producer, handling: unused('converters write bytes') },
  'linger.ms': { clients: producer, handling: same },
  'max.block.ms': { clients: producer, handling: unused('the framework waits without blocking') },
  'max.in.flight.requests.per.connection': { clients: producer, handling: same },
  'max.request.size': { clients: producer, handling: renamed('message.max.bytes') },
  'metadata.max.idle.ms': { clients: producer, handling: unused('topics in use are known anyway') },
  'partitioner.class': { clients: producer, handling: javaClass },
  'partitioner.adaptive.partitioning.enable': { clients: producer, handling: unused('partitions are chosen by key') },
  'partitioner.availability.timeout.ms': { clients: producer, handling: unused('partitions are chosen by key') },
  'partitioner.ignore.keys': { clients: producer, handling: unused('partitions are chosen by key') },
  'transaction.timeout.ms': { clients: producer, handling: same },
  'transaction.two.phase.commit.enable': { clients: producer, handling: unused('transactions are the framework’s') },
  'transactional.id': { clients: producer, handling: same },
}

export const clientKeys: Readonly<Record<string, ClientKey>> = {
  ...generalKeys,
  ...Object.fromEntries(Object.entries(securityKeys).map(([key, row]) => [key, { clients: everyone, ...row }])),
}

/** Of the worker's unprefixed keys, those that are meant for its own clients and not for the worker or its group. */
export function isSharedClientKey(key: string): boolean {
  const row = Object.hasOwn(clientKeys, key) ? clientKeys[key] : undefined
  if (row !== undefined) return row.clients.length === everyone.length && !ownKeys.includes(key)
  return findRdkafkaKey(key)?.clients === '*'
}
