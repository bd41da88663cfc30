import { createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { GroupCalls } from './group-calls.ts'

test('a call that still looks for the coordinator when the worker leaves asks nothing of the group', async () => {
  const sockets: Socket[] = []
  let asked: () => void = () => {}
  const first = new Promise<void>((resolve) => {
    asked = resolve
  })
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.once('data', (request) => {
      const { port } = server.address() as { port: number }
      const host = Buffer.from('localhost')
      const answer = Buffer.concat([
        request.subarray(8, 12), // correlation id
        Buffer.from([0, 0, 0, 0, 0, 2, 2]), // no tags, no throttling, one coordinator, of group `g`
        Buffer.from('g'),
        Buffer.from([0, 0, 0, 1, host.length + 1]),
        host,
        Buffer.from([0, 0, port >> 8, port & 255, 0, 0, 1, 0, 0]),
      ])
      const length = Buffer.alloc(4)
      length.writeInt32BE(answer.length)
      asked()
      setTimeout(() => socket.write(Buffer.concat([length, answer])), 50)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  const { port } = server.address() as { port: number }
  const calls = new GroupCalls({
    client: {
      brokers: [{ host: 'localhost', port }],
      clientId: 'one',
      connectTimeoutMs: 1_000,
      requestTimeoutMs: 1_000,
    },
    groupId: 'g',
    sessionTimeoutMs: 1_000,
    rebalanceTimeoutMs: 1_000,
  })
  const joined = calls.join('', [], '').catch((error: unknown) => error)
  await first
  await calls.close()
  expect(await joined).toMatchObject({ code: 'group.closed' })
  expect(sockets).toHaveLength(1)
  for (const socket of sockets) socket.destroy()
  server.close()
})
