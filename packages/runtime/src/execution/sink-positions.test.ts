import { expect, test } from 'vitest'
import { messagesAt } from './fixtures/messages.ts'
import { SinkPositions } from './sink-positions.ts'

const p0 = { topic: 't', partition: 0 }
const p1 = { topic: 't', partition: 1 }
const at = (partition: number, offset: bigint) => ({ topic: 't', partition, offset })

function opened() {
  const positions = new SinkPositions()
  positions.open([p0, p1])
  return positions
}

test('nothing is consumed before it was delivered', () => {
  const positions = opened()
  positions.polled([...messagesAt(0, 5, 6), ...messagesAt(1, 40)])
  expect(positions.consumed()).toEqual([])
  positions.delivered()
  expect(positions.consumed()).toEqual([at(0, 7n), at(1, 41n)])
  expect(positions.consumed([p1])).toEqual([at(1, 41n)])
})

test('records polled after a delivery wait for the next', () => {
  const positions = opened()
  positions.polled(messagesAt(0, 5))
  positions.delivered()
  positions.polled(messagesAt(0, 6))
  expect(positions.consumed()).toEqual([at(0, 6n)])
})

test('runs of several partitions and topics are told apart', () => {
  const positions = opened()
  positions.open([{ topic: 'u', partition: 0 }])
  const ofOther = messagesAt(0, 9).map((message) => ({ ...message, topic: 'u' }))
  positions.polled([...messagesAt(0, 1), ...messagesAt(1, 2), ...ofOther, ...messagesAt(0, 3)])
  positions.delivered()
  expect(positions.consumed()).toEqual([at(0, 4n), at(1, 3n), { topic: 'u', partition: 0, offset: 10n }])
})

test.each([
  ['beyond what was put', at(0, 8n), []],
  ['what was put', at(0, 7n), [{ topic: 't', partition: 0, offset: 7 }]],
  ['less than what was put', at(0, 3n), [{ topic: 't', partition: 0, offset: 3 }]],
  ['what is committed already', at(0, 2n), []],
  ['of a partition without records', at(1, 1n), []],
  ['of a partition that isn’t assigned', at(7, 1n), []],
])('an offset %s', (_what, offset, expected) => {
  const positions = opened()
  positions.polled(messagesAt(0, 6))
  positions.delivered()
  positions.committed([{ ...p0, offset: 2 }])
  expect(positions.committable([offset])).toEqual(expected)
})

test('a late acknowledgement takes nothing back', () => {
  const positions = opened()
  positions.polled(messagesAt(0, 9))
  positions.delivered()
  positions.committed([{ ...p0, offset: 8 }])
  positions.committed([{ ...p0, offset: 5 }])
  expect(positions.committable([at(0, 7n)])).toEqual([])
  expect(positions.activeCount()).toBe(2)
})

test('a closed partition is forgotten, and starts anew when it comes back', () => {
  const positions = opened()
  positions.polled(messagesAt(0, 9))
  positions.delivered()
  positions.close([p0])
  expect([positions.has(p0), positions.partitions()]).toEqual([false, [p1]])
  expect(positions.consumed([p0])).toEqual([])
  positions.polled(messagesAt(0, 10))
  positions.open([p0])
  expect(positions.nextOffsets()).toEqual([
    { ...p1, next: -1 },
    { ...p0, next: -1 },
  ])
})

test('after a rewind only what is read again counts', () => {
  const positions = opened()
  positions.polled(messagesAt(0, 50))
  positions.delivered()
  positions.committed([{ ...p0, offset: 51 }])
  positions.rewind(at(0, 20n))
  expect(positions.consumed()).toEqual([at(0, 20n)])
  expect(positions.committable([at(0, 51n), at(0, 20n)])).toEqual([])
  positions.polled(messagesAt(0, 20))
  positions.delivered()
  expect(positions.committable([at(0, 21n)])).toEqual([{ ...p0, offset: 21 }])
})

test('records of partitions that are gone are dropped', () => {
  const positions = opened()
  const records = [...messagesAt(0, 1), ...messagesAt(1, 2)].map((origin) => ({ origin }) as never)
  expect(positions.keepAssigned(records)).toBe(records)
  positions.close([p0])
  expect(positions.keepAssigned(records)).toEqual([records[1]])
})

test('a partition whose end the broker has lost is committed anew from where it is read', () => {
  const positions = opened()
  const known = (...offsets: number[]) => positions.polled(messagesAt(0, ...offsets))
  known(998, 999)
  positions.delivered()
  positions.committed([{ topic: 't', partition: 0, offset: 999 }])
  known(0, 1, 2)
  positions.delivered()
  // The answer to an older commit.
  positions.committed([{ topic: 't', partition: 0, offset: 1000 }])
  expect(positions.committable([at(0, 3n)])).toEqual([{ topic: 't', partition: 0, offset: 3 }])
})
