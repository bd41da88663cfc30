import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { ConnectClient, type ConnectClientOptions } from './index.ts'

interface Seen {
  method: string
  url: string
  body: string
  headers: IncomingMessage['headers']
}

/** A worker that gives every request the same answer and remembers what it saw. */
async function fakeWorker(status: number, body: string, delayMs = 0) {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    seen.push({ method: request.method ?? '', url: request.url ?? '', body: text, headers: request.headers })
    setTimeout(() => response.writeHead(status).end(body), delayMs)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => void server.close(() => resolve()))
  }
  const client = (options: ConnectClientOptions = {}) => new ConnectClient({ baseUrl: url, ...options })
  return { url, seen, client, close, [Symbol.asyncDispose]: close }
}

test('creating a connector posts its name and config as JSON', async () => {
  const info = { name: 'orders', config: { name: 'orders' }, tasks: [], type: 'sink' }
  await using worker = await fakeWorker(201, JSON.stringify(info))
  const request = { name: 'orders', config: { topics: 'orders' }, initial_state: 'PAUSED' as const }
  expect(await worker.client().createConnector(request)).toEqual(info)
  expect(worker.seen[0]).toMatchObject({ method: 'POST', url: '/connectors', body: JSON.stringify(request) })
  expect(worker.seen[0]?.headers['content-type']).toBe('application/json')
})

test('names are escaped in paths', async () => {
  await using worker = await fakeWorker(204, '')
  expect(await worker.client().restartTask('my orders/1', 3)).toBeUndefined()
  expect(worker.seen[0]).toMatchObject({ method: 'POST', url: '/connectors/my%20orders%2F1/tasks/3/restart', body: '' })
})

test('an error carries the status, the code and the text of the worker', async () => {
  await using worker = await fakeWorker(409, '{"error_code":409,"message":"Connector orders already exists"}')
  const creation = worker.client().createConnector({ name: 'orders', config: {} })
  await expect(creation).rejects.toMatchObject({
    name: 'ConnectError',
    status: 409,
    error_code: 409,
    message: 'Connector orders already exists',
  })
})

test('an error page that is no JSON becomes the message', async () => {
  await using worker = await fakeWorker(404, '<h1>Not Found</h1>')
  await expect(worker.client().connectors()).rejects.toMatchObject({ status: 404, message: '<h1>Not Found</h1>' })
})

test('health of a worker that still starts is an answer, not an error', async () => {
  const health = { status: 'starting', message: 'Worker is still starting up.' }
  await using worker = await fakeWorker(503, JSON.stringify(health))
  expect(await worker.client().health()).toEqual(health)
})

test('the authorization header is sent with every request', async () => {
  await using worker = await fakeWorker(200, '[]')
  await worker.client({ authorization: 'Bearer secret' }).connectors()
  expect(worker.seen[0]?.headers.authorization).toBe('Bearer secret')
})

test('a client that wants no secrets says so with every request', async () => {
  await using worker = await fakeWorker(200, '{}')
  const client = worker.client({ secrets: 'hidden' })
  await client.config('orders')
  await client.validate('Sink', { topics: 'b' }, { connector: 'my orders' })
  expect(worker.seen.map(({ url }) => url)).toEqual([
    '/connectors/orders/config?secrets=hidden',
    '/connector-plugins/Sink/config/validate?connector=my%20orders&secrets=hidden',
  ])
})

test('an unreachable worker is passed over, and left alone from then on', async () => {
  const gone = await fakeWorker(200, '[]')
  await gone.close()
  await using worker = await fakeWorker(202, '')
  const client = new ConnectClient({ urls: [gone.url, worker.url] })
  await client.pause('orders')
  await client.resume('orders')
  expect(worker.seen.map(({ url }) => url)).toEqual(['/connectors/orders/pause', '/connectors/orders/resume'])
})

test('a request that takes too long is given up and not sent to another worker', async () => {
  await using slow = await fakeWorker(200, '[]', 2_000)
  await using other = await fakeWorker(200, '[]')
  const client = new ConnectClient({ urls: [slow.url, other.url], timeoutMs: 50 })
  await expect(client.connectors()).rejects.toMatchObject({ name: 'TimeoutError' })
  expect(other.seen).toEqual([])
})

test.each([
  [
    'expand',
    (client: ConnectClient) => client.expandedConnectors('info', 'status'),
    '/connectors?expand=info&expand=status',
  ],
  [
    'flags',
    (client: ConnectClient) => client.restart('a', { includeTasks: true }),
    '/connectors/a/restart?includeTasks=true&onlyFailed=false',
  ],
  ['no flags', (client: ConnectClient) => client.restart('a'), '/connectors/a/restart'],
  [
    'plugins',
    (client: ConnectClient) => client.plugins({ connectorsOnly: false }),
    '/connector-plugins?connectorsOnly=false',
  ],
  ['validate', (client: ConnectClient) => client.validate('S', {}), '/connector-plugins/S/config/validate'],
])('%s are asked for by path and query', async (_what, call, url) => {
  await using worker = await fakeWorker(200, '{}')
  await call(worker.client())
  expect(worker.seen[0]?.url).toBe(url)
})

test('the topics of a connector are unwrapped', async () => {
  await using worker = await fakeWorker(200, '{"orders":{"topics":["a","b"]}}')
  expect(await worker.client().topics('orders')).toEqual(['a', 'b'])
})

test('offsets and loggers have the bodies and paths of the worker', async () => {
  await using worker = await fakeWorker(200, '{"message":"done"}')
  const client = worker.client()
  const offset = {
    partition: { kafka_topic: 't', kafka_partition: 0 },
    offset: { kafka_offset: '9223372036854775807' },
  }
  expect(await client.alterOffsets('a', [offset])).toEqual({ message: 'done' })
  await client.resetOffsets('a')
  await client.offsets('a')
  await client.setLogger('org.apache.kafka', 'DEBUG', 'cluster')
  await client.logger('root')
  await client.pluginConfig('Sink', '[1,2)')
  expect(worker.seen.map(({ method, url, body }) => `${method} ${url} ${body}`)).toEqual([
    `PATCH /connectors/a/offsets ${JSON.stringify({ offsets: [offset] })}`,
    'DELETE /connectors/a/offsets ',
    'GET /connectors/a/offsets ',
    'PUT /admin/loggers/org.apache.kafka?scope=cluster {"level":"DEBUG"}',
    'GET /admin/loggers/root ',
    'GET /connector-plugins/Sink/config?version=%5B1%2C2) ',
  ])
})

test('requests may be sent by a function of the caller', async () => {
  await using worker = await fakeWorker(200, '[]')
  const sent: string[] = []
  const own: typeof fetch = (input, init) => {
    sent.push(String(input))
    return fetch(input, init)
  }
  await worker.client({ fetch: own }).connectors()
  expect(sent).toEqual([`${worker.url}/connectors`])
})
