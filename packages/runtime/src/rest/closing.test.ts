import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { fakeHerder } from './fixtures/fake-herder.ts'
import { startTestServer } from './fixtures/test-server.ts'

test('closing lets requests under way finish', async () => {
  const asked = Promise.withResolvers<void>()
  const names = Promise.withResolvers<string[]>()
  const connectors = () => {
    asked.resolve()
    return names.promise
  }
  const rest = await startTestServer({ herder: fakeHerder({ connectors }) })
  const slow = fetch(`${rest.server.url}connectors`)
  await asked.promise
  const closed = rest.server.close({ graceMs: 60_000 })
  await expect(fetch(rest.server.url)).rejects.toThrow() // nobody is let in any more
  names.resolve(['a'])
  expect(await (await slow).json()).toEqual(['a'])
  await closed
})

test('closing closes connections that wait for their next request', async () => {
  const rest = await startTestServer({})
  const idle = connect(rest.server.port, '127.0.0.1')
  const idleClosed = once(idle, 'close')
  const answered = once(idle, 'data')
  idle.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
  await answered
  await rest.server.close({ graceMs: 60_000 })
  await idleClosed
})

test('closing cuts off what does not finish in time', async () => {
  const asked = Promise.withResolvers<void>()
  const connectors = () => {
    asked.resolve()
    return new Promise<never>(() => undefined)
  }
  const rest = await startTestServer({ herder: fakeHerder({ connectors }) })
  const outcome = expect(fetch(`${rest.server.url}connectors`)).rejects.toThrow()
  await asked.promise
  await rest.server.close({ graceMs: 10 })
  await outcome
})
