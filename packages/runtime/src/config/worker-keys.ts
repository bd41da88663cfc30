import { key } from '@penstock/core'

/** The keys of Kafka Connect's distributed worker, with its names and defaults. */
export const connectKeys = {
  'bootstrap.servers': key.list({
    importance: 'high',
    doc: 'Kafka brokers to start from: `host:port,host:port`.',
    check: notEmpty,
  }),
  'client.dns.lookup': key.string({
    default: 'use_all_dns_ips',
    importance: 'medium',
    doc: 'Whether every address of a broker name is tried (`use_all_dns_ips`) or names are made canonical first.',
  }),
  'group.id': key.string({
    importance: 'high',
    doc: 'Workers with the same group id form one cluster.',
    check: notBlank,
  }),
  'client.id': key.string({ default: '', importance: 'low', doc: 'Name of this worker in the logs of the brokers.' }),
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
  'offset.storage.replication.factor': replicationFactor('offset'),
  'offset.storage.partitions': partitions('offset', 25),
  'status.storage.topic': key.string({
    importance: 'high',
    doc: 'Topic that keeps what state connectors and tasks are in.',
    check: notBlank,
  }),
  'status.storage.replication.factor': replicationFactor('status'),
  'status.storage.partitions': partitions('status', 5),

  'key.converter': key.class({
    importance: 'high',
    doc: 'Converter of record keys for connectors that set none; its options follow as `key.converter.…`.',
  }),
  'key.converter.plugin.version': pluginVersion('key'),
  'value.converter': key.class({
    importance: 'high',
    doc: 'Converter of record values for connectors that set none; its options follow as `value.converter.…`.',
  }),
  'value.converter.plugin.version': pluginVersion('value'),
  'header.converter': key.class({
    default: 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
    importance: 'low',
    doc: 'Converter of record headers for connectors that set none; its options follow as `header.converter.…`.',
  }),
  'header.converter.plugin.version': pluginVersion('header'),

  'task.shutdown.graceful.timeout.ms': key.long({
    default: 5000,
    min: 0,
    importance: 'low',
    doc: 'How long all tasks together have for flushing and committing when they are stopped.',
  }),
  'offset.flush.interval.ms': key.long({
    default: 60000,
    min: 1,
    importance: 'low',
    doc: 'How often tasks commit offsets.',
  }),
  'offset.flush.timeout.ms': key.long({
    default: 5000,
    min: 0,
    importance: 'low',
    doc: 'Longest wait for one commit of offsets.',
  }),
  'plugin.path': key.list({ default: null, importance: 'low', doc: 'Folders that plugin packages are installed in.' }),
  'plugin.discovery': key.oneOf(['only_scan', 'hybrid_warn', 'hybrid_fail', 'service_load'], {
    default: 'hybrid_warn',
    importance: 'low',
    doc: 'Accepted for the sake of existing files; plugin packages always declare themselves.',
  }),
  'config.providers': key.list({
    default: [],
    importance: 'low',
    doc: 'Names of the providers that values may refer to.',
  }),
  'connector.client.config.override.policy': key.string({
    default: 'All',
    importance: 'medium',
    doc: 'Which client settings connectors may override: All, None, Principal or Allowlist.',
  }),
  'connector.client.config.override.allowlist': key.list({
    default: [],
    importance: 'low',
    doc: 'Client settings that connectors may override under the policy Allowlist.',
  }),
  'topic.creation.enable': key.boolean({
    default: true,
    importance: 'low',
    doc: 'Whether source connectors may have topics created.',
  }),
  'topic.tracking.enable': key.boolean({
    default: true,
    importance: 'low',
    doc: 'Whether the topics that connectors use are recorded.',
  }),
  'topic.tracking.allow.reset': key.boolean({
    default: true,
    importance: 'low',
    doc: 'Whether recorded topics may be cleared through REST.',
  }),

  'session.timeout.ms': ms(10000, 'A worker that is silent for so long counts as dead and loses its work.', 'high'),
  'heartbeat.interval.ms': ms(
    1000,
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

  'request.timeout.ms': ms(40000, 'Longest wait for the answer of a broker.'),
  'retry.backoff.ms': ms(100, 'First wait before a failed request to a broker is tried again.'),
  'retry.backoff.max.ms': ms(1000, 'Longest wait before a failed request to a broker is tried again.'),
  'reconnect.backoff.ms': ms(50, 'First wait before connecting again to a broker.'),
  'reconnect.backoff.max.ms': ms(1000, 'Longest wait before connecting again to a broker.'),
  'connections.max.idle.ms': ms(540000, 'Unused connections to brokers are closed after this time.'),
  'metadata.max.age.ms': ms(300000, 'Cluster metadata is fetched again after this time at the latest.'),
  'metadata.recovery.strategy': key.oneOf(['none', 'rebootstrap'], {
    default: 'rebootstrap',
    importance: 'low',
    doc: 'What to do when no known broker answers: start again from `bootstrap.servers`, or nothing.',
  }),
  'metadata.recovery.rebootstrap.trigger.ms': ms(300000, 'How long no broker may answer before that.'),
  'send.buffer.bytes': key.int({
    default: 131072,
    min: -1,
    importance: 'low',
    doc: 'TCP send buffer; -1 for the system default.',
  }),
  'receive.buffer.bytes': key.int({
    default: 32768,
    min: -1,
    importance: 'low',
    doc: 'TCP receive buffer; -1 for the system default.',
  }),
  'socket.connection.setup.timeout.ms': ms(10000, 'Longest wait for a TCP connection to a broker.'),
  'socket.connection.setup.timeout.max.ms': ms(30000, 'Upper limit of that wait as it grows with failures.'),
  'security.protocol': key.oneOf(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'], {
    default: 'PLAINTEXT',
    importance: 'medium',
    doc: 'How the worker’s own clients talk to brokers; see also the `sasl.…` and `ssl.…` keys.',
  }),

  'metrics.sample.window.ms': ms(30000, 'Accepted for the sake of existing files.'),
  'metrics.num.samples': key.int({
    default: 2,
    min: 1,
    importance: 'low',
    doc: 'Accepted for the sake of existing files.',
  }),
  'metrics.recording.level': key.oneOf(['INFO', 'DEBUG', 'TRACE'], {
    default: 'INFO',
    importance: 'low',
    doc: 'Accepted for the sake of existing files.',
  }),
  'metric.reporters': key.list({
    default: [],
    importance: 'low',
    doc: 'Accepted for the sake of existing files; metrics go to OpenTelemetry.',
  }),
}

function ms(fallback: number, doc: string, importance: 'high' | 'low' = 'low') {
  return key.int({ default: fallback, min: 0, importance, doc })
}

function replicationFactor(store: string) {
  return key.short({
    default: 3,
    importance: 'low',
    doc: `Replicas of the ${store} topic when the worker creates it; -1 for the brokers’ default.`,
    check: (value) => (value === -1 || value > 0 ? undefined : 'Value must be -1 or at least 1'),
  })
}

function partitions(store: string, fallback: number) {
  return key.int({
    default: fallback,
    importance: 'low',
    doc: `Partitions of the ${store} topic when the worker creates it; -1 for the brokers’ default.`,
    check: (value) => (value === -1 || value > 0 ? undefined : 'Value must be -1 or at least 1'),
  })
}

function pluginVersion(usage: string) {
  return key.string({
    default: null,
    importance: 'low',
    doc: `Version of the ${usage} converter; by default the newest.`,
  })
}

function notBlank(value: string): string | undefined {
  return value.trim() === '' ? 'String must be non-empty' : undefined
}

function notEmpty(value: readonly string[]): string | undefined {
  return value.some((item) => item !== '') ? undefined : 'List must not be empty'
}
