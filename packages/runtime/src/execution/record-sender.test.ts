import { expect, test, vi } from 'vitest'
import type { ProducedPlace, ProducedRecord } from '../kafka/producer.ts'
import { RecordSender } from './record-sender.ts'

const record = (value: string, topic = 't'): ProducedRecord => ({ topic, key: null, value: Buffer.from(value) })
const place = { topic: 't', partition: 0, offset: 7n }

/** A sender over a producer that has room for so many records, each acknowledged by its own word. */
function senderOf(options: { room?: number; maxBytes?: number; ensure?: () => Promise<void> } = {}) {
  const sent: string[] = []
  const acknowledge: ((place: ProducedPlace) => void)[] = []
  const topics = new Set<string>()
  const producer = { room: options.room ?? Number.POSITIVE_INFINITY }
  const cancel = new AbortController()
  const seen: string[] = []
  const sender = new RecordSender({
    producer: {
      trySend: ({ value }) => {
        if (producer.room === 0) return null
        producer.room--
        sent.push(String(value))
        return new Promise((resolve) => acknowledge.push(resolve))
      },
    },
    topics: {
      isReady: (topic) => topics.has(topic),
      ensure: async (topic) => {
        await options.ensure?.()
        topics.add(topic)
      },
    },
    maxBytes: options.maxBytes ?? 1_000_000,
    onSent: (topic) => void seen.push(topic),
    signal: cancel.signal,
  })
  return { sender, sent, acknowledge, producer, cancel, seen }
}

test('a record is sent at once when its topic was looked at and there is room', async () => {
  const { sender, sent, acknowledge, seen } = senderOf()
  await sender.ready(record('a'))
  expect(sender.ready(record('b'))).toBeNull()
  const places = ['a', 'b'].map((value) => sender.send(record(value)))
  for (const done of acknowledge) done(place)
  expect(await Promise.all(places)).toEqual([place, place])
  expect([sent, seen]).toEqual([
    ['a', 'b'],
    ['t', 't'],
  ])
})

test('a topic that can’t be made rejects the wait for it', async () => {
  const { sender } = senderOf({ ensure: () => Promise.reject(new Error('not authorized')) })
  await expect(sender.ready(record('a'))).rejects.toThrow('not authorized')
})

test('no more than so many bytes are on their way', async () => {
  const { sender, acknowledge } = senderOf({ maxBytes: 150 })
  await sender.ready(record('a'))
  void sender.send(record('a'))
  void sender.send(record('b'))
  let isReady = false
  const waiting = sender.ready(record('c'))?.then(() => {
    isReady = true
  })
  await Promise.resolve()
  expect(isReady).toBe(false)
  acknowledge[0]?.(place)
  await waiting
  expect(isReady).toBe(true)
})

test('records keep their order when the client’s queue is full, and nobody sends past it', async () => {
  vi.useFakeTimers()
  try {
    const { sender, sent, producer, acknowledge } = senderOf({ room: 1 })
    await sender.ready(record('a'))
    const places = ['a', 'b', 'c'].map((value) => sender.send(record(value)))
    expect(sender.ready(record('d'))).not.toBeNull()
    producer.room = 1
    places.push(sender.send(record('d')))
    expect(sent).toEqual(['a'])
    await vi.advanceTimersByTimeAsync(10)
    expect(sent).toEqual(['a', 'b'])
    producer.room = 9
    await vi.advanceTimersByTimeAsync(10)
    expect(sent).toEqual(['a', 'b', 'c', 'd'])
    expect(sender.ready(record('e'))).toBeNull()
    for (const done of acknowledge) done(place)
    expect(await Promise.all(places)).toHaveLength(4)
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

test('a cancelled task sends nothing any more: neither what waited nor what comes later', async () => {
  const { sender, sent, producer, cancel } = senderOf({ room: 1 })
  await sender.ready(record('a'))
  void sender.send(record('a'))
  const queued = sender.send(record('b'))
  const waiting = sender.ready(record('c')) ?? Promise.resolve()
  producer.room = 9
  cancel.abort(new Error('given up'))
  await expect(queued).rejects.toThrow('given up')
  await expect(waiting).rejects.toThrow('given up')
  await expect(sender.ready(record('d')) ?? Promise.resolve()).rejects.toThrow('given up')
  await expect(sender.send(record('d'))).rejects.toThrow('given up')
  expect(sent).toEqual(['a'])
})
