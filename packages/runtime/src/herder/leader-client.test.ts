import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { LeaderClient } from './leader-client.ts'
import type { PeerAnswer } from './peer-client.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const stoppedText = 'Cannot submit non-empty set of task configs for stopped connector a'
const refused = { status: 400, text: JSON.stringify({ error_code: 400, message: stoppedText }), location: null }
const taken = { status: 204, text: '', location: null }

/** Hands over task configs to a leader that answers so; `end` tells how that came out. */
function handOver(answer: (request: number) => PeerAnswer, isWanted = () => true) {
  const at: number[] = []
  const startedAt = Date.now()
  const client = new LeaderClient({
    peers: {
      send: async () => {
        at.push(Date.now() - startedAt)
        return answer(at.length)
      },
      open: () => Promise.reject(new Error('not for this')),
      renew: () => {},
      close: async () => {},
    },
    sessionKey: () => null,
    signatureAlgorithm: 'HmacSHA256',
    logger: recordingLogger(),
    clock: { now: () => Date.now() },
  })
  const { signal } = new AbortController()
  const end = client
    .putTaskConfigs('a', [{}], () => 'http://one:8083/', isWanted, signal)
    .then(
      () => 'at an end',
      (error: Error) => error.message,
    )
  return { at, end }
}

test('a leader that has not read yet that the connector is resumed is asked again', async () => {
  const { at, end } = handOver((request) => (request < 4 ? refused : taken))
  await vi.advanceTimersByTimeAsync(1_750)
  await expect(end).resolves.toBe('at an end')
  expect(at).toEqual([0, 250, 750, 1_750])
})

test('a leader that goes on refusing the configs has the last word', async () => {
  const { at, end } = handOver(() => refused)
  await vi.advanceTimersByTimeAsync(60_000)
  await expect(end).resolves.toContain(stoppedText)
  expect(at.at(-1)).toBeLessThan(20_000)
})

test('what is no longer wanted is not asked for again', async () => {
  let isWanted = true
  const { at, end } = handOver(
    () => refused,
    () => isWanted,
  )
  await vi.advanceTimersByTimeAsync(100)
  isWanted = false
  await vi.advanceTimersByTimeAsync(1_000)
  await expect(end).resolves.toBe('at an end')
  expect(at).toEqual([0])
})
