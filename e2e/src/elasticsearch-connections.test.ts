/**
 * Ways to a cluster: https with an authority of one's own and client certificates, every kind of credentials, a path, a
 * proxy, a node that is down. The certificates and credentials are checked by a front before the stack's Elasticsearch.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GuardedFront, TunnelProxy } from './harness/guarded-front.ts'
import { type Cluster, stack, startCluster } from './harness/index.ts'
import { Authority, type Certificate } from './stack/certificates.ts'

type Properties = Readonly<Record<string, string>>

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
const authorizations = ['Bearer t0ken', 'ApiKey a2V5', basic('sink', 'pa:ss')]
const token = { 'connection.bearer.token': 't0ken' }
const ssl = 'elastic.https.ssl'

let folder: string
let cluster: Cluster
let front: GuardedFront
let expired: GuardedFront
let proxy: TunnelProxy
let client: Certificate
let tls: Properties

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'penstock-connections-'))
  const authority = await Authority.create(folder, 'authority')
  const server = await authority.issue({ name: 'server' })
  const old = await authority.issue({ name: 'old', expired: true })
  client = await authority.issue({ name: 'client' })
  const target = stack.elasticsearch
  const mutual = { ca: authority.certificate, requestCert: true, rejectUnauthorized: true }
  front = await GuardedFront.start({
    target,
    tls: { cert: server.certificate, key: server.key, ...mutual },
    authorizations,
    prefix: '/search',
  })
  expired = await GuardedFront.start({ target, tls: { cert: old.certificate, key: old.key }, prefix: '/search' })
  proxy = await TunnelProxy.start('me', 'proxy-pa:ss')
  tls = {
    'elastic.security.protocol': 'SSL',
    [`${ssl}.truststore.location`]: authority.pemFile,
    [`${ssl}.keystore.location`]: await authority.keystore('client', client, 'sesame'),
    [`${ssl}.keystore.password`]: 'sesame',
  }
  cluster = await startCluster({ workers: 1 })
})
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]()
  for (const part of [proxy, expired, front]) await part?.[Symbol.asyncDispose]()
  if (folder) await rm(folder, { recursive: true, force: true })
})

const frontUrl = () => `https://127.0.0.1:${front.port}/search`
const throughProxy = (password = 'proxy-pa:ss'): Properties => ({
  'proxy.host': '127.0.0.1',
  'proxy.port': String(proxy.port),
  'proxy.username': 'me',
  'proxy.password': password,
})
const config = (more: Properties): Record<string, string> => ({
  'connector.class': 'ElasticsearchSink',
  topics: 'any',
  'connection.url': frontUrl(),
  'key.ignore': 'true',
  'schema.ignore': 'true',
  ...tls,
  ...more,
})

/** What a validation says, by key. */
async function problems(more: Properties): Promise<Record<string, string>> {
  const { configs } = await cluster.client.validate('ElasticsearchSink', { name: 'any', ...config(more) })
  const wrong = configs.filter(({ value }) => value.errors.length > 0)
  return Object.fromEntries(wrong.map(({ value }) => [value.name, value.errors.join('\n')]))
}

test('a topic is streamed by a proxy, over mutual TLS, to a path, past a node that is down, compressed', async () => {
  const topic = await cluster.createTopic({ partitions: 2 })
  const records = await cluster.produce(topic, 4_000)
  await cluster.createConnector(topic, {
    ...config({ ...token, ...throughProxy() }),
    topics: topic,
    'connection.url': `https://127.0.0.1:1,${frontUrl()}`,
    'connection.compression': 'true',
    'tasks.max': '2',
  })
  await cluster.index(topic).untilHoldsExactly(records)
  expect(proxy.tunnels).toBeGreaterThan(0)
  expect(front.compressed).toBeGreaterThan(0)
})

test.each<[string, Properties]>([
  ['a token', token],
  ['an API key', { 'connection.api.key': 'a2V5' }],
  ['a user', { 'connection.username': 'sink', 'connection.password': 'pa:ss' }],
  ['a header', { 'connection.headers': 'X-Tenant:a,Authorization:Bearer t0ken' }],
])('%s is taken', async (_what, more) => {
  expect(await problems(more)).toEqual({})
})

test('a host name that is not that of the certificate is refused, unless it is not looked at', async () => {
  const other = { ...token, 'connection.url': `https://localhost:${front.port}/search` }
  expect((await problems(other))['connection.url']).toContain('use a host name that the certificate is for')
  expect(await problems({ ...other, [`${ssl}.endpoint.identification.algorithm`]: '' })).toEqual({})
})

test.each<[string, () => Properties, string, RegExp]>([
  [
    'a wrong token',
    () => ({ 'connection.bearer.token': 'wr0ng' }),
    'connection.bearer.token',
    /refused the credentials/,
  ],
  [
    'a wrong password',
    () => ({ 'connection.username': 'sink', 'connection.password': 'wr0ng' }),
    'connection.password',
    /refused the credentials/,
  ],
  [
    'an expired certificate',
    () => ({ ...token, 'connection.url': `https://127.0.0.1:${expired.port}/search` }),
    'connection.url',
    /certificate has expired/,
  ],
  [
    'no client certificate',
    () => ({ ...token, [`${ssl}.keystore.location`]: '' }),
    'elastic.security.protocol',
    /Could not connect/,
  ],
  [
    'an authority that is not trusted',
    () => ({ ...token, [`${ssl}.truststore.location`]: '', [`${ssl}.keystore.location`]: client.pemFile }),
    'connection.url',
    /not trusted; give its CA by/,
  ],
  [
    'a wrong password for the proxy',
    () => ({ ...token, ...throughProxy('wr0ng') }),
    'proxy.password',
    /the proxy refused proxy\.username/,
  ],
  [
    'a wrong path',
    () => ({ ...token, 'connection.url': `https://127.0.0.1:${front.port}` }),
    'connection.url',
    /HTTP status 404/,
  ],
])('%s is told when the connector is created', async (_what, more, key, message) => {
  const told = await problems(more())
  expect(told[key]).toMatch(message)
  expect(JSON.stringify(told)).not.toContain('wr0ng')
})
