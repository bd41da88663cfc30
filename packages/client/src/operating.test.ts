import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { ConnectClient, type LogLine } from './index.ts'

/** A worker whose answers a test writes itself. */
async function handledBy(answer: (url: string, response: ServerResponse) => void) {
  const seen: { url: string; accept: string | undefined }[] = []
  const server = createServer((request, response) => {
    seen.push({ url: request.url ?? '', accept: request.headers.accept })
    answer(request.url ?? '', response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = new ConnectClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => void server.close(() => resolve()))
  }
  return { client, seen, [Symbol.asyncDispose]: close }
}

test('events are read as they come, until the reader has enough', async () => {
  let closed: () => void = () => {}
  const whenClosed = new Promise<void>((resolve) => {
    closed = resolve
  })
  await using worker = await handledBy((_url, response) => {
    response.once('close', closed)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(': hello\n\nevent: task\ndata: {"name":"orders","id":0,"state":"FAILED","worker_id":"a:1"}\n\n')
  })
  for await (const event of worker.client.events()) {
    expect(event).toEqual({ event: 'task', data: { name: 'orders', id: 0, state: 'FAILED', worker_id: 'a:1' } })
    break
  }
  await whenClosed
  expect(worker.seen).toEqual([{ url: '/events', accept: 'text/event-stream' }])
})

test('a reader that is told to stop stops, also while nothing comes', async () => {
  await using worker = await handledBy((_url, response) => void response.writeHead(200).write(': hello\n\n'))
  const stop = new AbortController()
  const reading = worker.client.events(stop.signal).next()
  stop.abort()
  await expect(reading).rejects.toMatchObject({ name: 'AbortError' })
})

test('a refused stream is the error that the worker tells', async () => {
  await using worker = await handledBy((_url, response) =>
    response.writeHead(403).end('{"error_code":403,"message":"This needs the role operate"}'),
  )
  await expect(worker.client.followLogs().next()).rejects.toMatchObject({
    name: 'ConnectError',
    status: 403,
    message: 'This needs the role operate',
  })
})

test('logs are asked for by query and read line by line', async () => {
  await using worker = await handledBy((_url, response) => response.end('{"message":"a"}\n{"message":"b"}\n'))
  const lines = await worker.client.logs({ worker: 'a:8083', lines: 2, level: 'WARN', connector: 'my orders' })
  expect(lines).toEqual([{ message: 'a' }, { message: 'b' }])
  expect(worker.seen[0]?.url).toBe('/logs?worker=a%3A8083&lines=2&level=WARN&connector=my+orders')
})

test('followed logs are read one by one', async () => {
  await using worker = await handledBy((_url, response) =>
    response.end('event: log\ndata: {"message":"a"}\n\n: keep-alive\n\nevent: log\ndata: {"message":"b"}\n\n'),
  )
  const lines: LogLine[] = []
  for await (const line of worker.client.followLogs({ lines: 0 })) lines.push(line)
  expect(lines).toEqual([{ message: 'a' }, { message: 'b' }])
  expect(worker.seen[0]).toEqual({ url: '/logs?lines=0&follow=true', accept: 'text/event-stream' })
})
