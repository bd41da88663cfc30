import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { config } from '../config/config.ts'
import { ElasticsearchClient, UnreachableError } from './client.ts'

const never = new AbortController().signal
const bulk = {
  method: 'POST',
  path: '/i/_bulk',
  body: '{"index":{}}\n{}\n',
  contentType: 'application/x-ndjson',
} as const
const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-elastic-product: Elasticsearch\r\n'

/** A client of a server that answers its first request by writing to the socket as it likes. */
async function setUp(answer: (socket: Socket) => void) {
  const sockets: Socket[] = []
  const server: Server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.once('data', () => answer(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = new ElasticsearchClient(config.parse({ 'connection.url': url, 'read.timeout.ms': '400' }))
  return {
    client,
    sockets,
    [Symbol.asyncDispose]: async () => {
      await client.close()
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function drip(socket: Socket): void {
  socket.write(`${head}content-length: 100000\r\n\r\n`)
  const timer = setInterval(() => socket.write(' '), 20)
  socket.on('close', () => clearInterval(timer))
}

test.each<[string, (socket: Socket) => void, RegExp]>([
  ['drips longer than read.timeout.ms', drip, /^no answer within 400 ms \(read\.timeout\.ms\)$/],
  ['sends its head and no more', (socket) => socket.write(`${head}content-length: 9\r\n\r\n`), /^no answer within/],
  ['ends before its length', (socket) => socket.end(`${head}content-length: 99\r\n\r\n{"errors":false`), /./],
  ['ends before its last chunk', (socket) => socket.end(`${head}transfer-encoding: chunked\r\n\r\n3\r\n{"e\r\n`), /./],
  ['ends in its head', (socket) => socket.end(head), /./],
  ['is not HTTP', (socket) => socket.end('220 mail.example.org ESMTP\r\n'), /./],
  ['is a reset', (socket) => socket.resetAndDestroy(), /./],
])('an answer that %s is no answer, and its connection is not used again', async (_what, answer, reason) => {
  await using s = await setUp(answer)
  const error = await s.client.request(bulk, never).catch((failure: unknown) => failure)
  expect(error).toBeInstanceOf(UnreachableError)
  expect((error as Error).message).toMatch(reason)
  // Another one may stand by for requests to come.
  await expect.poll(() => s.sockets[0]?.destroyed).toBe(true)
})
