import { Password } from '@penstock/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { extraHeaders, extraHeadersProblem } from './extra-headers.ts'

test('values may hold commas and colons; a comma before a name and a colon begins the next header', () => {
  expect(extraHeaders(new Password('X-Tenant: a, b ,X-Url:http://x:1/,X-Empty:'))).toEqual({
    'x-tenant': 'a, b',
    'x-url': 'http://x:1/',
    'x-empty': '',
  })
  expect(extraHeaders(null)).toEqual({})
})

test.each([
  ['novalue', 'entry 1 must look like Name:value'],
  ['a:1,host:2', 'host can not be set'],
  ['X-Line:a\nb', 'entry 1 must look like'],
  ['X-Text:ключ', 'the value of X-Text holds characters'],
])('%j: %s', (text, message) => {
  expect(extraHeadersProblem(new Password(text))).toContain(message)
})

test('headers without a problem can be sent', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const password = new Password(text)
      if (extraHeadersProblem(password) === undefined) expect(() => new Headers(extraHeaders(password))).not.toThrow()
    }),
  )
})
