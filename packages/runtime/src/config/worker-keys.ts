import { key } from '@penstock/core'
import { milliseconds as ms, notEmpty, partitions, replicationFactor } from './key-kinds.ts'

/** The keys that Kafka Connect's distributed and standalone workers share, with its names and defaults. */
export const sharedKeys = {
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
  'client.id': key.string({ default: '', importance: 'low', doc: 'Name of this worker in the logs of the brokers.' }),

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

  'offset.storage.replication.factor': replicationFactor('offset'),
  'offset.storage.partitions': partitions('offset', 25),

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

function pluginVersion(usage: string) {
  return key.string({
    default: null,
    importance: 'low',
    doc: `Version of the ${usage} converter; by default the newest.`,
  })
}
