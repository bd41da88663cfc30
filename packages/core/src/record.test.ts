import { expect, test } from 'vitest'
import { sinkRecord } from './testing/index.ts'

const key = { schema: null, value: 'k' }

test('a part of a part keeps the whole way', () => {
  const part = sinkRecord({ topic: 't', offset: 4n }).asPart(2).asPart(0)
  expect([part.part, String(part)]).toEqual(['2.0', 't-0@4 part 2.0'])
  expect(part.with({ topic: 'u' }).part).toBe('2.0')
})

test('a part knows whether its key was set after the split', () => {
  expect(sinkRecord().with({ key }).partHasOwnKey).toBe(false)
  expect(sinkRecord().with({ key }).asPart(0).partHasOwnKey).toBe(false)
  const keyed = sinkRecord().asPart(0).with({ key })
  expect(keyed.partHasOwnKey).toBe(true)
  expect(keyed.with({ topic: 'u' }).partHasOwnKey).toBe(true)
  expect(keyed.asPart(1).partHasOwnKey).toBe(false)
})
