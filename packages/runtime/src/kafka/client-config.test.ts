import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError } from '@penstock/core'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { type ClientProperties, toProtocolClient, toRdkafka } from './client-config.ts'
import { clientKeys, isSharedClientKey } from './client-keys.ts'
import { commonKeys, consumerKeys, javaClientKeys, producerKeys } from './fixtures/java-client-keys.ts'

const servers = { 'bootstrap.servers': 'kafka:9092' }
const scram = (options: string) => `org.apache.kafka.common.security.scram.ScramLoginModule required ${options};`

/** The problems a mapping is refused with, as `key: message`. */
function problemsOf(map: () => unknown): string[] {
  try {
    map()
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ key, message }) => `${key}: ${message}`)
    throw error
  }
  return []
}

describe('properties for librdkafka', () => {
  test.each<[ClientProperties, Record<string, unknown>]>([
    [{ 'fetch.max.wait.ms': '100' }, { 'fetch.wait.max.ms': '100' }],
    [{ 'max.request.size': '2000000' }, { 'message.max.bytes': '2000000' }],
    [{ 'buffer.memory': '33554432' }, { 'queue.buffering.max.kbytes': 32768 }],
    [{ 'buffer.memory': '10' }, { 'queue.buffering.max.kbytes': 1 }],
    [{ 'receive.buffer.bytes': '65536' }, { 'socket.receive.buffer.bytes': '65536' }],
    [
      { 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'PLAIN' },
      { 'security.protocol': 'sasl_ssl', 'sasl.mechanisms': 'PLAIN' },
    ],
    [{ 'send.buffer.bytes': '-1' }, { 'socket.send.buffer.bytes': '0' }],
    [{ 'request.timeout.ms': '30000' }, { 'socket.timeout.ms': '30000', 'request.timeout.ms': '30000' }],
    [{ 'isolation.level': 'READ_COMMITTED' }, { 'isolation.level': 'read_committed' }],
    [{ acks: 'all' }, { acks: 'all' }],
    [
      { 'ssl.cipher.suites': 'TLS_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384' },
      { 'ssl.cipher.suites': 'ECDHE-RSA-AES256-GCM-SHA384' },
    ],
    [{ 'ssl.cipher.suites': 'TLS_AES_128_GCM_SHA256' }, {}],
    [{ 'sasl.mechanism': 'SCRAM-SHA-512' }, { 'sasl.mechanisms': 'SCRAM-SHA-512' }],
    [
      { 'compression.type': 'zstd', 'compression.zstd.level': '5', 'compression.lz4.level': '9' },
      { 'compression.type': 'zstd', 'compression.level': '5' },
    ],
    [{ 'auto.offset.reset': 'none' }, { 'auto.offset.reset': 'error' }],
    [{ 'auto.offset.reset': 'latest' }, { 'auto.offset.reset': 'latest' }],
    [{ 'ssl.endpoint.identification.algorithm': '' }, { 'ssl.endpoint.identification.algorithm': 'none' }],
    [{ 'ssl.truststore.certificates': '-----BEGIN' }, { 'ssl.ca.pem': '-----BEGIN' }],
    [
      { 'ssl.keystore.key': 'key', 'ssl.keystore.certificate.chain': 'chain', 'ssl.keystore.type': 'PEM' },
      { 'ssl.key.pem': 'key', 'ssl.certificate.pem': 'chain' },
    ],
    [
      {
        'partition.assignment.strategy':
          'org.apache.kafka.clients.consumer.RangeAssignor, org.apache.kafka.clients.consumer.CooperativeStickyAssignor',
      },
      { 'partition.assignment.strategy': 'range,cooperative-sticky' },
    ],
    [{ 'key.deserializer': 'x', 'max.poll.records': '7', 'metric.reporters': '' }, {}],
    [{ 'fetch.min.bytes': '', 'queued.min.messages': '5' }, { 'queued.min.messages': '5' }],
  ])('%j becomes %j', (properties, expected) => {
    expect(toRdkafka(properties)).toEqual({ config: expected, warnings: [] })
  })

  test.each<[ClientProperties, Record<string, unknown>, string]>([
    [
      { 'interceptor.classes': 'com.example.Spy' },
      {},
      'interceptor.classes names a Java class, which can’t run here; it is ignored',
    ],
    [{ 'fetch.mim.bytes': '5' }, {}, 'fetch.mim.bytes is no setting of a Kafka client and is ignored'],
    [
      { 'max.poll.interval.ms': '2147483647' },
      { 'max.poll.interval.ms': 86400000 },
      'max.poll.interval.ms is 86400000 instead of 2147483647: the client takes 1 to 86400000',
    ],
    [
      { 'fetch.max.wait.ms': '600000' },
      { 'fetch.wait.max.ms': 300000 },
      'fetch.max.wait.ms is 300000 instead of 600000: the client takes 0 to 300000',
    ],
  ])('%j is taken with a warning', (properties, config, warning) => {
    expect(toRdkafka(properties)).toEqual({ config, warnings: [warning] })
  })

  test.each<[ClientProperties, string]>([
    [
      { 'max.request.size': 'big' },
      'max.request.size: Invalid value big for configuration max.request.size: expected a number from 1000 to 1000000000',
    ],
    [
      { 'isolation.level': 'dirty' },
      'isolation.level: Invalid value dirty for configuration isolation.level: expected one of read_uncommitted, read_committed',
    ],
    [
      { 'ssl.engine.factory.class': 'x.Engine' },
      'ssl.engine.factory.class: Configuration ssl.engine.factory.class is not supported: names a Java class, which can’t run here; give certificates by `ssl.truststore.*` and `ssl.keystore.*`',
    ],
  ])('%j is refused', (properties, problem) => {
    expect(problemsOf(() => toRdkafka(properties))).toEqual([problem])
  })

  test('whatever a range allows comes through, and nothing beyond it', () => {
    fc.assert(
      fc.property(fc.integer(), (number) => {
        const { config, warnings } = toRdkafka({ 'session.timeout.ms': String(number) })
        const taken = Number(config['session.timeout.ms'])
        expect(taken).toBe(Math.min(3_600_000, Math.max(1, number)))
        expect(warnings).toHaveLength(taken === number ? 0 : 1)
      }),
    )
  })
})

test.each(javaClientKeys)('the table of client keys has %s', (key) => {
  expect(clientKeys).toHaveProperty([key])
})

test('the table has no key that the Java clients don’t have', () => {
  expect(Object.keys(clientKeys).filter((key) => !javaClientKeys.includes(key))).toEqual([])
})

describe('every key of the Java clients is taken by librdkafka or left out', () => {
  const { KafkaConsumer, Producer } = createRequire(import.meta.url)('@confluentinc/kafka-javascript')
  const mapped = (pair: string) => {
    const [key = '', value = ''] = pair.split(/=(.*)/s)
    return { ...servers, ...toRdkafka({ [key]: value }).config }
  }
  test.each([...commonKeys, ...consumerKeys])('consumer: %s', (pair) => {
    expect(() => new KafkaConsumer({ 'group.id': 'g', ...mapped(pair) }, {})).not.toThrow()
  })
  test.each([...commonKeys, ...producerKeys])('producer: %s', (pair) => {
    expect(() => new Producer(mapped(pair))).not.toThrow()
  })
})

describe('properties for the protocol client', () => {
  const folder = mkdtempSync(join(tmpdir(), 'client-config-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }

  test('brokers come with or without protocol, IPv6 in brackets', () => {
    const { brokers } = toProtocolClient({ 'bootstrap.servers': 'a:9092, SASL_SSL://b.example.com:9093,[::1]:9094' })
    expect(brokers).toEqual([
      { host: 'a', port: 9092 },
      { host: 'b.example.com', port: 9093 },
      { host: '::1', port: 9094 },
    ])
  })

  test.each(['', 'kafka', ':9092', 'kafka:port', 'a:9092,b'])('%j is no list of brokers', (text) => {
    expect(problemsOf(() => toProtocolClient({ 'bootstrap.servers': text }))).toEqual([
      `bootstrap.servers: Invalid value ${text} for configuration bootstrap.servers: expected host:port, several separated by commas`,
    ])
  })

  test('timeouts, name and plaintext by default', () => {
    expect(toProtocolClient(servers)).toEqual({
      brokers: [{ host: 'kafka', port: 9092 }],
      clientId: 'penstock',
      connectTimeoutMs: 10_000,
      requestTimeoutMs: 40_000,
    })
    const given = { 'client.id': 'me', 'request.timeout.ms': '5', 'socket.connection.setup.timeout.ms': '6' }
    expect(toProtocolClient({ ...servers, ...given })).toMatchObject({
      clientId: 'me',
      requestTimeoutMs: 5,
      connectTimeoutMs: 6,
    })
  })

  test('SASL over TLS with certificates by librdkafka’s key', () => {
    const { sasl, tls } = toProtocolClient({
      ...servers,
      'security.protocol': 'SASL_SSL',
      'sasl.mechanism': 'SCRAM-SHA-512',
      'sasl.jaas.config': scram('username="alice" password="s3cret"'),
      'ssl.ca.location': file('ca.pem', 'the certificate'),
    })
    expect(sasl).toEqual({ mechanism: 'SCRAM-SHA-512', username: 'alice', password: 's3cret' })
    expect(tls).toEqual({ ca: 'the certificate' })
  })

  test('a client certificate in PEM; host names unchecked when asked', () => {
    const pem = toProtocolClient({
      ...servers,
      'security.protocol': 'ssl',
      'ssl.keystore.key': 'key',
      'ssl.keystore.certificate.chain': 'chain',
      'ssl.key.password': 'p',
      'ssl.endpoint.identification.algorithm': '',
    })
    expect(pem.tls).toEqual({ key: 'key', cert: 'chain', passphrase: 'p', checkServerIdentity: expect.any(Function) })
  })
})

test('of the worker’s own keys its clients get what every client takes', () => {
  const shared = ['bootstrap.servers', 'security.protocol', 'sasl.jaas.config', 'ssl.ca.location', 'https.ca.location']
  const own = [
    'group.id',
    'session.timeout.ms',
    'client.id',
    'config.providers',
    'listeners',
    'offset.flush.timeout.ms',
  ]
  expect(shared.filter((key) => !isSharedClientKey(key))).toEqual([])
  expect(own.filter(isSharedClientKey)).toEqual([])
})
