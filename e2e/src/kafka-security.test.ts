/** Workers and their sinks on every kind of secured listener, and what they say and do when something is wrong there. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConnectorStatus } from '@penstock/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Cluster, freshName, NotYet, readRecords, startCluster, until } from './harness/index.ts'
import { findJdks } from './stack/jdk.ts'
import { type ListenerName, type SecureKafka, startSecureKafka, user } from './stack/secure-kafka.ts'

type Properties = Readonly<Record<string, string>>

const jdks = await findJdks()
const module = 'org.apache.kafka.common.security'
const secrets = { user: user.password, wrong: 'wr0ng-battery', store: 'open-sesame', client: 'staple-secret' }

let folder: string
let kafka: SecureKafka

beforeAll(async () => {
  if (jdks.length === 0) return
  folder = await mkdtemp(join(tmpdir(), 'penstock-secure-kafka-'))
  kafka = await startSecureKafka(folder, () => {})
  // What the harness itself does, it does without security; this is a process of its own for this file.
  process.env.KAFKA_BOOTSTRAP_SERVERS = kafka.plaintext
})
afterAll(async () => {
  await kafka?.[Symbol.asyncDispose]()
  if (folder) await rm(folder, { recursive: true, force: true })
})

const plain = (password: string, name = user.name): string =>
  `${module}.plain.PlainLoginModule required username="${name}" password="${password}";`
const scram = (password: string, name = user.name): string =>
  `${module}.scram.ScramLoginModule required username="${name}" password="${password}";`
const prefixed = (prefix: string, properties: Properties): Record<string, string> =>
  Object.fromEntries(Object.entries(properties).map(([key, value]) => [`${prefix}${key}`, value]))

const trusted = (): Properties => ({ 'ssl.truststore.certificates': kafka.authority.certificate.trim() })
const tls = (): Properties => ({ 'security.protocol': 'SSL', ...trusted() })
const sasl = (mechanism: string, jaas: string): Properties => ({
  'security.protocol': 'SASL_PLAINTEXT',
  'sasl.mechanism': mechanism,
  'sasl.jaas.config': jaas,
})
const oauth = (): Properties => ({
  'security.protocol': 'SASL_PLAINTEXT',
  'sasl.mechanism': 'OAUTHBEARER',
  'sasl.login.callback.handler.class': `${module}.oauthbearer.OAuthBearerLoginCallbackHandler`,
  'sasl.oauthbearer.token.endpoint.url': kafka.tokenEndpoint,
  'sasl.oauthbearer.client.credentials.client.id': 'penstock',
  'sasl.oauthbearer.client.credentials.client.secret': secrets.client,
})

/** A worker on a listener; its connectors' consumers use the same settings. */
function worker(listener: ListenerName, security: Properties, further: Properties = {}): Properties {
  const address = { 'bootstrap.servers': kafka.addresses[listener] }
  return { ...address, ...security, ...prefixed('consumer.', security), ...further }
}

/** Runs a sink until records are in its index, at least for so long; then looks for secrets in the log. */
async function streams(cluster: Cluster, connector: Properties = {}, forMs = 0): Promise<void> {
  const topic = await cluster.createTopic()
  const name = freshName('secure')
  const records = await cluster.produce(topic, 20)
  await cluster.createConnector(name, { 'connector.class': 'ElasticsearchSink', topics: topic, ...connector })
  await cluster.untilRunning(name, { tasks: 1 })
  await cluster.index(topic).untilHoldsExactly(records)
  const startedAt = Date.now()
  while (Date.now() - startedAt < forMs) {
    records.push(...(await cluster.produce(topic, 1)))
    await cluster.index(topic).untilHoldsExactly(records)
  }
  await keepsSecrets(cluster)
}

/** Resolves with the status when the only task has failed. */
async function untilFailed(cluster: Cluster, name: string): Promise<ConnectorStatus> {
  return await until(
    async () => {
      const status = await cluster.client.status(name)
      return status.tasks[0]?.state === 'FAILED' ? status : new NotYet(status)
    },
    { what: `the task of ${name} to fail` },
  )
}

async function keepsSecrets(cluster: Cluster): Promise<void> {
  const log = await cluster.worker(0).logs()
  for (const secret of Object.values(secrets)) expect(log).not.toContain(secret)
}

/** Starts a worker that has something to wait for. Should the test fail meanwhile, that is what counts. */
function addPatiently(cluster: Cluster): Promise<unknown> {
  const starting = cluster.addWorker()
  starting.catch(() => {})
  return starting
}

async function untilLogged(cluster: Cluster, text: RegExp): Promise<void> {
  await until(
    async () => {
      const [started] = cluster.workers
      const log = (await started?.logs()) ?? ''
      return text.test(log) || new NotYet(log.slice(-500))
    },
    { what: `the log to say ${text}` },
  )
}

describe.skipIf(jdks.length === 0)('a worker joins its group and runs a sink', () => {
  test('by TLS, trusting certificates in its properties', async () => {
    await using cluster = await startCluster({ workers: 1, properties: worker('tls', tls()) })
    await streams(cluster)
  })

  test('by mutual TLS with PKCS12 stores, as keytool writes them', async () => {
    const stores = {
      'security.protocol': 'SSL',
      'ssl.truststore.location': await kafka.authority.truststore(kafka.jdk, 'truststore', secrets.store),
      'ssl.truststore.password': secrets.store,
      'ssl.keystore.location': await kafka.authority.keystore('keystore', kafka.client, secrets.store),
      'ssl.keystore.password': secrets.store,
      'ssl.key.password': secrets.store,
    }
    await using cluster = await startCluster({ workers: 1, properties: worker('mutual', stores) })
    await streams(cluster)
  })

  test('by mutual TLS with PEM files, and a consumer with a certificate of its own', async () => {
    const files = {
      'security.protocol': 'SSL',
      'ssl.truststore.location': kafka.authority.pemFile,
      'ssl.truststore.type': 'PEM',
      'ssl.keystore.location': kafka.client.pemFile,
      'ssl.keystore.type': 'PEM',
    }
    const { certificate, key } = await kafka.authority.issue({ name: 'consumer' })
    const own = {
      'ssl.keystore.location': '',
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.certificate.chain': certificate,
      'ssl.keystore.key': key,
    }
    await using cluster = await startCluster({ workers: 1, properties: worker('mutual', files) })
    await streams(cluster, prefixed('consumer.override.', own))
  })

  test('by SASL PLAIN, with the keys of librdkafka', async () => {
    const keys = {
      'security.protocol': 'SASL_PLAINTEXT',
      'sasl.mechanisms': 'PLAIN',
      'sasl.username': user.name,
      'sasl.password': user.password,
    }
    await using cluster = await startCluster({ workers: 1, properties: worker('sasl', keys) })
    await streams(cluster)
  })

  test('by SASL SCRAM-SHA-256, the consumer by another login', async () => {
    const security = sasl('SCRAM-SHA-256', scram(user.password))
    const own = { 'sasl.mechanism': 'PLAIN', 'sasl.jaas.config': plain(user.password) }
    await using cluster = await startCluster({ workers: 1, properties: worker('sasl', security) })
    await streams(cluster, prefixed('consumer.override.', own))
  })

  test('by SASL SCRAM-SHA-512 over TLS', async () => {
    const security = { ...sasl('SCRAM-SHA-512', scram(user.password)), ...trusted(), 'security.protocol': 'SASL_SSL' }
    await using cluster = await startCluster({ workers: 1, properties: worker('sasltls', security) })
    await streams(cluster)
  })

  test('by OAUTHBEARER, while the broker has logins renewed', async () => {
    await using cluster = await startCluster({ workers: 1, properties: worker('oauth', oauth()) })
    await streams(cluster, {}, 6_000)
    expect(await cluster.worker(0).logs()).not.toMatch(/heartbeat failed|joining the group failed/)
  })

  test('at a broker whose certificate has another name, when names are not to be checked', async () => {
    const security = { ...tls(), 'ssl.endpoint.identification.algorithm': '' }
    await using cluster = await startCluster({ workers: 1, properties: worker('misnamed', security) })
    await streams(cluster)
  })
})

describe.skipIf(jdks.length === 0)('a worker that can’t log in', () => {
  test('keeps trying, says why, and starts as soon as its password is right', async () => {
    const security = sasl('SCRAM-SHA-512', scram(secrets.wrong, 'bob'))
    await using cluster = new Cluster({ workers: 1, properties: worker('sasl', security) })
    const starting = addPatiently(cluster)
    await untilLogged(cluster, /can't be used yet, trying again: the broker refused the login: check user and password/)
    await kafka.setPassword('bob', 'SCRAM-SHA-512', secrets.wrong)
    await starting
    await streams(cluster)
  })

  test('keeps trying while the broker’s certificate has expired, and starts when it is renewed', async () => {
    await using cluster = new Cluster({ workers: 1, properties: worker('expired', tls()) })
    const starting = addPatiently(cluster)
    await untilLogged(cluster, /trying again: the broker’s certificate has expired: it must be renewed/)
    await kafka.useCertificate('expired', await kafka.authority.issue({ name: 'expired' }))
    await starting
    await streams(cluster)
  })

  test.each<[string, () => Promise<Properties>, RegExp]>([
    [
      'a wrong password',
      async () => worker('sasl', sasl('PLAIN', plain(secrets.wrong))),
      /check user and password in sasl\.jaas\.config/,
    ],
    [
      'a mechanism the listener doesn’t have',
      async () => worker('oauth', sasl('PLAIN', plain(user.password))),
      /check sasl\.mechanism/,
    ],
    [
      'tokens that nobody gives',
      async () => worker('oauth', { ...oauth(), 'sasl.oauthbearer.token.endpoint.url': 'http://127.0.0.1:1/token' }),
      /check sasl\.oauthbearer\.token\.endpoint\.url/,
    ],
    [
      'a truststore that lacks the broker’s authority',
      async () => worker('tls', { ...tls(), 'ssl.truststore.certificates': kafka.foreignAuthority.certificate.trim() }),
      /signed by nobody who is trusted here: check ssl\.truststore/,
    ],
    [
      'a broker whose certificate has another name',
      async () => worker('misnamed', tls()),
      /for another host: check bootstrap\.servers/,
    ],
    [
      'an expired certificate of its own',
      async () => {
        const { pemFile } = await kafka.authority.issue({ name: 'expired-client', expired: true })
        return worker('mutual', { ...tls(), 'ssl.keystore.location': pemFile })
      },
      /client certificate \(ssl\.keystore\.\*\)|check ssl\.keystore/,
    ],
    ['TLS where there is none', async () => worker('sasl', tls()), /does not speak TLS on this port/],
    ['no TLS where there is some', async () => worker('tls', {}), /speaks TLS on this port/],
    [
      'a host that does not exist',
      async () => ({ ...worker('tls', tls()), 'bootstrap.servers': 'nowhere.invalid:9092' }),
      /host name is unknown: check bootstrap\.servers/,
    ],
  ])('gives up in the end with %s', async (_, properties, said) => {
    const impatient = { 'kafka.start.timeout.ms': '100', 'retry.backoff.ms': '50' }
    await using cluster = new Cluster({ workers: 1, properties: { ...(await properties()), ...impatient } })
    const failure = await cluster.addWorker().catch((error: Error) => error.message)
    expect(failure).toContain('ended with {"code":1')
    expect(failure).toMatch(said)
    await keepsSecrets(cluster)
  })

  test('is told at once of a keystore that its password doesn’t open', async () => {
    const keystore = await kafka.authority.keystore('locked', kafka.client, secrets.store)
    const security = { ...tls(), 'ssl.keystore.location': keystore, 'ssl.keystore.password': secrets.wrong }
    await using cluster = new Cluster({ workers: 1, properties: worker('mutual', security) })
    const failure = await cluster.addWorker().catch((error: Error) => error.message)
    expect(failure).toContain('ended with {"code":2')
    expect(failure).toContain('Check ssl.keystore.password')
    await keepsSecrets(cluster)
  })
})

test.skipIf(jdks.length === 0)(
  'a task whose consumer is refused fails with the reason, the worker goes on, and mending the connector mends it',
  async () => {
    const security = sasl('SCRAM-SHA-256', scram(user.password))
    await using cluster = await startCluster({ workers: 1, properties: worker('sasl', security) })
    const topic = await cluster.createTopic()
    const name = freshName('refused')
    const records = await cluster.produce(topic, 20)
    const config = { 'connector.class': 'ElasticsearchSink', topics: topic }
    const wrong = { 'consumer.override.sasl.jaas.config': scram(secrets.wrong) }
    const { config: created } = await cluster.createConnector(name, { ...config, ...wrong })
    const failed = await untilFailed(cluster, name)
    expect(failed.connector.state).toBe('RUNNING')
    expect(failed.tasks[0]?.trace).toContain('check user and password in sasl.jaas.config')
    expect(JSON.stringify(failed)).not.toContain(secrets.wrong)
    const right = { ...created, 'consumer.override.sasl.jaas.config': scram(user.password) }
    await cluster.client.putConfig(name, right)
    await cluster.untilRunning(name, { tasks: 1 })
    await cluster.index(topic).untilHoldsExactly(records)
    await keepsSecrets(cluster)
  },
)

test.skipIf(jdks.length === 0)(
  'a source writes as its producer logs in, and fails with the reason when that is refused',
  async () => {
    const security = { ...sasl('SCRAM-SHA-512', scram(user.password)), ...trusted(), 'security.protocol': 'SASL_SSL' }
    const properties = worker('sasltls', security, prefixed('producer.', security))
    await using cluster = await startCluster({ workers: 1, properties })
    const file = join(folder, 'lines.txt')
    await writeFile(file, 'one\ntwo\nthree\n')
    const topic = await cluster.createTopic()
    const config = { 'connector.class': 'FileStreamSource', file, topic }
    await cluster.createConnector(freshName('source'), config)
    await until(async () => (await readRecords(topic)).length === 3, { what: 'three lines in the topic' })

    const refused = freshName('source')
    const wrong = { 'producer.override.sasl.jaas.config': scram(secrets.wrong) }
    await cluster.createConnector(refused, { ...config, ...wrong })
    const failed = await untilFailed(cluster, refused)
    expect(failed.tasks[0]?.trace).toContain('check user and password in sasl.jaas.config')
    await keepsSecrets(cluster)
  },
)
