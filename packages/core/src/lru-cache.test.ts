import { expect, test } from 'vitest'
import { LruCache } from './lru-cache.ts'

test('the entry that was not used for longest gives way', () => {
  const cache = new LruCache<string, number>(2)
  cache.set('a', 1)
  cache.set('b', 2)
  cache.get('a')
  cache.set('c', 3)
  expect([cache.get('a'), cache.get('b'), cache.get('c'), cache.size]).toEqual([1, undefined, 3, 2])
})

test('makes what it does not have, once', () => {
  const cache = new LruCache<string, number>(1)
  let made = 0
  expect([cache.through('a', () => ++made), cache.through('a', () => ++made)]).toEqual([1, 1])
})

test('without capacity nothing is kept', () => {
  const cache = new LruCache<string, number>(0)
  expect([cache.through('a', () => 1), cache.size]).toEqual([1, 0])
})
