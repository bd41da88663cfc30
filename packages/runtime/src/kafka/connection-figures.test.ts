import { EventEmitter } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { Connection } from '@platformatic/kafka'
import { expect, test } from 'vitest'
import { ConnectionMeter, type WatchedConnection } from './connection-figures.ts'

class FakeSocket extends EventEmitter {
  bytesRead = 0
  bytesWritten = 0
}

function connectionTo(host: string) {
  const socket = new FakeSocket()
  const connection: WatchedConnection = { host, port: 9092, socket }
  return { connection, socket }
}

test('requests, answers and bytes are counted by broker, also those of connections that are closed', () => {
  let now = 0
  const meter = new ConnectionMeter({ now: () => now })
  const { connection, socket } = connectionTo('a')
  meter.connected({ connection })
  const call = { connection }
  meter.requested(call)
  now += 7
  meter.answered(call)
  Object.assign(socket, { bytesRead: 30, bytesWritten: 20 })
  const latencyMs = { sum: 7, count: 1, max: 7 }
  const broker = { broker: 'a:9092', requests: 1, responses: 1, bytesIn: 30, bytesOut: 20, latencyMs }
  expect(meter.figures()).toEqual({ open: 1, opened: 1, closed: 0, failed: 0, brokers: [broker] })
  socket.emit('close')
  const again = connectionTo('a')
  meter.connected({ connection: again.connection })
  again.socket.bytesRead = 5
  expect(meter.figures()).toEqual({ open: 1, opened: 2, closed: 1, failed: 0, brokers: [{ ...broker, bytesIn: 35 }] })
})

test('a connection that never stood is a failed one', () => {
  const meter = new ConnectionMeter({ now: () => 0 })
  meter.connected({ connection: connectionTo('a').connection, error: new Error('refused') })
  expect(meter.figures()).toMatchObject({ open: 0, opened: 0, failed: 1, brokers: [] })
})

test('the client tells of its connections until the meter is stopped', async () => {
  const sockets: Socket[] = []
  const server = createServer((socket) => void sockets.push(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const meter = new ConnectionMeter({ now: () => Date.now() }).start()
  const connection = new Connection('test')
  await connection.connect('127.0.0.1', port)
  expect(meter.figures()).toMatchObject({ open: 1, opened: 1 })
  meter.stop()
  const unseen = new Connection('test')
  await unseen.connect('127.0.0.1', port)
  expect(meter.figures().opened).toBe(1)
  await Promise.all([connection.close(), unseen.close()])
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
})
