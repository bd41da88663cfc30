import { expect, test } from 'vitest'
import { elasticsearchRequest } from '../stack/elasticsearch-request.ts'
import { type FaultProxy, faultProxy, freshName, IndexView, stack } from './index.ts'

const lines = (index: string, ids: number[]) =>
  ids.map((id) => `{"index":{"_index":"${index}","_id":"${id}"}}\n{"n":${id}}\n`).join('')

function bulk(proxy: FaultProxy, body: string, query = ''): Promise<Response> {
  return elasticsearchRequest(proxy.url, `_bulk${query}`, { method: 'POST', body, contentType: 'application/x-ndjson' })
}

test('without a fault requests and answers pass unchanged', async () => {
  await using proxy = await faultProxy(stack.elasticsearch)
  const response = await elasticsearchRequest(proxy.url, '')
  expect(response.headers.get('x-elastic-product')).toBe('Elasticsearch')
  expect(await response.json()).toHaveProperty('version.number')
})

test('the next requests are answered with a status, then it is over', async () => {
  await using proxy = await faultProxy(stack.elasticsearch)
  const index = freshName('proxy')
  proxy.answer(429, { requests: 2 })
  const statuses = []
  for (let i = 0; i < 3; i++) statuses.push((await bulk(proxy, lines(index, [i]))).status)
  expect(statuses).toEqual([429, 429, 200])
  expect(await new IndexView(index).count()).toBe(1)
  expect(proxy.seen).toEqual({ requests: 3, faults: 2 })
  await new IndexView(index).delete()
})

test('a cut connection breaks after the target has done its work', async () => {
  await using proxy = await faultProxy(stack.elasticsearch)
  const index = new IndexView(freshName('proxy'))
  proxy.cut()
  await expect(bulk(proxy, lines(index.name, [1])).then((response) => response.text())).rejects.toThrow()
  expect(await index.count()).toBe(1)
  await index.delete()
})

test('refused items stand at their places in the answer and are not in the index', async () => {
  await using proxy = await faultProxy(stack.elasticsearch)
  const index = new IndexView(freshName('proxy'))
  const ids = Array.from({ length: 50 }, (_, id) => id)
  proxy.rejectItems({ status: 429, share: 0.5 })
  const answer = await (await bulk(proxy, lines(index.name, ids), '?filter_path=errors,items.*.status')).json()
  const items = (answer as { items: { index: { _id: string; status: number } }[] }).items.map((item) => item.index)
  expect(items.map(({ _id }) => Number(_id))).toEqual(ids)
  const stored = (await index.all()).map(({ id }) => id)
  expect(items.filter(({ status }) => status === 201).map(({ _id }) => _id)).toEqual(stored.toSorted((a, b) => +a - +b))
  expect(items.filter(({ status }) => status === 429)).toHaveLength(50 - stored.length)
  expect(stored.length).toBeGreaterThan(0)
  expect(stored.length).toBeLessThan(50)
  await index.delete()
})

test('of a request that is cut the target gets half, and the sender no answer', async () => {
  await using proxy = await faultProxy(stack.elasticsearch)
  const index = new IndexView(freshName('proxy'))
  const ids = Array.from({ length: 2_000 }, (_, id) => id)
  proxy.cutRequest({ requests: 1 })
  await expect(bulk(proxy, lines(index.name, ids))).rejects.toThrow()
  expect(await index.count()).toBeLessThan(2_000)
  expect((await bulk(proxy, lines(index.name, ids))).status).toBe(200)
  expect(await index.count()).toBe(2_000)
  await index.delete()
})

test('an answer that is cut short without a trace, and one that drips', async () => {
  await using proxy = await faultProxy(stack.elasticsearch)
  const whole = await (await elasticsearchRequest(proxy.url, '')).text()
  proxy.truncate({ path: /./ })
  const half = await (await elasticsearchRequest(proxy.url, '')).text()
  expect(half).toBe(whole.slice(0, whole.length >> 1))
  proxy.drip(300, { path: /./ })
  const startedAt = performance.now()
  expect(await (await elasticsearchRequest(proxy.url, '')).text()).toBe(whole)
  expect(performance.now() - startedAt).toBeGreaterThan(250)
})

test('requests held back arrive later', async () => {
  await using proxy = await faultProxy(stack.elasticsearch)
  proxy.delay(300, { path: /./ })
  const startedAt = performance.now()
  await elasticsearchRequest(proxy.url, '')
  expect(performance.now() - startedAt).toBeGreaterThan(290)
})
