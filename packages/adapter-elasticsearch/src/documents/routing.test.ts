import { expect, test } from 'vitest'
import { config } from '../config/config.ts'
import { TopicNames } from './routing.ts'

test('two topics that share an index by the rules of names are told, once; those that are meant to share one are not', () => {
  const warnings: string[] = []
  const names = new TopicNames(
    config.parse({
      'connection.url': 'http://localhost:9200',
      'topic.index.map': 'a:shared,b:shared',
      'index.topic.regex': 'shop-(\\d+)',
      'index.topic.replacement': 'shops',
    }),
    { warn: (text) => void warnings.push(text) },
  )
  const topics = ['a', 'b', 'shop-1', 'shop-2', 'orders', 'orders', 'Orders']
  expect(topics.map((topic) => names.of(topic))).toEqual([
    ...['shared', 'shared', 'shops', 'shops'],
    ...['orders', 'orders', 'orders'],
  ])
  expect(warnings).toEqual([expect.stringContaining('topics orders and Orders both go to index orders')])
})
