import { DataError } from '@penstock/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { indexOfTopic, pairsOf } from './index-names.ts'

test.each([
  ['Orders', 'orders'],
  ['_-+__orders', 'orders'],
  ['a:b', 'a_b'],
  ['.', 'dot'],
  ['..', 'dotdot'],
  ['_.', 'dot'],
  ['x'.repeat(300), 'x'.repeat(255)],
  ['é'.repeat(200), 'é'.repeat(127)],
  ['\ud800x', '\ufffdx'],
])('topic %s goes to index %s', (topic, index) => {
  expect(indexOfTopic(topic)).toBe(index)
})

test.each(['___', '', 'a b', 'logs*', 'a,b', '<a-{now/d}>', 'a#', 'a/b', 'a"b', 'a\nb'])(
  'a topic called %j, of which no name can be made, is a clear error',
  (topic) => {
    expect(() => indexOfTopic(topic)).toThrow(`no index name can be made of the topic name ${JSON.stringify(topic)}`)
  },
)

test('whatever the topic, its index is a name that fits into a path, or it is a DataError', () => {
  const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ maxLength: 300 }), fc.constant('\ud800orders'))
  fc.assert(
    fc.property(texts, (topic) => {
      try {
        const name = indexOfTopic(topic)
        expect(decodeURIComponent(encodeURIComponent(name))).toBe(name)
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255)
        expect(name).not.toMatch(/^[-_+]|^\.\.?$|[\\/*?"<>| ,#:]/)
      } catch (error) {
        expect(error).toBeInstanceOf(DataError)
      }
    }),
  )
})

test('topic.index.map pairs are trimmed', () => {
  expect([...pairsOf(['a : b', 'c:d'])]).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ])
})
