import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RawConfig } from '@penstock/core'
import { expect, test } from 'vitest'
import { FakeElasticsearch } from '../testing/fake-elasticsearch.ts'
import { validate } from './validation.ts'

const check = (raw: RawConfig) => validate(raw, { signal: AbortSignal.timeout(5000) })
const streams = { 'data.stream.type': 'logs', 'data.stream.dataset': 'shop' }
const mappingKey = 'topic.to.external.resource.mapping'

test('a cluster that answers is fine', async () => {
  await using server = await FakeElasticsearch.start()
  expect(await check({ 'connection.url': server.url })).toEqual([])
})

test('one node of several is enough', async () => {
  await using server = await FakeElasticsearch.start()
  expect(await check({ 'connection.url': `http://127.0.0.1:1,${server.url}` })).toEqual([])
})

test('the cluster is not asked while anything else is wrong', async () => {
  await using server = await FakeElasticsearch.start()
  expect(await check({ 'connection.url': server.url, 'connection.username': 'u' })).toHaveLength(2)
  expect(server.requests).toEqual([])
})

test('nobody there: one clear message without credentials, soon, on every key that may be wrong', async () => {
  const started = performance.now()
  const problems = await check({
    'connection.url': 'http://127.0.0.1:1',
    'connection.username': 'me',
    'connection.password': 's3cret',
  })
  expect(problems.map(({ key }) => key)).toEqual(['connection.url', 'connection.username', 'connection.password'])
  expect(problems[0]?.message).toMatch(/^Could not connect to Elasticsearch at http:\/\/127.0.0.1:1; check the URL/)
  expect(JSON.stringify(problems)).not.toContain('s3cret')
  expect(performance.now() - started).toBeLessThan(10_000)
})

test('a server of another kind is named as such', async () => {
  const other = createServer((_request, response) => response.end('hello'))
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const problems = await check({ 'connection.url': `http://127.0.0.1:${(other.address() as AddressInfo).port}` })
  expect(problems[0]?.message).toMatch(/is neither Elasticsearch nor OpenSearch/)
  other.closeAllConnections()
  other.close()
})

test.each<[string, Partial<FakeElasticsearch>, RawConfig, string[], string]>([
  [
    'refused credentials',
    { rootStatus: 401 },
    { 'connection.api.key': 'k' },
    ['connection.url', 'connection.api.key'],
    'refused the credentials',
  ],
  [
    'a server in trouble',
    { rootStatus: 500 },
    { 'connection.bearer.token': 'k' },
    ['connection.url', 'connection.bearer.token'],
    'HTTP status 500',
  ],
  [
    'too old',
    { version: { number: '6.8.23' } },
    {},
    ['connection.url'],
    'has version 6.8.23; at least 7.0.0 is needed',
  ],
  ['just new enough', { version: { number: '7.0.0' } }, {}, [], ''],
  [
    'too old for data streams',
    { version: { number: '7.8.1' } },
    streams,
    ['connection.url', 'data.stream.type', 'data.stream.dataset'],
    'data streams need at least 7.9.0',
  ],
  ['just new enough for data streams', { version: { number: '7.9.0' } }, streams, [], ''],
  ['OpenSearch', { version: { number: '1.3.0', distribution: 'opensearch' } }, streams, [], ''],
  [
    'OpenSearch as asked',
    { version: { number: '3.8.0', distribution: 'opensearch' } },
    { flavor: 'opensearch' },
    [],
    '',
  ],
  [
    'OpenSearch with a lifecycle policy',
    { version: { number: '3.8.0', distribution: 'opensearch' } },
    { 'index.lifecycle.name': 'logs' },
    ['index.lifecycle.name'],
    'knows no index.lifecycle.name, but logs is set',
  ],
  [
    'OpenSearch unasked',
    { version: { number: '2.11.0', distribution: 'opensearch' } },
    { flavor: 'elasticsearch' },
    ['connection.url', 'flavor'],
    'is opensearch, but flavor is elasticsearch',
  ],
  ['Elasticsearch unasked', {}, { flavor: 'opensearch' }, ['connection.url', 'flavor'], 'is elasticsearch'],
  ['no right to see the version', { rootStatus: 403 }, {}, [], ''],
  [
    'no page to see the version',
    { rootStatus: 404 },
    {
      'aws.region': 'eu-central-1',
      'aws.service.signing.name': 'aoss',
      'aws.access.key.id': 'AKIA',
      'aws.secret.access.key': 's',
    },
    [],
    '',
  ],
  ['an unreadable version', { version: {} }, {}, [], ''],
  [
    'indices that are not there',
    {},
    { 'external.resource.usage': 'index', [mappingKey]: 'a:one,b:two' },
    [mappingKey, mappingKey],
    'does not exist',
  ],
  [
    'an alias that is not there',
    {},
    { 'external.resource.usage': 'alias_index', [mappingKey]: 'a:one' },
    [mappingKey],
    'The alias one does not exist',
  ],
])('%s', async (_name, server, raw, keys, message) => {
  await using fake = await FakeElasticsearch.start()
  Object.assign(fake, server)
  const problems = await check({ 'connection.url': fake.url, ...raw })
  expect(problems.map(({ key }) => key)).toEqual(keys)
  for (const problem of problems) expect(problem.message).toContain(message)
})

test('indices that are there', async () => {
  await using fake = await FakeElasticsearch.start()
  fake.indices.answer('PUT', '/one', '')
  const raw = { 'external.resource.usage': 'index', [mappingKey]: 'a:one' }
  expect(await check({ 'connection.url': fake.url, ...raw })).toEqual([])
  expect(fake.requests).toEqual(['GET /', 'HEAD /one'])
})
