import { Decimal, type Schema, Struct, schema } from '@penstock/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { simpleHeaderConverter } from './simple-header-converter.ts'

if (simpleHeaderConverter.kind !== 'header_converter') throw new Error('not a header converter')
const headers = simpleHeaderConverter.create(simpleHeaderConverter.config.parse({}))
const read = (text: string) => headers.toConnectHeader('t', 'h', Buffer.from(text))
const write = (of: Schema | null, value: unknown) => headers.fromConnectHeader('t', 'h', of, value)?.toString()

describe('reading infers the type', () => {
  test.each<[string, Schema | null, unknown]>([
    ['', schema.string(), ''],
    ['null', null, null],
    ['true', schema.boolean(), true],
    ['false', schema.boolean(), false],
    ['TRUE', schema.string(), 'TRUE'],
    ['1', schema.int8(), 1],
    ['127', schema.int8(), 127],
    ['128', schema.int16(), 128],
    ['40000', schema.int32(), 40000],
    ['3000000000', schema.int64(), 3000000000n],
    ['+5', schema.int8(), 5],
    ['1.0', schema.int8(), 1],
    ['1e10', schema.int64(), 10000000000n],
    ['99999999999999999999', schema.decimal(0), new Decimal(99999999999999999999n, 0)],
    ['1.5', schema.float32(), 1.5],
    ['0.5', schema.float32(), 0.5],
    ['1e-3', schema.float32(), Math.fround(0.001)],
    ['9.87654321098765', schema.float32(), Math.fround(9.876543)],
    ['1.5e300', schema.float64(), 1.5e300],
    ['2024-01-02', schema.date(), new Date('2024-01-02')],
    ['10:11:12.123Z', schema.time(), new Date('1970-01-01T10:11:12.123Z')],
    ['2024-01-02T10:11:12.123Z', schema.timestamp(), new Date('2024-01-02T10:11:12.123Z')],
    ['2024-02-30', schema.string(), '2024-02-30'],
    ['[1,2,300]', schema.array(schema.int16()), [1, 2, 300]],
    ['[1,3000000000]', schema.array(schema.int64()), [1n, 3000000000n]],
    ['[1,"a"]', null, [1, 'a']],
    ['[]', null, []],
    [
      '{"a":1,"b":2}',
      schema.map(schema.string(), schema.int8()),
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    ],
    ['{7:"x"}', schema.map(schema.int8(), schema.string()), new Map([[7, 'x']])],
    ['{}', null, {}],
    ['[10:11:12.123Z]', schema.array(schema.time()), [new Date('1970-01-01T10:11:12.123Z')]],
    ['[["a"],["b"]]', schema.array(schema.array(schema.string())), [['a'], ['b']]],
    ['["a\\"b\\\\"]', schema.array(schema.string()), ['a"b\\']],
    ['"abc"', schema.string(), '"abc"'],
    ['{a:1}', schema.string(), '{a:1}'],
    ['[1,', schema.string(), '[1,'],
    ['1 2', schema.string(), '1 2'],
    ['[null,1]', schema.string(), '[null,1]'],
    [' 7 ', schema.int8(), 7],
    ['1d', schema.string(), '1d'],
    ['NaN', schema.string(), 'NaN'],
  ])('%s', (text, of, value) => expect(read(text)).toEqual({ schema: of, value }))

  test('null bytes are null', () =>
    expect(headers.toConnectHeader('t', 'h', null)).toEqual({ schema: null, value: null }))

  test('what is nested too deeply is passed on as bytes', () => {
    const text = '['.repeat(100_000)
    expect(read(text)).toEqual({ schema: schema.bytes(), value: Buffer.from(text) })
  })
})

const struct = schema.struct([
  ['k', schema.string()],
  ['n', schema.int8()],
])
describe('writing', () => {
  test.each<[Schema | null, unknown, string | undefined]>([
    [null, null, undefined],
    [schema.string(), 'a "b"', 'a "b"'],
    [schema.int64(), 5n, '5'],
    [schema.float32(), 1.5, '1.5'],
    [schema.boolean(), true, 'true'],
    [null, ['a', 1, 'q"x'], '["a",1,"q\\"x"]'],
    [schema.map(schema.int8(), schema.string()), new Map([[7, 'x']]), '{7:"x"}'],
    [struct, new Struct(struct, { k: 'v', n: 1 }), '{"k":"v","n":1}'],
    [schema.bytes(), Buffer.from('hi'), 'aGk='],
    [schema.time(), new Date(3723004), '01:02:03.004Z'],
    [schema.date(), new Date('2024-01-02'), '2024-01-02'],
    [schema.timestamp(), new Date('2024-01-02T10:11:12.123Z'), '2024-01-02T10:11:12.123Z'],
    [schema.decimal(2), new Decimal(1230n, 2), '12.30'],
  ])('%o %o', (of, value, text) => expect(write(of, value)).toBe(text))
})

test('what was written is read as the same value', () => {
  const item = fc.oneof(fc.string(), fc.integer(), fc.boolean())
  fc.assert(
    fc.property(fc.oneof(fc.array(item), fc.array(fc.string()), fc.array(fc.integer())), (list) => {
      const { value } = read(write(null, list) as string)
      expect((value as unknown[]).map((one) => (typeof one === 'bigint' ? Number(one) : one))).toEqual(list)
    }),
  )
})
