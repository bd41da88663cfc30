import { ConfigError, type RawConfig } from '@penstock/core'
import { expect, test } from 'vitest'
import { standaloneWith } from './fixtures/worker.ts'
import { parseStandaloneConfig, parseWorkerConfig, standaloneConfig, workerConfig } from './worker-config.ts'

const minimal: RawConfig = {
  'bootstrap.servers': 'kafka-1:9092, kafka-2:9092',
  'group.id': 'connect-cluster',
  'config.storage.topic': 'connect-configs',
  'offset.storage.topic': 'connect-offsets',
  'status.storage.topic': 'connect-status',
  'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
}

function problemsOf(raw: RawConfig): string[] {
  try {
    parseWorkerConfig(raw)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map((problem) => problem.message)
  }
}

test('a file with the required keys gets the defaults of Kafka Connect', () => {
  const config = parseWorkerConfig(minimal)
  expect(config).toMatchObject({
    'bootstrap.servers': ['kafka-1:9092', 'kafka-2:9092'],
    'session.timeout.ms': 10000,
    'heartbeat.interval.ms': 300, // 3000 there: by then the others would only begin to take over from a stopped worker
    'rebalance.timeout.ms': 60000,
    'scheduled.rebalance.max.delay.ms': 300000,
    'offset.flush.interval.ms': 60000,
    'offset.storage.partitions': 25,
    'connect.protocol': 'sessioned',
    listeners: ['http://:8083'],
    'header.converter': 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
    'connector.client.config.override.policy': 'All',
    'executor.processes': null,
  })
})

test('keys that are not declared stay in the raw configuration', () => {
  const config = parseWorkerConfig({ ...minimal, 'consumer.max.poll.records': '100', 'my.own': 'x' })
  expect(config.raw['consumer.max.poll.records']).toBe('100')
  expect(config.raw['my.own']).toBe('x')
})

test('all missing keys are named at once', () => {
  expect(problemsOf({})).toEqual(
    [
      'bootstrap.servers',
      'key.converter',
      'value.converter',
      'group.id',
      'config.storage.topic',
      'offset.storage.topic',
      'status.storage.topic',
    ].map((key) => `Missing required configuration "${key}" which has no default value.`),
  )
})

test.each<[RawConfig, string]>([
  [
    { 'heartbeat.interval.ms': '10000' },
    'heartbeat.interval.ms (10000) must be lower than session.timeout.ms (10000), at best a third of it',
  ],
  [
    { 'status.storage.topic': 'connect-configs' },
    'status.storage.topic and config.storage.topic must be different topics, but both are "connect-configs"',
  ],
  [
    { 'inter.worker.verification.algorithms': 'HmacSHA512' },
    'inter.worker.verification.algorithms (HmacSHA512) must contain the inter.worker.signature.algorithm HmacSHA256',
  ],
  [
    { 'inter.worker.key.generation.algorithm': 'HmacNope' },
    'inter.worker.key.generation.algorithm names "HmacNope", which is none of HmacMD5, HmacSHA1, HmacSHA224, HmacSHA256, HmacSHA384, HmacSHA512',
  ],
  [{ 'group.id': ' ' }, 'Invalid value   for configuration group.id: String must be non-empty'],
  [
    { 'offset.storage.partitions': '0' },
    'Invalid value 0 for configuration offset.storage.partitions: Value must be -1 or at least 1',
  ],
  [
    { 'connect.protocol': 'new' },
    'Invalid value new for configuration connect.protocol: String must be one of: eager, compatible, sessioned',
  ],
  [
    { listeners: 'localhost:8083' },
    'Invalid value localhost:8083 for configuration listeners: "localhost:8083" is no listener; write http://host:port or https://host:port',
  ],
  [
    { listeners: 'http://:8083,https://:8443' },
    'ssl.keystore.location is missing: an https listener needs a certificate and its key. Name a PEM or PKCS12 file, or give ssl.keystore.certificate.chain and ssl.keystore.key',
  ],
  [{ 'log.levels': 'group' }, 'Invalid value group for configuration log.levels: "group" must read logger=level'],
  [
    { 'errors.restart.backoff.ms': '100', 'errors.restart.backoff.max.ms': '10' },
    'errors.restart.backoff.ms (100) must not exceed errors.restart.backoff.max.ms (10)',
  ],
])('%j is refused with a text that names the key', (raw, message) => {
  expect(problemsOf({ ...minimal, ...raw })).toEqual([message])
})

test('every key has a doc', () => {
  const keys = [...Object.entries(workerConfig.keys), ...Object.entries(standaloneConfig.keys)]
  for (const [name, definition] of keys) expect(definition.doc, name).toMatch(/^\S.*[.!]$/)
})

test('a standalone worker needs a file for offsets, and no group or topics', () => {
  expect(standaloneWith()).toMatchObject({
    mode: 'standalone',
    'group.id': null,
    'offset.storage.topic': null,
    'offset.flush.interval.ms': 60000,
    listeners: ['http://:8083'],
  })
  expect(() => parseStandaloneConfig({})).toThrow(
    'Missing required configuration "offset.storage.file.filename" which has no default value.',
  )
  expect(() => standaloneWith({ 'offset.storage.file.filename': ' ' })).toThrow('String must be non-empty')
})

test('a standalone worker lets the keys of a group pass and never delivers exactly once', () => {
  const config = standaloneWith({ 'group.id': 'other', 'exactly.once.source.support': 'enabled' })
  expect([config['group.id'], config['exactly.once.source.support']]).toEqual([null, 'disabled'])
  expect(() => standaloneWith({ 'errors.restart.backoff.ms': '100', 'errors.restart.backoff.max.ms': '10' })).toThrow(
    'errors.restart.backoff.ms (100) must not exceed errors.restart.backoff.max.ms (10)',
  )
})
