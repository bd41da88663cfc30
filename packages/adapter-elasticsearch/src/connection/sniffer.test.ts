import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { config } from '../config/config.ts'
import { FakeElasticsearch } from '../testing/fake-elasticsearch.ts'
import { ElasticsearchClient } from './client.ts'
import { Sniffer, sniffedNodes } from './sniffer.ts'

const never = new AbortController().signal
const nodesAnswer = (nodes: object): Buffer => Buffer.from(JSON.stringify({ nodes }))

test('nodes that take documents are written to, by name where they have one', () => {
  const body = nodesAnswer({
    a: { roles: ['data', 'master'], http: { publish_address: '10.0.0.1:9200' } },
    b: { roles: ['data'], http: { publish_address: 'es-b/10.0.0.2:9201' } },
    c: { roles: ['master', 'voting_only'], http: { publish_address: '10.0.0.3:9200' } },
    d: { http: { publish_address: '[::1]:9200' } },
    e: { roles: ['data'] },
  })
  expect(sniffedNodes(body, 'https:').map(({ id, url }) => [id, url.href])).toEqual([
    ['a', 'https://10.0.0.1:9200/'],
    ['b', 'https://es-b:9201/'],
    ['d', 'https://[::1]:9200/'],
  ])
  expect(sniffedNodes(Buffer.from('{}'), 'http:')).toEqual([])
})

test('the cluster is asked first, every five minutes, and soon after a failure', async () => {
  let asked = 0
  let now = 0
  const ask = async () => {
    asked++
    return { body: nodesAnswer({}), protocol: 'http:' }
  }
  const sniffer = new Sniffer({ ask, use: () => {}, now: () => now })
  const askedAt = async (time: number) => {
    now = time
    await sniffer.refresh()
    return asked
  }
  expect(await askedAt(0)).toBe(1)
  expect(await askedAt(299_000)).toBe(1)
  expect(await askedAt(300_000)).toBe(2)
  sniffer.failed()
  expect(await askedAt(305_000)).toBe(2)
  expect(await askedAt(310_000)).toBe(3)
})

test('a cluster that does not tell its nodes is written to by its URLs', async () => {
  await using server = await FakeElasticsearch.start()
  const client = new ElasticsearchClient(config.parse({ 'connection.url': server.url, 'connection.sniffing': 'true' }))
  expect((await client.request({ method: 'GET', path: '/' }, never)).status).toBe(200)
  expect(server.requests).toEqual(['GET /_nodes/http', 'GET /'])
  await client.close()
})

test('nodes that the cluster tells of are written to instead of its URLs, with the same credentials', async () => {
  await using server = await FakeElasticsearch.start()
  const asked: string[] = []
  const seed = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`)
    response.end(nodesAnswer({ a: { roles: ['data'], http: { publish_address: `127.0.0.1:${server.port}` } } }))
  })
  await new Promise<void>((resolve) => seed.listen(0, '127.0.0.1', resolve))
  const url = `http://me:pw@127.0.0.1:${(seed.address() as AddressInfo).port}`
  const client = new ElasticsearchClient(config.parse({ 'connection.url': url, 'connection.sniffing': 'true' }))
  const body = '{"index":{"_id":"1"}}\n{}\n'
  for (let i = 0; i < 3; i++) await client.request({ method: 'POST', path: '/i/_bulk', body }, never)
  const authorization = `Basic ${Buffer.from('me:pw').toString('base64')}`
  expect(asked).toEqual([`GET /_nodes/http ${authorization}`])
  expect(server.bulks.map(({ headers }) => headers.authorization)).toEqual([
    authorization,
    authorization,
    authorization,
  ])
  await client.close()
  seed.close()
})
