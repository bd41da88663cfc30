import { expect, test } from 'vitest'
import { kafkaErrorCode, kafkaErrors } from './protocol-errors.ts'

const protocolError = Object.assign(new Error('not the coordinator'), { apiCode: 16 })

test.each<[string, unknown, number | null]>([
  ['the error itself', protocolError, 16],
  ['the cause of another', new Error('failed', { cause: new Error('why', { cause: protocolError }) }), 16],
  ['one of several', new AggregateError([new Error('socket'), protocolError]), 16],
  [
    'several within the cause',
    new Error('x', { cause: new AggregateError([new AggregateError([protocolError])]) }),
    16,
  ],
  ['several without a code, and a cause', Object.assign(new Error('x', { cause: protocolError }), { errors: [] }), 16],
  ['a failed connection', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), null],
  ['something that isn’t an error', 'boom', null],
  ['nothing', undefined, null],
  ['null', null, null],
])('the code is found in %s', (_where, error, code) => {
  expect(kafkaErrorCode(error)).toBe(code)
})

test('coordinators that move or load are worth another try, refusals are not', () => {
  const { retriable } = kafkaErrors
  const { notCoordinator, coordinatorNotAvailable, coordinatorLoadInProgress, rebalanceInProgress } = kafkaErrors
  const { topicAuthorizationFailed, unknownMemberId, invalidReplicationFactor } = kafkaErrors
  for (const code of [notCoordinator, coordinatorNotAvailable, coordinatorLoadInProgress, rebalanceInProgress]) {
    expect(retriable.has(code)).toBe(true)
  }
  for (const code of [topicAuthorizationFailed, unknownMemberId, invalidReplicationFactor]) {
    expect(retriable.has(code)).toBe(false)
  }
})
