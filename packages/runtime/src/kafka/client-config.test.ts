import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError } from '@penstock/core'
import { afterAll, describe, expect, test } from 'vitest'
import { type ClientProperties, toProtocolClient, toRdkafka } from './client-config.ts'
import { commonKeys, consumerKeys, producerKeys } from './fixtures/java-client-keys.ts'

const servers = { 'bootstrap.servers': 'kafka:9092' }
const plain = (options: string) => `org.apache.kafka.common.security.plain.PlainLoginModule required ${options};`
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
    [{ 'security.protocol': 'SASL_SSL' }, { 'security.protocol': 'sasl_ssl' }],
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
      { 'ssl.keystore.location': '/etc/client.p12', 'ssl.keystore.password': 'x' },
      { 'ssl.keystore.location': '/etc/client.p12', 'ssl.keystore.password': 'x' },
    ],
    [
      { 'ssl.keystore.location': '/etc/client', 'ssl.keystore.type': 'pem' },
      { 'ssl.certificate.location': '/etc/client', 'ssl.key.location': '/etc/client' },
    ],
    [{ 'ssl.truststore.location': '/etc/ca', 'ssl.truststore.type': 'pem' }, { 'ssl.ca.location': '/etc/ca' }],
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

  test('Java classes are left out with a warning', () => {
    const { config, warnings } = toRdkafka({ 'interceptor.classes': 'com.example.Spy' })
    expect(config).toEqual({})
    expect(warnings).toEqual(['interceptor.classes names a Java class and is ignored'])
  })
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

describe('JAAS configurations', () => {
  test.each([
    [plain('username="alice" password="s3cret"'), 'alice', 's3cret'],
    [scram('username=alice password=s3cret'), 'alice', 's3cret'],
    [plain('username="a \\"b\\"" password="x=y;z\\\\"'), 'a "b"', 'x=y;z\\'],
    [plain('\n  username="alice"\n  password=""\n'), 'alice', ''],
    [plain('serviceName="kafka" password="p" username="u"'), 'u', 'p'],
  ])('%j', (jaas, username, password) => {
    expect(toRdkafka({ 'sasl.jaas.config': jaas }).config).toEqual({
      'sasl.username': username,
      'sasl.password': password,
    })
  })

  test.each([
    plain('username="alice"'),
    plain('password="s3cret"'),
    's3cret',
    'x.KeyTabModule required keyTab="s3cret";',
  ])('%j is refused without showing it', (jaas) => {
    const problems = problemsOf(() => toRdkafka({ 'sasl.jaas.config': jaas }))
    expect(problems).toEqual([
      'sasl.jaas.config: Invalid value [hidden] for configuration sasl.jaas.config: expected a PlainLoginModule or ScramLoginModule with username="…" and password="…"',
    ])
  })
})

test('stores in Java’s own format are refused with the way out, all at once', () => {
  const problems = problemsOf(() =>
    toRdkafka({
      'ssl.truststore.location': '/etc/trust.jks',
      'ssl.truststore.password': 's3cret',
      'ssl.keystore.location': '/etc/keys.jks',
      'ssl.keystore.password': 's3cret',
    }),
  )
  expect(problems).toEqual([
    expect.stringMatching(
      /^ssl\.truststore\.location: .*expected a PEM file.*keytool -exportcert.*ssl\.truststore\.type=PEM$/,
    ),
    expect.stringMatching(/^ssl\.keystore\.location: .*JKS.*keytool -importkeystore.*ssl\.keystore\.type=PKCS12$/),
  ])
  expect(problems.join()).not.toContain('s3cret')
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

  test('SASL over TLS with a PEM truststore', () => {
    const { sasl, tls } = toProtocolClient({
      ...servers,
      'security.protocol': 'SASL_SSL',
      'sasl.mechanism': 'SCRAM-SHA-512',
      'sasl.jaas.config': scram('username="alice" password="s3cret"'),
      'ssl.truststore.location': file('ca.pem', 'the certificate'),
    })
    expect(sasl).toEqual({ mechanism: 'SCRAM-SHA-512', username: 'alice', password: 's3cret' })
    expect(tls).toEqual({ ca: Buffer.from('the certificate') })
  })

  test('a client certificate in PEM or PKCS12; host names unchecked when asked', () => {
    const pem = toProtocolClient({
      ...servers,
      'security.protocol': 'ssl',
      'ssl.keystore.key': 'key',
      'ssl.keystore.certificate.chain': 'chain',
      'ssl.key.password': 'p',
      'ssl.endpoint.identification.algorithm': '',
    })
    expect(pem.tls).toEqual({ key: 'key', cert: 'chain', passphrase: 'p', checkServerIdentity: expect.any(Function) })
    const location = file('client.p12', 'p12')
    const p12 = {
      ...servers,
      'security.protocol': 'SSL',
      'ssl.keystore.location': location,
      'ssl.keystore.password': 'p',
    }
    expect(toProtocolClient(p12).tls).toEqual({ pfx: Buffer.from('p12'), passphrase: 'p' })
  })

  test.each(['GSSAPI', 'OAUTHBEARER', undefined])('SASL mechanism %s is refused', (mechanism) => {
    const properties = { ...servers, 'security.protocol': 'SASL_PLAINTEXT' }
    const given = mechanism === undefined ? properties : { ...properties, 'sasl.mechanism': mechanism }
    expect(problemsOf(() => toProtocolClient(given))).toEqual([
      `sasl.mechanism: Invalid value ${mechanism ?? 'GSSAPI'} for configuration sasl.mechanism: expected one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512`,
    ])
  })
})
