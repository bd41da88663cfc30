/**
 * Java client properties mapped to the two Kafka clients: librdkafka for records, the protocol client for the group
 * and admin calls. Users bring the configuration of their JVM worker; librdkafka's own keys are accepted as well.
 */
import { readFileSync } from 'node:fs'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { ConfigError, type ConfigProblem } from '@penstock/core'
import type { SASLOptions } from '@platformatic/kafka'

/** Java-style client properties, prefixes already stripped. */
export type ClientProperties = Readonly<Record<string, string>>

/** What a client connects with, in librdkafka's keys; `warnings` name what was left out. */
export interface RdkafkaConfig {
  readonly config: Record<string, string | number | boolean>
  readonly warnings: readonly string[]
}

/** What the protocol client connects with. */
export interface ProtocolClientConfig {
  readonly brokers: readonly { host: string; port: number }[]
  readonly clientId: string
  readonly tls?: TlsOptions
  readonly sasl?: SASLOptions
  readonly connectTimeoutMs: number
  readonly requestTimeoutMs: number
}

const renamed: Readonly<Record<string, string>> = {
  'fetch.max.wait.ms': 'fetch.wait.max.ms',
  'receive.buffer.bytes': 'socket.receive.buffer.bytes',
  'send.buffer.bytes': 'socket.send.buffer.bytes',
  'max.request.size': 'message.max.bytes',
  'sasl.mechanism': 'sasl.mechanisms',
  'ssl.truststore.certificates': 'ssl.ca.pem',
  'ssl.keystore.key': 'ssl.key.pem',
  'ssl.keystore.certificate.chain': 'ssl.certificate.pem',
}

// Java-only keys without meaning for librdkafka, or taken care of by the framework itself.
const silentlyDropped = new Set([
  'key.deserializer',
  'value.deserializer',
  'key.serializer',
  'value.serializer',
  'max.poll.records',
  'max.block.ms',
  'enable.auto.commit',
  'default.api.timeout.ms',
  'ssl.protocol',
  'ssl.enabled.protocols',
  'ssl.truststore.type',
  'ssl.keystore.type',
  'ssl.truststore.password',
  'socket.connection.setup.timeout.max.ms',
  'metadata.recovery.rebootstrap.trigger.ms',
  'auto.include.jmx.reporter',
  'metric.reporters',
  'metrics.num.samples',
  'metrics.recording.level',
  'metrics.sample.window.ms',
  'exclude.internal.topics',
  'metadata.max.idle.ms',
  'partitioner.adaptive.partitioning.enable',
  'partitioner.availability.timeout.ms',
  'partitioner.ignore.keys',
  'transaction.two.phase.commit.enable',
  'ssl.provider',
  'ssl.keymanager.algorithm',
  'ssl.trustmanager.algorithm',
  'ssl.secure.random.implementation',
  'sasl.kerberos.ticket.renew.window.factor',
  'sasl.kerberos.ticket.renew.jitter',
  'config.providers',
])
/** How Java's own login modules renew what they logged in with. */
const loginTiming = /^sasl\.login\.(refresh|retry|connect|read)\./
/** Java has a level for each codec, librdkafka one for the codec in use. */
const compressionLevel = /^compression\.(gzip|lz4|zstd)\.level$/

const unsupported = new Set([
  'interceptor.classes',
  'partitioner.class',
  'sasl.login.callback.handler.class',
  'sasl.client.callback.handler.class',
  'sasl.login.class',
  'security.providers',
  'ssl.engine.factory.class',
])

const assignors: Readonly<Record<string, string>> = {
  'org.apache.kafka.clients.consumer.RangeAssignor': 'range',
  'org.apache.kafka.clients.consumer.RoundRobinAssignor': 'roundrobin',
  'org.apache.kafka.clients.consumer.CooperativeStickyAssignor': 'cooperative-sticky',
  'org.apache.kafka.clients.consumer.StickyAssignor': 'cooperative-sticky',
}

/** Maps Java client properties to librdkafka. Throws ConfigError for what can't be mapped and would change security. */
export function toRdkafka(properties: ClientProperties): RdkafkaConfig {
  const config: Record<string, string | number | boolean> = {}
  const warnings: string[] = []
  const problems: ConfigProblem[] = []
  for (const [name, value] of Object.entries(properties)) {
    if (silentlyDropped.has(name) || loginTiming.test(name) || value === '') {
      if (name === 'ssl.endpoint.identification.algorithm') config[name] = 'none'
      continue
    }
    const codec = compressionLevel.exec(name)?.[1]
    if (codec !== undefined) {
      if (codec === properties['compression.type']) config['compression.level'] = value
      continue
    }
    if (unsupported.has(name)) {
      warnings.push(`${name} names a Java class and is ignored`)
      continue
    }
    switch (name) {
      case 'sasl.jaas.config':
        Object.assign(config, jaasToRdkafka(value, problems))
        break
      case 'partition.assignment.strategy':
        config[name] = value
          .split(',')
          .map((item) => assignors[item.trim()] ?? item.trim())
          .join(',')
        break
      case 'buffer.memory':
        config['queue.buffering.max.kbytes'] = Math.max(1, Math.floor(Number(value) / 1024))
        break
      case 'security.protocol':
        config[name] = value.toLowerCase()
        break
      case 'auto.offset.reset':
        config[name] = value === 'none' ? 'error' : value
        break
      case 'ssl.truststore.location':
        config['ssl.ca.location'] = pemOnly(name, value, properties['ssl.truststore.type'], problems)
        break
      case 'ssl.keystore.location':
        Object.assign(config, keystore(value, properties['ssl.keystore.type'], problems))
        break
      default:
        config[renamed[name] ?? name] = value
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return { config, warnings }
}

function pemOnly(name: string, path: string, type: string | undefined, problems: ConfigProblem[]): string {
  if ((type?.toUpperCase() ?? guessStoreType(path)) !== 'PEM') {
    problems.push({
      key: name,
      message: `Invalid value ${path} for configuration ${name}: expected a PEM file. Convert it with "keytool -exportcert -rfc -keystore ${path} -file ca.pem" and set ${name}=ca.pem and ${name.replace('.location', '.type')}=PEM`,
    })
  }
  return path
}

function guessStoreType(path: string): string {
  if (/\.(pem|crt|cer)$/i.test(path)) return 'PEM'
  return /\.(p12|pfx|pkcs12)$/i.test(path) ? 'PKCS12' : 'JKS'
}

function keystore(path: string, given: string | undefined, problems: ConfigProblem[]): Record<string, string> {
  const type = given?.toUpperCase() ?? guessStoreType(path)
  if (type === 'PEM') return { 'ssl.certificate.location': path, 'ssl.key.location': path }
  if (type === 'PKCS12') return { 'ssl.keystore.location': path }
  problems.push({
    key: 'ssl.keystore.location',
    message: `Invalid value ${path} for configuration ssl.keystore.location: JKS keystores can't be read. Convert it with "keytool -importkeystore -srckeystore ${path} -destkeystore keystore.p12 -deststoretype PKCS12" and set ssl.keystore.type=PKCS12`,
  })
  return {}
}

interface JaasEntry {
  readonly module: string
  readonly options: Readonly<Record<string, string>>
}

/** Reads `some.LoginModule required key="value" …;`, the only form clients use. */
function parseJaas(text: string): JaasEntry | null {
  const head = /^\s*([\w.$]+)\s+(?:required|requisite|sufficient|optional)\s*/i.exec(text)
  if (!head) return null
  const options: Record<string, string> = {}
  for (const match of text.slice(head[0].length).matchAll(/([\w.]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))/g)) {
    options[match[1] as string] = (match[2]?.replace(/\\(.)/g, '$1') ?? match[3]) as string
  }
  return { module: head[1] as string, options }
}

function jaasToRdkafka(text: string, problems: ConfigProblem[]): Record<string, string> {
  const entry = parseJaas(text)
  const { username, password } = entry?.options ?? {}
  if (entry && username !== undefined && password !== undefined) {
    return { 'sasl.username': username, 'sasl.password': password }
  }
  if (entry?.module.endsWith('OAuthBearerLoginModule')) return {}
  problems.push({
    key: 'sasl.jaas.config',
    message:
      'Invalid value [hidden] for configuration sasl.jaas.config: expected a PlainLoginModule or ScramLoginModule with username="…" and password="…"',
  })
  return {}
}

/** Maps Java client properties to the protocol client. Throws ConfigError like {@link toRdkafka}. */
export function toProtocolClient(properties: ClientProperties): ProtocolClientConfig {
  const security = (properties['security.protocol'] ?? 'PLAINTEXT').toUpperCase()
  return {
    brokers: parseBrokers(properties['bootstrap.servers'] ?? ''),
    clientId: properties['client.id'] ?? 'penstock',
    connectTimeoutMs: Number(properties['socket.connection.setup.timeout.ms'] ?? 10_000),
    requestTimeoutMs: Number(properties['request.timeout.ms'] ?? 40_000),
    ...(security.endsWith('SSL') ? { tls: tlsOptions(properties) } : {}),
    ...(security.startsWith('SASL') ? { sasl: saslOptions(properties) } : {}),
  }
}

function parseBrokers(text: string): { host: string; port: number }[] {
  const items = text.split(',').filter((item) => item.trim() !== '')
  const brokers = items.flatMap((item) => {
    const match = /^\s*(?:[A-Z_]+:\/\/)?\[?([^\s\]]+?)\]?:(\d+)\s*$/.exec(item)
    return match ? [{ host: match[1] as string, port: Number(match[2]) }] : []
  })
  if (brokers.length > 0 && brokers.length === items.length) return brokers
  throw new ConfigError([
    {
      key: 'bootstrap.servers',
      message: `Invalid value ${text} for configuration bootstrap.servers: expected host:port, several separated by commas`,
    },
  ])
}

function tlsOptions(properties: ClientProperties): TlsOptions {
  const { config } = toRdkafka(properties)
  const file = (name: string): Buffer | undefined =>
    typeof config[name] === 'string' ? readFileSync(config[name]) : undefined
  const text = (name: string): string | undefined => (typeof config[name] === 'string' ? config[name] : undefined)
  const options: TlsOptions = {
    ca: text('ssl.ca.pem') ?? file('ssl.ca.location'),
    cert: text('ssl.certificate.pem') ?? file('ssl.certificate.location'),
    key: text('ssl.key.pem') ?? file('ssl.key.location'),
    pfx: file('ssl.keystore.location'),
    passphrase: text('ssl.key.password') ?? text('ssl.keystore.password'),
    ...(config['ssl.endpoint.identification.algorithm'] === 'none' ? { checkServerIdentity: () => undefined } : {}),
  }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as TlsOptions
}

function saslOptions(properties: ClientProperties): SASLOptions {
  const { config } = toRdkafka(properties)
  const mechanism = String(config['sasl.mechanisms'] ?? 'GSSAPI').toUpperCase()
  if (mechanism === 'PLAIN' || mechanism === 'SCRAM-SHA-256' || mechanism === 'SCRAM-SHA-512') {
    return {
      mechanism,
      username: String(config['sasl.username'] ?? ''),
      password: String(config['sasl.password'] ?? ''),
    }
  }
  throw new ConfigError([
    {
      key: 'sasl.mechanism',
      message: `Invalid value ${mechanism} for configuration sasl.mechanism: expected one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512`,
    },
  ])
}
