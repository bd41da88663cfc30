import { expect, test } from 'vitest'
import { generateSessionKey, isMacAlgorithm, sign, verify } from './session-key.ts'

const key = Buffer.from('wNkD/+QGv03Cak2HhVSruEVXAZEZKApA2yry/EQmNuw=', 'base64')
const body = Buffer.from('[{"name":"src1","task.class":"x.Y"}]')

test('signatures equal those of a worker on the JVM', () => {
  expect(sign(key, 'HmacSHA256', body).toString('base64')).toBe('Zb9eZJpcUWT337lH3pvYb6viCiSPc+AX4Vkgqm/Qp74=')
  expect(sign(key, 'HmacSHA256', Buffer.alloc(0)).toString('base64')).toBe(
    'nyUS1jWtKcY5Go15LUB1DG8s5K4AcPrF06h1xJsI6VY=',
  )
})

test('a signature holds for its key and body only', () => {
  const signature = sign(key, 'HmacSHA256', body)
  expect(verify(key, 'hmacsha256', body, signature)).toBe(true)
  expect(verify(key, 'HmacSHA256', Buffer.from('[]'), signature)).toBe(false)
  expect(verify(generateSessionKey('HmacSHA256', null), 'HmacSHA256', body, signature)).toBe(false)
  expect(verify(key, 'HmacSHA512', body, signature)).toBe(false)
  expect(verify(key, 'HmacSHA256', body, Buffer.alloc(0))).toBe(false)
})

test('keys have the size asked for, or that of the algorithm', () => {
  expect(generateSessionKey('HmacSHA256', null)).toHaveLength(32)
  expect(generateSessionKey('HmacSHA512', null)).toHaveLength(64)
  expect(generateSessionKey('HmacSHA256', 512)).toHaveLength(64)
  expect(generateSessionKey('HmacSHA256', null)).not.toEqual(generateSessionKey('HmacSHA256', null))
})

test('an unknown algorithm is refused', () => {
  expect(isMacAlgorithm('HmacNope')).toBe(false)
  expect(isMacAlgorithm('constructor')).toBe(false)
  expect(() => sign(key, 'HmacNope', body)).toThrow('unknown MAC algorithm HmacNope')
})
