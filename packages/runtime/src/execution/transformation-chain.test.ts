import { SinkRecord, StageError } from '@penstock/core'
import { sinkRecord } from '@penstock/core/testing'
import { expect, test } from 'vitest'
import { ChainWalk } from './chain-walk.ts'
import { link } from './fixtures/task-parts.ts'
import { type ChainLink, TransformationChain } from './transformation-chain.ts'

const record = sinkRecord({ topic: 't' })
const append = (text: string) => link((given) => given.with({ topic: given.topic + text }))
/** What becomes of the record where nothing waits and no failure is recovered from. */
const walk = (links: readonly ChainLink[]): SinkRecord | null => {
  const walked = new ChainWalk<SinkRecord>(new TransformationChain(links)).from(
    0,
    record,
    (_record, _attempt, error) => {
      throw error
    },
  )
  if (walked === null || walked instanceof SinkRecord) return walked
  throw new Error('it gave a promise or several records')
}
const apply = (...links: Parameters<typeof link>[]) => walk(links.map((args) => link(...args)))

test('links apply in their order', () => {
  expect(walk([append('1'), append('2')])?.topic).toBe('t12')
})

test('an empty chain gives the record back', () => {
  expect(walk([])).toBe(record)
})

test('what is dropped goes no further', () => {
  const seen: unknown[] = []
  const note = link((given) => {
    seen.push(given)
    return given
  })
  expect(walk([link(() => null), note])).toBeNull()
  expect(seen).toEqual([])
})

test.each([
  [true, false, 'changed'],
  [true, true, 't'],
  [false, false, 't'],
  [false, true, 'changed'],
])('a predicate that says %s, negated %s: the topic is %s', (holds, negate, topic) => {
  const change = apply([(given) => given.with({ topic: 'changed' }), { predicate: { test: () => holds }, negate }])
  expect(change?.topic).toBe(topic)
})

test.each([
  ['a transformation', { transformation: { apply: () => fail() } }],
  ['a predicate', { predicate: { test: () => fail() } }],
])('%s that throws is a TRANSFORMATION failure of its link', (_what, options) => {
  expect(() => apply([(given) => given, options])).toThrow(
    expect.objectContaining({ stage: 'TRANSFORMATION', executingClass: 'Change', message: 'no such field' }),
  )
})

test('a value that can’t be decoded keeps its own stage', () => {
  const failure = new StageError('VALUE_CONVERTER', 'Json', new Error('malformed'))
  const decode = (): never => {
    throw failure
  }
  expect(() => apply([decode])).toThrow(failure)
})

test('every link is closed', async () => {
  const closed: string[] = []
  const closing = (name: string) =>
    link((given) => given, { transformation: { apply: (r) => r, close: () => void closed.push(name) } })
  await new TransformationChain([closing('a'), append('x'), closing('b')]).close()
  expect(closed).toEqual(['a', 'b'])
})

function fail(): never {
  throw new Error('no such field')
}
