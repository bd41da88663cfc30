import { expect, test } from 'vitest'
import { reasonOf } from './error-answer.ts'

test('the reason of a failed request is found in JSON and shortened otherwise', () => {
  expect(reasonOf(Buffer.from('{"error":{"type":"x","reason":"y"},"status":400}'))).toBe('x: y')
  expect(reasonOf(Buffer.from('{"error":"no such thing"}'))).toBe('no such thing')
  expect(reasonOf(Buffer.from(`<html>\n${'x'.repeat(1000)}`))).toHaveLength(300)
})

test('credentials that come back in a reason are not told on', () => {
  const body = Buffer.from('{"error":{"type":"x","reason":"not [Basic c2luazpyaWdodA==], nor [ApiKey abc.def-123=]"}}')
  expect(reasonOf(body)).toBe('x: not [Basic …], nor [ApiKey …]')
  expect(reasonOf(Buffer.from('<p>bearer eyJhbGciOiJIUzI1NiJ9.e30.abc</p>'))).toBe('<p>bearer …</p>')
})
