import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Decimal } from './decimal.ts'

test.each([
  ['12.34', 1234n, 2, '12.34'],
  ['-12.30', -1230n, 2, '-12.30'],
  ['0.05', 5n, 2, '0.05'],
  ['-0.5', -5n, 1, '-0.5'],
  ['7', 7n, 0, '7'],
  ['1.5e3', 15n, -2, '1500'],
  ['1e-3', 1n, 3, '0.001'],
])('%s', (text, unscaled, scale, plain) => {
  const decimal = Decimal.parse(text)
  expect([decimal.unscaled, decimal.scale, decimal.toString()]).toEqual([unscaled, scale, plain])
})

test.each(['', 'a', '1.2.3', '--1', '1e99999', '0x10'])('%j is no decimal', (text) => {
  expect(() => Decimal.parse(text)).toThrow('is not a decimal number')
})

describe('bytes', () => {
  test.each([
    [0n, '00'],
    [1n, '01'],
    [127n, '7f'],
    [128n, '0080'],
    [-1n, 'ff'],
    [-128n, '80'],
    [-129n, 'ff7f'],
    [1234n, '04d2'],
  ])('%d is written as %s, as Java does', (unscaled, hex) => {
    expect(new Decimal(unscaled, 0).toBytes().toString('hex')).toBe(hex)
  })

  test('any unscaled value comes back', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.integer({ min: 0, max: 30 }), (unscaled, scale) => {
        expect(Decimal.fromBytes(new Decimal(unscaled, scale).toBytes(), scale).unscaled).toBe(unscaled)
      }),
    )
  })
})

test('text comes back', () => {
  fc.assert(
    fc.property(fc.bigInt(), fc.integer({ min: 0, max: 30 }), (unscaled, scale) => {
      const again = Decimal.parse(new Decimal(unscaled, scale).toString())
      expect([again.unscaled, again.scale]).toEqual([unscaled, scale])
    }),
  )
})
