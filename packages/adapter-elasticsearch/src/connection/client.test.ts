import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import type { RawConfig } from '@penstock/core'
import { expect, test } from 'vitest'
import { config } from '../config/config.ts'
import { FakeElasticsearch } from '../testing/fake-elasticsearch.ts'
import { ElasticsearchClient, UnreachableError } from './client.ts'

const never = new AbortController().signal
const bulk = {
  method: 'POST',
  path: '/i/_bulk',
  body: '{"index":{"_id":"1"}}\n{}\n',
  contentType: 'application/x-ndjson',
} as const

async function clientOf(raw: RawConfig): Promise<AsyncDisposable & ElasticsearchClient> {
  const client = new ElasticsearchClient(config.parse(raw))
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() })
}

test.each<[string, (url: string) => RawConfig, string]>([
  ['an API key', (url) => ({ 'connection.url': url, 'connection.api.key': 'abc=' }), 'ApiKey abc='],
  [
    'user and password',
    (url) => ({ 'connection.url': url, 'connection.username': 'me', 'connection.password': 'pä:ss' }),
    `Basic ${Buffer.from('me:pä:ss').toString('base64')}`,
  ],
  [
    'user-info of the URL',
    (url) => ({ 'connection.url': url.replace('//', '//me:s%40crt@') }),
    `Basic ${Buffer.from('me:s@crt').toString('base64')}`,
  ],
])('%s is sent with every request', async (_name, raw, authorization) => {
  await using server = await FakeElasticsearch.start()
  await using client = await clientOf(raw(server.url))
  await client.request(bulk, never)
  expect(server.bulks[0]?.headers.authorization).toBe(authorization)
})

test('user-info of a URL goes to its node only', async () => {
  await using mine = await FakeElasticsearch.start()
  await using theirs = await FakeElasticsearch.start()
  await using anyones = await FakeElasticsearch.start()
  const urls = [anyones.url, mine.url.replace('//', '//me:1@'), theirs.url.replace('//', '//they:2@')]
  await using client = await clientOf({ 'connection.url': urls.join(',') })
  for (let i = 0; i < 12; i++) await client.request(bulk, never)
  const sent = (node: FakeElasticsearch) => [...new Set(node.bulks.map(({ headers }) => headers.authorization))]
  expect(sent(mine)).toEqual([`Basic ${Buffer.from('me:1').toString('base64')}`])
  expect(sent(theirs)).toEqual([`Basic ${Buffer.from('they:2').toString('base64')}`])
  expect(sent(anyones)).toEqual([undefined])
})

test('a path in the URL goes before every path', async () => {
  await using server = await FakeElasticsearch.start()
  await using client = await clientOf({ 'connection.url': `${server.url}/cluster/a/` })
  await client.request(bulk, never)
  expect(server.requests).toEqual(['POST /cluster/a/i/_bulk'])
})

test.each<[string, (node: FakeElasticsearch) => unknown]>([
  ['down', (node) => node.close()],
  ['silent', (node) => Object.assign(node, { onBulk: () => ({ delayMs: 60_000 }) })],
  ['overloaded', (node) => Object.assign(node, { onBulk: () => ({ status: 503 }) })],
])('a node that is %s is avoided', async (_name, hurt) => {
  await using good = await FakeElasticsearch.start()
  await using bad = await FakeElasticsearch.start()
  await using client = await clientOf({ 'connection.url': `${bad.url},${good.url}`, 'read.timeout.ms': '200' })
  await hurt(bad)
  let failures = 0
  for (let i = 0; i < 20; i++) {
    const status = await client.request(bulk, never).then(
      (answer) => answer.status,
      () => 0,
    )
    if (status !== 200) failures++
  }
  expect(failures).toBeLessThan(8)
  expect(good.bulks.length).toBeGreaterThanOrEqual(12)
  if (bad.bulks.length === 0) await bad.listen(0)
})

test('failures without an answer are one kind of error and name no credentials', async () => {
  await using client = await clientOf({ 'connection.url': 'http://me:secret@127.0.0.1:1' })
  const error = await client.request(bulk, never).catch((failure: unknown) => failure)
  expect(error).toBeInstanceOf(UnreachableError)
  expect(JSON.stringify([(error as Error).message, (error as Error).stack, client.urls])).not.toContain('secret')
  expect((error as Error).cause).toBeUndefined()
})

test('connection.timeout.ms is how long opening a connection may take, TLS included', async () => {
  const mute = createServer(() => {})
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  await using client = await clientOf({
    'connection.url': `https://127.0.0.1:${(mute.address() as AddressInfo).port}`,
    'connection.timeout.ms': '200',
    'read.timeout.ms': '60000',
  })
  const started = performance.now()
  await expect(client.request(bulk, never)).rejects.toThrow(UnreachableError)
  expect(performance.now() - started).toBeLessThan(10_000)
  mute.close()
})
