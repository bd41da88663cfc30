/**
 * Java client properties mapped to the two Kafka clients: librdkafka for records, the protocol client for the group
 * and admin calls. Users bring the configuration of their JVM worker; librdkafka's own keys are accepted as well.
 * What becomes of each key is in `client-keys.ts`; certificates are in `key-stores.ts`, logins in `sasl.ts`.
 */
import { isIP } from 'node:net'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { ConfigError, type ConfigProblem } from '@penstock/core'
import { isTls13Suite, normalizedPem, openSslSuite } from '@penstock/tls'
import type { SASLOptions } from '@platformatic/kafka'
import { clientKeys } from './client-keys.ts'
import { keystore, readCertificates, readStore, truststore } from './key-stores.ts'
import { findRdkafkaKey, fitsRdkafka, type RdkafkaValue } from './rdkafka-values.ts'
import { saslToProtocolClient, saslToRdkafka } from './sasl.ts'

/** Java-style client properties, prefixes already stripped. */
export type ClientProperties = Readonly<Record<string, string>>

/** What a client connects with, in librdkafka's keys; `warnings` name what was left out or changed. */
export interface RdkafkaConfig {
  readonly config: Record<string, RdkafkaValue>
  readonly warnings: readonly string[]
}

/** What the protocol client connects with. */
export interface ProtocolClientConfig {
  readonly brokers: readonly { host: string; port: number }[]
  readonly clientId: string
  readonly tls?: TlsOptions
  /** Brokers behind one address are told apart by the name that is asked for; addresses can't be asked for. */
  readonly tlsServerName?: boolean
  readonly sasl?: SASLOptions
  readonly connectTimeoutMs: number
  readonly requestTimeoutMs: number
}

type Converter = (
  value: string,
  properties: ClientProperties,
  problems: ConfigProblem[],
) => Record<string, RdkafkaValue>

const assignors: Readonly<Record<string, string>> = {
  'org.apache.kafka.clients.consumer.RangeAssignor': 'range',
  'org.apache.kafka.clients.consumer.RoundRobinAssignor': 'roundrobin',
  'org.apache.kafka.clients.consumer.CooperativeStickyAssignor': 'cooperative-sticky',
  'org.apache.kafka.clients.consumer.StickyAssignor': 'cooperative-sticky',
}

/** The keys that the table calls converted; those of SASL depend on each other and are converted together. */
const converters: Readonly<Record<string, Converter>> = {
  'receive.buffer.bytes': (value) => ({ 'socket.receive.buffer.bytes': value === '-1' ? '0' : value }),
  'send.buffer.bytes': (value) => ({ 'socket.send.buffer.bytes': value === '-1' ? '0' : value }),
  'request.timeout.ms': (value) => ({ 'socket.timeout.ms': value, 'request.timeout.ms': value }),
  'auto.offset.reset': (value) => ({ 'auto.offset.reset': value === 'none' ? 'error' : value }),
  'partition.assignment.strategy': (value) => ({
    'partition.assignment.strategy': value
      .split(',')
      .map((item) => assignors[item.trim()] ?? item.trim())
      .join(','),
  }),
  'buffer.memory': (value) => ({ 'queue.buffering.max.kbytes': Math.max(1, Math.floor(Number(value) / 1024)) }),
  'compression.gzip.level': (value, properties) => compressionLevel('gzip', value, properties),
  'compression.lz4.level': (value, properties) => compressionLevel('lz4', value, properties),
  'compression.zstd.level': (value, properties) => compressionLevel('zstd', value, properties),
  'security.protocol': (value) => ({ 'security.protocol': value.toLowerCase() }),
  'ssl.truststore.location': (_, properties, problems) => truststore(properties, problems),
  'ssl.truststore.certificates': (value) => ({ 'ssl.ca.pem': normalizedPem(value) }),
  'ssl.truststore.password': () => ({}),
  'ssl.keystore.location': (_, properties, problems) => keystore(properties, problems),
  'ssl.keystore.certificate.chain': (value) => ({ 'ssl.certificate.pem': normalizedPem(value) }),
  'ssl.keystore.key': (value) => ({ 'ssl.key.pem': normalizedPem(value) }),
  'ssl.keystore.password': (value) => ({ 'ssl.keystore.password': value }),
  'ssl.key.password': (value) => ({ 'ssl.key.password': value }),
  'ssl.endpoint.identification.algorithm': (value) => ({ 'ssl.endpoint.identification.algorithm': value }),
  'ssl.cipher.suites': cipherSuites,
}

/** Maps Java client properties to librdkafka. Throws ConfigError for what can't be mapped and would change security. */
export function toRdkafka(properties: ClientProperties): RdkafkaConfig {
  const problems: ConfigProblem[] = []
  const warnings: string[] = []
  const { config, origins } = mapped(properties, problems, warnings)
  const fitting = Object.entries(config).flatMap(([key, value]) => {
    const origin = origins[key] ?? key
    const { fitted, problem, warning } = fitsRdkafka(key, value, origin)
    if (problem !== undefined) problems.push({ key: origin, message: problem })
    if (warning !== undefined) warnings.push(warning)
    return fitted === undefined ? [] : [[key, fitted]]
  })
  if (problems.length > 0) throw new ConfigError(problems)
  return { config: Object.fromEntries(fitting), warnings }
}

interface Mapped {
  readonly config: Record<string, RdkafkaValue>
  /** By key of librdkafka, the key that the user wrote. */
  readonly origins: Record<string, string>
}

function mapped(properties: ClientProperties, problems: ConfigProblem[], warnings: string[]): Mapped {
  const config: Record<string, RdkafkaValue> = {}
  const origins: Record<string, string> = {}
  for (const [key, value] of Object.entries(properties)) {
    const entries = mappedOne(key, value, properties, problems, warnings)
    Object.assign(config, entries)
    for (const name of Object.keys(entries)) origins[name] = key
  }
  return { config: { ...config, ...saslToRdkafka(properties, problems) }, origins }
}

function mappedOne(
  key: string,
  value: string,
  properties: ClientProperties,
  problems: ConfigProblem[],
  warnings: string[],
): Record<string, RdkafkaValue> {
  // No value is the default, but here it has a meaning.
  if (value === '') return key === 'ssl.endpoint.identification.algorithm' ? { [key]: 'none' } : {}
  const handling = Object.hasOwn(clientKeys, key) ? clientKeys[key]?.handling : undefined
  switch (handling?.kind) {
    case undefined:
      // A mistyped key must not pass in silence, and librdkafka would refuse all for it.
      if (findRdkafkaKey(key) === undefined) warnings.push(`${key} is no setting of a Kafka client and is ignored`)
      else if (key !== 'sasl.mechanisms') return { [key]: value }
      return {}
    case 'same':
      return { [key]: value }
    case 'renamed':
      return { [handling.to]: value }
    case 'converted':
      return converters[key]?.(value, properties, problems) ?? {}
    case 'ignored':
      warnings.push(`${key} ${handling.note}; it is ignored`)
      return {}
    case 'refused':
      problems.push({ key, message: `Configuration ${key} is not supported: ${handling.note}` })
      return {}
    case 'unused':
      return {}
  }
}

/** Java has a level for each codec, librdkafka one for the codec in use. */
function compressionLevel(codec: string, value: string, properties: ClientProperties): Record<string, RdkafkaValue> {
  return properties['compression.type'] === codec ? { 'compression.level': value } : {}
}

/** `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256` is OpenSSL's `ECDHE-RSA-AES128-GCM-SHA256`. */
function cipherSuites(value: string): Record<string, RdkafkaValue> {
  const names = value
    .split(/[,:]/)
    .map((name) => name.trim())
    .filter((name) => name !== '' && !isTls13Suite(name))
    .map(openSslSuite)
  return names.length === 0 ? {} : { 'ssl.cipher.suites': names.join(':') }
}

/** Maps Java client properties to the protocol client. Throws ConfigError like {@link toRdkafka}. */
export function toProtocolClient(properties: ClientProperties): ProtocolClientConfig {
  const security = (properties['security.protocol'] ?? 'PLAINTEXT').toUpperCase()
  const problems: ConfigProblem[] = []
  const brokers = parseBrokers(properties['bootstrap.servers'] ?? '', problems)
  const sasl = security.startsWith('SASL') ? saslToProtocolClient(properties, problems) : undefined
  const tls = security.endsWith('SSL') ? tlsOptions(properties, problems) : undefined
  if (problems.length > 0) throw new ConfigError(problems)
  return {
    brokers,
    clientId: properties['client.id'] || 'penstock',
    connectTimeoutMs: Number(properties['socket.connection.setup.timeout.ms'] ?? 10_000),
    requestTimeoutMs: Number(properties['request.timeout.ms'] ?? 40_000),
    ...(tls ? { tls, tlsServerName: brokers.every(({ host }) => isIP(host) === 0) } : {}),
    ...(sasl ? { sasl } : {}),
  }
}

function parseBrokers(text: string, problems: ConfigProblem[]): { host: string; port: number }[] {
  const items = text.split(',').filter((item) => item.trim() !== '')
  const brokers = items.flatMap((item) => {
    const match = /^\s*(?:[A-Z_]+:\/\/)?\[?([^\s\]]+?)\]?:(\d+)\s*$/.exec(item)
    return match ? [{ host: match[1] as string, port: Number(match[2]) }] : []
  })
  if (brokers.length === 0 || brokers.length < items.length) {
    problems.push({
      key: 'bootstrap.servers',
      message: `Invalid value ${text} for configuration bootstrap.servers: expected host:port, several separated by commas`,
    })
  }
  return brokers
}

function tlsOptions(properties: ClientProperties, problems: ConfigProblem[]): TlsOptions {
  const { config } = mapped(properties, problems, [])
  const text = (key: string): string | undefined => (typeof config[key] === 'string' ? config[key] : undefined)
  const file = (key: string): Buffer | undefined => {
    const path = text(key)
    return path === undefined ? undefined : (readStore(key, path, problems) ?? undefined)
  }
  const pfx = file('ssl.keystore.location')
  const unchecked =
    config['ssl.endpoint.identification.algorithm'] === 'none' ? { checkServerIdentity: () => undefined } : {}
  const options: TlsOptions = {
    ca: text('ssl.ca.pem') ?? trustedFiles(text('ssl.ca.location'), problems),
    cert: text('ssl.certificate.pem') ?? file('ssl.certificate.location'),
    key: text('ssl.key.pem') ?? file('ssl.key.location'),
    pfx,
    passphrase: pfx === undefined ? text('ssl.key.password') : text('ssl.keystore.password'),
    ciphers: text('ssl.cipher.suites'),
    ...(config['enable.ssl.certificate.verification'] === 'false' ? { rejectUnauthorized: false } : {}),
    ...unchecked,
  }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as TlsOptions
}

/** Without a file it is Node's list of public authorities, to which `NODE_EXTRA_CA_CERTS` and `NODE_USE_SYSTEM_CA` add. */
function trustedFiles(path: string | undefined, problems: ConfigProblem[]): string | undefined {
  return path === undefined || path === 'probe' ? undefined : readCertificates(path, problems)
}

/** Node's TLS options of the keys `ssl.…`, for the REST servers and what workers ask of each other too. Throws ConfigError. */
export function toTlsOptions(properties: ClientProperties): TlsOptions {
  const problems: ConfigProblem[] = []
  const options = tlsOptions(properties, problems)
  if (problems.length > 0) throw new ConfigError(problems)
  return options
}
