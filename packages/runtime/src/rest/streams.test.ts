import { EventEmitter } from 'node:events'
import { get } from 'node:http'
import type { Response } from 'express'
import { expect, test, vi } from 'vitest'
import type { EventListener } from '../herder/cluster-events.ts'
import type { LogControl } from '../herder/herder.ts'
import { fakeHerder } from './fixtures/fake-herder.ts'
import { startTestServer } from './fixtures/test-server.ts'
import { type StreamSink, Streams } from './streams.ts'

const patience = { timeout: 15_000 }

vi.setConfig({ testTimeout: 30_000 }) // real servers, on a machine that may be busy

/** A cluster in which things happen when the test says so. */
function eventful() {
  const listeners = new Set<EventListener>()
  const herder = fakeHerder({
    events: {
      subscribe: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
  })
  const tell: EventListener = (event) => {
    for (const listener of listeners) listener(event)
  }
  return { herder, listeners, tell }
}

/** Reads an answer that goes on. */
async function open(url: string, headers: Record<string, string> = {}) {
  const stop = new AbortController()
  const response = await fetch(url, { headers, signal: stop.signal })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const until = async (part: string): Promise<string> => {
    while (!text.includes(part)) {
      const { value, done } = await reader.read()
      if (done) throw new Error(`ended after ${text}`)
      text += value
    }
    return text
  }
  const untilEnd = async (): Promise<string> => {
    for (let read = await reader.read(); !read.done; read = await reader.read()) text += read.value
    return text
  }
  return { response, until, untilEnd, stop: () => stop.abort() }
}

test('events are told with their names and objects, and the listener goes with its reader', async () => {
  const { herder, listeners, tell } = eventful()
  await using rest = await startTestServer({ herder })
  const stream = await open(`${rest.server.url}events`, { accept: 'text/event-stream' })
  expect(stream.response.headers.get('content-type')).toContain('text/event-stream')
  expect(stream.response.headers.get('cache-control')).toBe('no-store')
  await vi.waitUntil(() => listeners.size === 1, patience)
  const status = { state: 'FAILED', trace: 'Error: x\n at y', workerId: 'a:1', generation: 1, version: '1' } as const
  tell({ kind: 'task', id: { connector: 'orders', task: 0 }, status })
  tell({ kind: 'config', connector: 'orders', deleted: true })
  const text = await stream.until('event: config\ndata: {"name":"orders","deleted":true}\n\n')
  const task = { name: 'orders', id: 0, state: 'FAILED', worker_id: 'a:1', version: '1', trace: 'Error: x\n at y' }
  expect(text).toContain(`event: task\ndata: ${JSON.stringify(task)}\n\n`)
  stream.stop()
  await vi.waitUntil(() => listeners.size === 0, patience)
})

test('there may be so many streams, the next is told to come later', async () => {
  const { herder, listeners } = eventful()
  await using rest = await startTestServer({ herder, config: { 'rest.streams.max': '1' } })
  const first = await open(`${rest.server.url}events`)
  await first.until(':')
  const second = await rest.call('GET', '/events')
  expect(second).toMatchObject({ status: 503, body: { message: expect.stringContaining('rest.streams.max') } })
  expect(second.headers.get('retry-after')).toBe('10')
  first.stop()
  await vi.waitUntil(() => listeners.size === 0, patience)
  const third = await open(`${rest.server.url}events`)
  await third.until(':')
  third.stop()
})

test('a reader that does not read is cut off, and the worker keeps no more for it', async () => {
  const { herder, listeners, tell } = eventful()
  await using rest = await startTestServer({ herder })
  const request = get(`${rest.server.url}events`, (response) => response.pause())
  request.on('error', () => {})
  await vi.waitUntil(() => listeners.size === 1, patience)
  const trace = 'x'.repeat(1_000_000)
  const status = { state: 'FAILED', trace, workerId: 'a:1', generation: 1, version: null } as const
  await vi.waitUntil(() => {
    tell({ kind: 'connector', connector: 'orders', status })
    return listeners.size === 0
  }, patience)
  request.destroy()
})

test('readers that are behind may keep only so much together', () => {
  const streams = new Streams(100)
  const sinks: StreamSink[] = []
  const open = () => {
    const response = new StuckResponse()
    streams.open(response as unknown as Response, {
      format: 'text/event-stream',
      start: (sink) => {
        sinks.push(sink)
        return () => {}
      },
    })
    return response
  }
  const stuck = Array.from({ length: 20 }, open)
  const reader = open()
  const data = 'x'.repeat(1024 * 1024)
  for (let round = 0; round < 6; round++) {
    for (const sink of sinks) sink.send('metrics', data)
    reader.writableLength = 0
  }
  expect(reader.destroyed).toBe(false)
  const left = stuck.filter(({ destroyed }) => !destroyed)
  expect(left.length).toBeGreaterThan(0)
  expect(left.reduce((sum, { writableLength }) => sum + writableLength, 0)).toBeLessThanOrEqual(64 * 1024 * 1024)
  expect(Math.max(...left.map(({ writableLength }) => writableLength))).toBeGreaterThan(6 * 1024 * 1024)
})

/** Of a reader that takes nothing. */
class StuckResponse extends EventEmitter {
  readonly req = { method: 'GET' }
  writableLength = 0
  destroyed = false
  status = () => this
  set = () => this
  flushHeaders() {}
  write(text: string) {
    this.writableLength += text.length
  }
  destroy() {
    this.destroyed = true
    this.emit('close')
  }
}

test('closing the server ends the streams', async () => {
  const { herder } = eventful()
  const rest = await startTestServer({ herder })
  const stream = await open(`${rest.server.url}events`)
  await stream.until(':')
  const closed = rest.server.close({ graceMs: 20_000 })
  expect(await stream.untilEnd()).toContain(': begins')
  await closed
  await rest[Symbol.asyncDispose]()
})

test('HEAD of a stream ends at once', async () => {
  await using rest = await startTestServer({ herder: eventful().herder })
  expect((await rest.call('HEAD', '/events')).status).toBe(200)
})

/** Logs of two workers, told by a test. */
function logs() {
  const asked: unknown[] = []
  const lines: ((line: string) => void)[] = []
  const ends: (() => void)[] = []
  let discarded = 0
  const control: LogControl = {
    recent: async (worker, question) => {
      asked.push({ worker, ...question })
      return ['{"message":"a"}', '{"message":"b"}']
    },
    follow: async (worker, question) => {
      asked.push({ worker, ...question, follow: true })
      return {
        begin: (onLine, onEnd) => {
          lines.push(onLine)
          ends.push(onEnd)
          return () => {}
        },
        discard: () => void discarded++,
      }
    },
  }
  return { herder: fakeHerder({ logs: control }), asked, lines, ends, discarded: () => discarded }
}

test('logs are lines of JSON, chosen by the query', async () => {
  const { herder, asked } = logs()
  await using rest = await startTestServer({ herder })
  const { body, headers } = await rest.call('GET', '/logs?worker=b:2&lines=5&level=warn&connector=orders')
  expect(body).toBe('{"message":"a"}\n{"message":"b"}\n')
  expect(headers.get('content-type')).toContain('application/x-ndjson')
  await rest.call('GET', '/logs')
  expect(asked).toEqual([
    { worker: 'b:2', lines: 5, level: 'warn', connector: 'orders' },
    { worker: null, lines: 200, level: 'all', connector: null },
  ])
})

test.each(['lines=-1', 'lines=many', 'level=loud'])(
  'a query with %s is 400 and says what would be right',
  async (query) => {
    await using rest = await startTestServer({ herder: logs().herder })
    const { status, body } = await rest.call('GET', `/logs?${query}`)
    expect(status).toBe(400)
    expect(JSON.stringify(body)).toMatch(/must be (a number|one of)/)
  },
)

test.each([
  ['follow=true', '?follow=true', {}],
  ['the type of its answer', '', { accept: 'text/event-stream' }],
])('logs are followed by %s, until the worker they are of ends', async (_what, query, headers) => {
  const { herder, lines, ends } = logs()
  await using rest = await startTestServer({ herder })
  const stream = await open(`${rest.server.url}logs${query}`, headers)
  await vi.waitUntil(() => lines.length === 1, patience)
  lines[0]!('{"message":"c"}')
  await stream.until('event: log\ndata: {"message":"c"}\n\n')
  ends[0]!()
  await stream.untilEnd()
})

test('workers follow each other’s logs line by line', async () => {
  const { herder, asked, lines, ends } = logs()
  await using rest = await startTestServer({ herder })
  const question = { lines: 3, level: 'info', connector: null }
  const answer = await rest.call('POST', '/workers/self/logs', question)
  expect(answer.body).toBe('{"message":"a"}\n{"message":"b"}\n')
  const following = fetch(`${rest.server.url}workers/self/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...question, follow: true }),
  })
  await vi.waitUntil(() => lines.length === 1, patience)
  lines[0]!('{"message":"c"}')
  ends[0]!()
  expect(await (await following).text()).toBe('{"message":"c"}\n')
  expect(asked.at(-1)).toEqual({ worker: null, ...question, follow: true })
})

test('what was opened at another worker is given up where nothing is to be read', async () => {
  const { herder, lines, discarded } = logs()
  await using rest = await startTestServer({ herder })
  expect((await rest.call('HEAD', '/logs?worker=b:2&follow=true')).status).toBe(200)
  expect([lines.length, discarded()]).toEqual([0, 1])
  await using full = await startTestServer({ herder, config: { 'rest.streams.max': '0' } })
  expect((await full.call('GET', '/logs?worker=b:2&follow=true')).status).toBe(503)
  expect([lines.length, discarded()]).toEqual([0, 2])
})
