import { deserialize, serialize } from 'node:v8'
import { ConfigError, ConnectError, isRetriable, RetriableError, traceOf } from '@penstock/core'
import { expect, test } from 'vitest'
import { packError, unpackError } from './wire-error.ts'

/** As the channel of a forked process carries it. */
const sent = (error: unknown) => unpackError(deserialize(serialize(packError(error))))

test.each([
  ['an error of ours', new ConnectError('a.b', 'broken'), 'a.b', false],
  ['a passing one', new RetriableError('a.b', 'later'), 'a.b', true],
  ['a plugin’s own retriable error', Object.assign(new Error('later'), { retriable: true }), 'executor.error', true],
  ['a problem of the configuration', new ConfigError([{ key: 'k', message: 'broken' }]), 'config.invalid', false],
  ['an error of the system', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED', false],
  ['an error with a number for a code', Object.assign(new Error('x'), { code: -195 }), 'executor.error', false],
  ['something that isn’t an error', 'text', 'executor.error', false],
  ['nothing at all', undefined, 'executor.error', false],
])('%s arrives with message, code and what may be tried again', (_what, error, code, retriable) => {
  const arrived = sent(error)
  expect(arrived).toBeInstanceOf(Error)
  expect(arrived).toMatchObject({ code, message: error instanceof Error ? error.message : String(error) })
  expect(isRetriable(arrived)).toBe(retriable)
})

test('the stack is the one of where it was thrown, with its causes', () => {
  const error = new Error('outer', { cause: new TypeError('inner') })
  expect(sent(error).stack).toBe(traceOf(error))
  expect(sent(error).stack).toContain('\nCaused by: TypeError: inner')
})

test('errors that hold what can’t be sent still arrive', () => {
  const error = Object.assign(new Error('held'), { socket: () => undefined, big: 1n, self: {} })
  error.self = error
  expect(sent(error).message).toBe('held')
})
