import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changesOf, keepsSecret, misusedMasks, withValue } from './config-changes.ts'

const base = { topics: 'a', 'connection.password': '[hidden]', 'batch.size': '10' }

test('only what differs is sent, and a secret that nobody touched is not', () => {
  const edited = withValue(withValue(base, 'topics', 'b'), 'batch.size', '')
  expect(changesOf(base, edited)).toEqual({ topics: 'b', 'batch.size': null })
  expect(keepsSecret(base, edited, 'connection.password')).toBe(true)
})

test('a secret can be replaced and removed', () => {
  expect(changesOf(base, withValue(base, 'connection.password', 'new'))).toEqual({ 'connection.password': 'new' })
  expect(changesOf(base, withValue(base, 'connection.password', ''))).toEqual({ 'connection.password': null })
})

test('the mask is a value nowhere else', () => {
  expect(misusedMasks(base, { ...base, 'connection.username': '[hidden]' })).toEqual(['connection.username'])
  expect(misusedMasks({}, base)).toEqual(['connection.password'])
  expect(misusedMasks(base, base)).toEqual([])
})

test('whatever is edited, the changes lead from the one config to the other', () => {
  const config = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('1', '2', '[hidden]'))
  fc.assert(
    fc.property(config, config, (from, to) => {
      const applied = Object.entries({ ...from, ...changesOf(from, to) }).filter(([, value]) => value !== null)
      expect(Object.fromEntries(applied)).toEqual({ ...to })
      const masked = Object.keys(changesOf(from, to)).filter((key) => changesOf(from, to)[key] === '[hidden]')
      expect(masked).toEqual(misusedMasks(from, to).filter((key) => masked.includes(key)))
    }),
  )
})
