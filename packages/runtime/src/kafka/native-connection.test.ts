import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type ConnectingClient, NativeConnection } from './native-connection.ts'

type Done = (error: Error | null) => void

/** A client without a broker: metadata takes its whole time limit and then fails, until `answers` is set. */
class LonelyClient implements ConnectingClient {
  answers = false
  asked = 0
  #log: ((line: { severity: number; fac: string; message: string }) => void) | null = null

  on(_event: 'event.log', listener: (line: { severity: number; fac: string; message: string }) => void): void {
    this.#log = listener
  }

  log(message: string, { fac = 'FAIL', severity = 3 } = {}): void {
    this.#log?.({ severity, fac, message })
  }

  connect(options: { timeout: number }, done: Done): void {
    this.getMetadata(options, done)
  }

  getMetadata({ timeout }: { timeout: number }, done: Done): void {
    this.asked++
    setTimeout(() => done(this.answers ? null : new Error('broker transport failure')), this.answers ? 1 : timeout)
  }
}

const refusal = 'SASL authentication error: Authentication failed: Invalid username or password'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function rig() {
  const client = new LonelyClient()
  const connection = new NativeConnection(client)
  const connecting = connection.connect(30_000).then(
    () => 'connected',
    (error: Error) => error,
  )
  return { client, connection, connecting }
}

test('a broker that comes late is still met', async () => {
  const { client, connecting } = rig()
  client.log('Connect to ipv4#127.0.0.1:1 failed: Connection refused')
  await vi.advanceTimersByTimeAsync(20_000)
  client.answers = true
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await connecting).toBe('connected')
})

test('no call for metadata holds a thread for long', async () => {
  const { client } = rig()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(client.asked).toBeGreaterThanOrEqual(20)
})

test('at the time limit the last reason is told', async () => {
  const { client, connecting } = rig()
  client.log('Connect to ipv4#127.0.0.1:1 failed: Connection refused')
  await vi.advanceTimersByTimeAsync(30_001)
  expect(await connecting).toMatchObject({
    code: 'kafka.unreachable',
    message: expect.stringContaining('nobody listens there'),
  })
})

test('refused credentials end the wait after a few seconds', async () => {
  const { client, connecting } = rig()
  client.log(refusal)
  await vi.advanceTimersByTimeAsync(4_000)
  expect(await connecting).toMatchObject({ message: expect.stringContaining('check user and password') })
})

test('a running client that is refused for a minute is given up, one that is refused in passing is not', async () => {
  const { client, connection } = rig()
  client.answers = true
  await vi.advanceTimersByTimeAsync(1_000)
  const onRefused = vi.fn()
  connection.onRefused = onRefused
  client.log(refusal)
  await vi.advanceTimersByTimeAsync(100_000)
  client.log(refusal)
  await vi.advanceTimersByTimeAsync(30_000)
  client.log(refusal)
  expect(onRefused).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(30_000)
  client.log(refusal)
  expect(onRefused).toHaveBeenCalledWith(expect.objectContaining({ code: 'kafka.refused' }))
})

test('each new trouble of a running client is told once', async () => {
  const { client, connection } = rig()
  client.answers = true
  await vi.advanceTimersByTimeAsync(1_000)
  const onTrouble = vi.fn()
  connection.onTrouble = onTrouble
  client.log('Connect to ipv4#127.0.0.1:1 failed: Connection refused')
  client.log('Connect to ipv4#127.0.0.1:1 failed: Connection refused')
  client.log('something about memory', { fac: 'MEM' })
  expect(onTrouble).toHaveBeenCalledTimes(1)
})
