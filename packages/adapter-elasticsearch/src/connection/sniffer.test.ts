import { createServer, type RequestListener } from 'node:http'
import { expect, onTestFinished, test, vi } from 'vitest'
import { config } from '../config/config.ts'
import { FakeElasticsearch } from '../testing/fake-elasticsearch.ts'
import { listening } from '../testing/fronts.ts'
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
  expect(sniffedNodes(body, 'https:').map(({ href }) => href)).toEqual([
    'https://10.0.0.1:9200/',
    'https://es-b:9201/',
    'https://[::1]:9200/',
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
  const sniffer = new Sniffer({ ask, use: () => {}, lost: () => {}, now: () => now })
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
  await using front = await listening(seed)
  const url = `http://me:pw@127.0.0.1:${front.port}`
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
})

/** Servers of this process that all tell of the same nodes; those take bulk requests too. */
async function cluster() {
  const nodes = new Map<string, { url: string; bulks: number; close: () => Promise<void> }>()
  const serve = async (listener: RequestListener) => {
    const front = await listening(createServer(listener))
    const close = async () => await front[Symbol.asyncDispose]()
    onTestFinished(close)
    return { url: `http://127.0.0.1:${front.port}`, close }
  }
  const told = () =>
    nodesAnswer(
      Object.fromEntries(
        [...nodes].map(([id, { url }]) => [id, { roles: ['data'], http: { publish_address: new URL(url).host } }]),
      ),
    )
  const start = async (id: string) => {
    const node = {
      bulks: 0,
      ...(await serve((request, response) => {
        request.resume()
        if (request.url === '/_nodes/http') response.end(told())
        else {
          node.bulks++
          response.end('{"errors":false,"items":[{"index":{"status":201}}]}')
        }
      })),
    }
    nodes.set(id, node)
    return node
  }
  const stop = async (id: string) => {
    const node = nodes.get(id)
    nodes.delete(id)
    await node?.close()
  }
  const service = () => serve((_request, response) => response.end(told()))
  return { nodes, start, stop, service }
}

/** A client whose time can be skipped, and one bulk request of it after the other. */
function clientOf(urls: readonly string[]) {
  const start = performance.now()
  let nowMs = start
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
  onTestFinished(() => void vi.restoreAllMocks())
  const client = new ElasticsearchClient(config.parse({ 'connection.url': urls.join(), 'connection.sniffing': 'true' }))
  onTestFinished(() => client.close())
  const bulk = { method: 'POST', path: '/i/_bulk', body: '{"index":{"_id":"1"}}\n{}\n' } as const
  /** The outcome after so many minutes. */
  return async (minutes = 0): Promise<string> => {
    nowMs += minutes * 60_000
    return client.request(bulk, never).then(
      () => 'taken',
      (error: Error) => error.message,
    )
  }
}

test('a node that comes back at another address is written to', async () => {
  const { nodes, start, stop } = await cluster()
  const seeds = [await start('a'), await start('b')]
  const send = clientOf(seeds.map(({ url }) => url))
  for (const id of ['a', 'b']) {
    await stop(id)
    const again = await start(id)
    await expect.poll(async () => [await send(1), again.bulks > 0], { timeout: 15_000 }).toEqual(['taken', true])
  }
  expect(nodes.size).toBe(2)
})

test('when all nodes are others than before, what was configured is asked again', async () => {
  const { start, stop, service } = await cluster()
  await start('a')
  const send = clientOf([(await service()).url])
  expect(await send()).toBe('taken')
  await stop('a')
  const other = await start('b')
  await expect.poll(() => send(1), { timeout: 15_000 }).toBe('taken')
  expect(other.bulks).toBe(1)
})
