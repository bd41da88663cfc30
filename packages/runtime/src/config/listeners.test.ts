import { expect, test } from 'vitest'
import { workerWith } from './fixtures/worker.ts'
import { isLoopback, mainListeners, parseListener } from './listeners.ts'

test('without listeners and users only this machine is let in', () => {
  expect(mainListeners(workerWith())).toEqual({ listeners: ['http://127.0.0.1:8083'], chosen: false })
})

test('listeners that are named are those', () => {
  expect(mainListeners(workerWith({ listeners: 'http://:8083,http://x:1' }))).toEqual({
    listeners: ['http://:8083', 'http://x:1'],
    chosen: true,
  })
})

test('a worker that asks who somebody is lets everybody ask', () => {
  const users = { 'rest.authentication.methods': 'basic', 'rest.authentication.basic.file': 'f' }
  expect(mainListeners(workerWith(users)).listeners).toEqual(['http://:8083'])
})

test.each([
  ['http://127.0.0.1:1', true],
  ['http://127.9.8.7:1', true],
  ['http://localhost:1', true],
  ['https://[::1]:1', true],
  ['http://:1', false],
  ['http://0.0.0.0:1', false],
  ['http://[::]:1', false],
  ['http://127.example.com:1', false],
])('%s is for this machine alone: %s', (text, expected) => {
  const listener = parseListener(text)
  expect(listener && isLoopback(listener)).toBe(expected)
})
