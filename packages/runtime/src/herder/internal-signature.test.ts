import { expect, test } from 'vitest'
import { sign } from '../group/session-key.ts'
import { BadRequestError, ForbiddenError, UnavailableError } from './errors.ts'
import { checkSignature } from './internal-signature.ts'

const key = {
  key: Buffer.from('wNkD/+QGv03Cak2HhVSruEVXAZEZKApA2yry/EQmNuw=', 'base64'),
  algorithm: 'HmacSHA256',
  createdAt: 0,
}
const body = Buffer.from('[{"name":"src1","task.class":"x.Y"}]')
const signed = { algorithm: 'HmacSHA256', signature: 'Zb9eZJpcUWT337lH3pvYb6viCiSPc+AX4Vkgqm/Qp74=', body }
const accepted = ['HmacSHA256', 'HmacSHA512']

test('what a JVM worker signed is accepted, with a body and without', () => {
  expect(() => checkSignature(signed, key, accepted)).not.toThrow()
  const empty = { ...signed, body: Buffer.alloc(0), signature: 'nyUS1jWtKcY5Go15LUB1DG8s5K4AcPrF06h1xJsI6VY=' }
  expect(() => checkSignature(empty, key, accepted)).not.toThrow()
})

test('every accepted algorithm may be used, however its name is spelled', () => {
  const signature = sign(key.key, 'HmacSHA512', body).toString('base64')
  expect(() => checkSignature({ algorithm: 'hmacsha512', signature, body }, key, accepted)).not.toThrow()
})

test('a request without a signature is refused', () => {
  expect(() => checkSignature(null, key, accepted)).toThrow(
    expect.objectContaining({
      code: 'internal.missing_signature',
      message: 'Internal request missing required signature',
    }),
  )
})

const misfit = sign(key.key, 'HmacSHA1', body).toString('base64')

test.each([
  ['an unknown algorithm', { algorithm: 'HmacROT13' }, key, BadRequestError, 'internal.malformed_signature'],
  ['a signature that isn’t base64', { signature: 'Zb9e ZJpc!' }, key, BadRequestError, 'internal.malformed_signature'],
  ['an empty signature', { signature: '' }, key, BadRequestError, 'internal.malformed_signature'],
  [
    'an algorithm not in the list',
    { algorithm: 'HmacSHA1', signature: misfit },
    key,
    BadRequestError,
    'internal.unsupported_algorithm',
  ],
  [
    'an algorithm not in the list, before any key',
    { algorithm: 'HmacSHA1' },
    null,
    BadRequestError,
    'internal.unsupported_algorithm',
  ],
  ['no key yet', {}, null, UnavailableError, 'internal.no_key'],
  ['another body', { body: Buffer.from('[]') }, key, ForbiddenError, 'internal.invalid_signature'],
  ['another key', {}, { ...key, key: Buffer.alloc(32) }, ForbiddenError, 'internal.invalid_signature'],
  [
    'another algorithm than it was signed with',
    { algorithm: 'HmacSHA512' },
    key,
    ForbiddenError,
    'internal.invalid_signature',
  ],
  ['a signature that is too short', { signature: 'Zb9eZJpc' }, key, ForbiddenError, 'internal.invalid_signature'],
])('%s is refused', (_what, changes, sessionKey, kind, code) => {
  const check = () => checkSignature({ ...signed, ...changes }, sessionKey, accepted)
  expect(check).toThrow(kind)
  expect(check).toThrow(expect.objectContaining({ code }))
})

test('refusals use Kafka Connect’s words', () => {
  expect(() => checkSignature({ ...signed, body: Buffer.alloc(1) }, key, accepted)).toThrow(
    'Internal request contained invalid signature.',
  )
  expect(() => checkSignature({ ...signed, algorithm: 'HmacSHA1' }, key, accepted)).toThrow(
    /^This worker does not support the 'HmacSHA1' key signing algorithm used by other workers\. .*HmacSHA256, HmacSHA512/,
  )
})
