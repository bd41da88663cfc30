import { DataError, Decimal, type Plugin, type RawConfig, type Schema, Struct, schema } from '@penstock/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import plugins, {
  booleanConverter,
  byteArrayConverter,
  doubleConverter,
  floatConverter,
  integerConverter,
  longConverter,
  shortConverter,
  stringConverter,
} from './index.ts'

function converter(plugin: Plugin, raw: RawConfig = {}) {
  if (plugin.kind !== 'converter') throw new Error('not a converter')
  return plugin.create(plugin.config.parse(raw), 'value')
}

describe('StringConverter', () => {
  const strings = converter(stringConverter)
  const text = (of: Schema | null, value: unknown) => strings.fromConnectData('t', of, value)?.toString()

  test('reads an optional string', () => {
    expect(strings.toConnectData('t', Buffer.from('héllo'))).toEqual({
      schema: schema.string({ optional: true }),
      value: 'héllo',
    })
    expect(strings.toConnectData('t', null)).toEqual({ schema: schema.string({ optional: true }), value: null })
    expect(strings.toConnectData('t', Buffer.from([0x61, 0xff])).value).toBe('a\ufffd')
  })

  const struct = schema.struct([
    ['i8', schema.int8()],
    ['gone', schema.string({ optional: true })],
    ['f', schema.float32()],
  ])
  test.each<[Schema | null, unknown, string | undefined]>([
    [null, null, undefined],
    [null, 'x', 'x'],
    [null, { a: 1, b: [1, 'x', null] }, '{a=1, b=[1, x, null]}'],
    [struct, new Struct(struct, { i8: 1, f: Math.fround(0.1) }), 'Struct{i8=1,f=0.1}'],
    [schema.float64(), 1e10, '1.0E10'],
    [schema.float64(), 1, '1.0'],
    [schema.float64(), 1e-5, '1.0E-5'],
    [schema.float64(), 1234567.5, '1234567.5'],
    [schema.float64(), -0, '-0.0'],
    [schema.float64(), Number.POSITIVE_INFINITY, 'Infinity'],
    [schema.int64(), 5n, '5'],
    [schema.boolean(), true, 'true'],
    [schema.decimal(2), new Decimal(1230n, 2), '12.30'],
    [schema.map(schema.string(), schema.float64()), new Map([['k', 2]]), '{k=2.0}'],
    [schema.array(schema.int8()), [1, 2], '[1, 2]'],
  ])('%o %o', (of, value, expected) => expect(text(of, value)).toBe(expected))

  test.each([
    ['ISO-8859-1', 'é', 'e9'],
    ['latin1', '€', '3f'],
    ['US-ASCII', 'é', '3f'],
    ['UTF-16', 'a', 'feff0061'],
    ['UTF-16BE', '€', '20ac'],
    ['UTF-16LE', '€', 'ac20'],
    ['utf8', '€', 'e282ac'],
  ])('writes %s', (encoding, value, hex) => {
    expect(
      converter(stringConverter, { 'converter.encoding': encoding }).fromConnectData('t', null, value)?.toString('hex'),
    ).toBe(hex)
  })

  test('text comes back in every charset', { timeout: 30_000 }, () => {
    for (const encoding of ['UTF-8', 'UTF-16', 'UTF-16BE', 'UTF-16LE']) {
      const any = converter(stringConverter, { 'converter.encoding': encoding })
      fc.assert(
        fc.property(fc.string({ unit: 'binary' }), (value) => {
          expect(any.toConnectData('t', any.fromConnectData('t', null, value)).value).toBe(value)
        }),
      )
    }
  })

  test('refuses a charset it does not know', () => {
    expect(() => converter(stringConverter, { 'converter.encoding': 'EBCDIC' })).toThrow(
      'Invalid value EBCDIC for configuration converter.encoding: Value must be one of: UTF-8',
    )
  })
})

describe('ByteArrayConverter', () => {
  const bytes = converter(byteArrayConverter)
  test('passes bytes', () => {
    expect(bytes.toConnectData('t', Buffer.from('x'))).toEqual({
      schema: schema.bytes({ optional: true }),
      value: Buffer.from('x'),
    })
    expect(bytes.fromConnectData('t', null, new Uint8Array([1]))).toEqual(Buffer.from([1]))
    expect(bytes.fromConnectData('t', schema.bytes(), null)).toBeNull()
  })
  test('refuses all else', () => {
    expect(() => bytes.fromConnectData('t', schema.string(), 'x')).toThrow(
      'Invalid schema type for ByteArrayConverter: STRING',
    )
    expect(() => bytes.fromConnectData('t', null, 'x')).toThrow(DataError)
  })
})

describe('numbers', () => {
  test.each<[Plugin, Schema['type'], unknown, string]>([
    [booleanConverter, 'BOOLEAN', true, '01'],
    [booleanConverter, 'BOOLEAN', false, '00'],
    [shortConverter, 'INT16', -2, 'fffe'],
    [integerConverter, 'INT32', 258, '00000102'],
    [longConverter, 'INT64', -1n, 'ffffffffffffffff'],
    [floatConverter, 'FLOAT32', 1.5, '3fc00000'],
    [doubleConverter, 'FLOAT64', 1.5, '3ff8000000000000'],
  ])('$name', (plugin, type, value, hex) => {
    const any = converter(plugin)
    expect(any.fromConnectData('t', null, value)?.toString('hex')).toBe(hex)
    expect(any.toConnectData('t', Buffer.from(hex, 'hex'))).toMatchObject({ schema: { type, optional: true }, value })
    expect(any.toConnectData('t', null).value).toBeNull()
    expect(() => any.toConnectData('t', Buffer.from(`${hex}00`, 'hex'))).toThrow('Failed to deserialize')
    expect(() => any.fromConnectData('t', schema.string(), 'x')).toThrow('Failed to serialize to')
    expect(() => any.fromConnectData('t', null, 'x')).toThrow('Failed to serialize to')
  })

  test('the exact type is needed', () => {
    expect(() => converter(integerConverter).fromConnectData('t', schema.int64(), 5n)).toThrow(
      'Failed to serialize to integer (was INT64)',
    )
    expect(() => converter(shortConverter).fromConnectData('t', null, 40000)).toThrow(DataError)
    expect(() => converter(booleanConverter).toConnectData('t', Buffer.from([2]))).toThrow('neither 0 nor 1')
    expect(converter(longConverter).fromConnectData('t', null, 5)?.readBigInt64BE()).toBe(5n)
  })
})

describe('every converter', () => {
  test('has its Java class name as first alias', () => {
    for (const { name, aliases } of plugins)
      expect(aliases[0]).toMatch(new RegExp(`^org\\.apache\\.kafka\\.connect\\..*\\.${name}$`))
  })

  test('answers to any bytes with a value or a DataError, also for headers', { timeout: 30_000 }, () => {
    for (const plugin of plugins) {
      const headers =
        plugin.kind === 'header_converter'
          ? plugin.create(plugin.config.parse({}))
          : plugin.kind === 'converter'
            ? plugin.createForHeaders?.(plugin.config.parse({}))
            : undefined
      fc.assert(
        fc.property(fc.option(fc.uint8Array({ maxLength: 12 })), (bytes) => {
          try {
            const { schema: of, value } = headers?.toConnectHeader('t', 'h', bytes) ?? { schema: null, value: null }
            headers?.fromConnectHeader('t', 'h', of, value)
          } catch (error) {
            if (!(error instanceof DataError)) throw error
          }
        }),
      )
    }
  })
})
