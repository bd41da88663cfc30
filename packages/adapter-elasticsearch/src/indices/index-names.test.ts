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
])('topic %s goes to index %s', (topic, index) => {
  expect(indexOfTopic(topic)).toBe(index)
})

test('a topic of which no name is left is a clear error', () => {
  expect(() => indexOfTopic('___')).toThrow('no index name can be made of the topic name "___"')
})

test('topic.index.map pairs are trimmed', () => {
  expect([...pairsOf(['a : b', 'c:d'])]).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ])
})
