import { codeOf, DataError, Decimal, JsonNumber, type Schema, Struct, schema } from '@penstock/core'
import { describe, expect, test } from 'vitest'
import { converter, envelope, enveloped, outcome, read, sample, schemaless, write } from './testing/json-round.ts'

/** Reads a payload of one type. */
function payload(type: string, text: string, more = ''): unknown {
  return read(envelope(`{"type":"${type}"${more}}`, text)).value
}

describe('the sample envelope', () => {
  test('is read into typed values', () => {
    const { schema: read1, value } = read(sample)
    expect(read1).toMatchObject({
      type: 'STRUCT',
      name: 'com.ex.Rec',
      version: 2,
      doc: 'a doc',
      parameters: { p: 'q' },
    })
    const struct = value as Struct
    expect(struct.schema.fields.map(({ name }) => struct.get(name))).toEqual([
      1,
      1.5,
      'dflt',
      [1, 2],
      new Map([[7, 'x']]),
      new Decimal(1234n, 2),
      new Date('1970-01-04'),
      new Date(1700000000123),
    ])
  })

  test('is written again byte for byte, also when only its payload was parsed', () => {
    const fresh = converter()
    for (let i = 0; i < 3; i++) {
      const { schema: of, value } = read(sample, fresh)
      expect(write(of, value, fresh)).toBe(sample)
    }
  })

  test('keeps one schema object for all records of a topic', () => {
    expect(read(sample).schema).toBe(read(sample.replace('"i8":1', '"i8":2')).schema)
    const reordered = `{"payload":null,"schema":${JSON.stringify({ type: 'string', optional: true })}}`
    expect(read(reordered).schema).toBe(read(reordered).schema)
  })

  test('takes decimals as numbers too, and writes them so on request', () => {
    const numeric = converter({ 'decimal.format': 'numeric' })
    const { schema: of, value } = read(sample.replace('"BNI="', '-12.30'), numeric)
    expect((value as Struct).get('dec')).toEqual(new Decimal(-1230n, 2))
    expect(write(of, value, numeric)).toContain('"dec":-12.30,')
    expect((read(sample.replace('"BNI="', '7')).value as Struct).get('dec')).toEqual(new Decimal(700n, 2))
  })
})

describe('the envelope', () => {
  test.each([
    ['', 'empty'],
    ['{}', 'no members'],
    ['{"schema":null}', 'one member'],
    ['{"schema":null,"payload":1,"more":2}', 'a third member'],
    ['{"a":1}', 'plain JSON'],
    ['[]', 'a list'],
    ['5', 'a number'],
  ])('%s is refused', (text) => {
    expect(() => read(text)).toThrow(
      'JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain additional fields. ',
    )
  })

  test('of the same topic is refused when only its beginning is the known one', () => {
    const fresh = converter()
    read(envelope('null', '{"a":1}'), fresh)
    expect(read(envelope('null', ' {"a":2} '), fresh).value).toEqual({ a: 2 })
    expect(() => read('{"schema":null,"payload":{"a":1},"more":2}', fresh)).toThrow('may not contain additional')
    expect(() => read('{"schema":null,"payload":}', fresh)).toThrow('expected a value, found "}" at byte 25')
    expect(() => read('{"schema":null,"payload":1}}', fresh)).toThrow('expected nothing more')
    // The last of two members of a name counts, as in any JSON.
    expect(read('{"schema":null,"payload":1,"payload":2}', fresh).value).toBe(2)
  })

  test('holds any value without a schema', () => {
    expect(write(null, { a: 1 })).toBe('{"schema":null,"payload":{"a":1}}')
    expect(read('{"schema":null,"payload":{"a":12345678901234567890}}')).toEqual({
      schema: null,
      value: { a: 12345678901234567890n },
    })
  })

  test('is not needed with schema.content', () => {
    const fixed = converter({ 'schema.content': '{"type":"struct","fields":[{"type":"int64","field":"n"}]}' })
    expect((read('{"n":5}', fixed).value as Struct).get('n')).toBe(5n)
    expect(() => converter({ 'schema.content': '{"type":"strukt"}' })).toThrow('unknown type "strukt"')
  })

  test.each([
    ['5', "the envelope's schema must be an object"],
    ['{}', 'must have a "type"'],
    ['{"type":"int9"}', 'unknown type "int9"'],
    ['{"type":"array"}', 'must have "items"'],
    ['{"type":"map","keys":{"type":"string"}}', 'must have "values"'],
    ['{"type":"struct"}', 'must have a list of "fields"'],
    ['{"type":"struct","fields":[{"type":"int8"}]}', 'schema.fields[0] must have its name as "field"'],
    ['{"type":"struct","fields":[{"type":"int8","field":"a"},{"type":"int8","field":"a"}]}', 'two fields named "a"'],
    ['{"type":"int8","optional":"yes"}', 'schema.optional must be true or false'],
  ])('with the schema %s is refused', (text, message) => {
    expect(() => read(envelope(text, '1'))).toThrow(message)
  })
})

describe('null', () => {
  test.each<[string, Schema | null, string | undefined]>([
    ['without a schema is a tombstone', null, undefined],
    [
      'of an optional schema is not',
      schema.string({ optional: true }),
      '{"schema":{"type":"string","optional":true},"payload":null}',
    ],
    [
      'takes the default',
      schema.int8({ default: 7 }),
      '{"schema":{"type":"int8","optional":false,"default":7},"payload":7}',
    ],
  ])('%s', (_what, of, text) => expect(write(of, null)).toBe(text))

  test('of an optional schema is the text null without an envelope', () => {
    expect(write(schema.string({ optional: true }), null, schemaless)).toBe('null')
  })

  test('of a required schema is an error', () => {
    expect(() => write(schema.string(), null)).toThrow(
      'Conversion error: null value for field that is required and has no default value',
    )
    expect(() => payload('string', 'null')).toThrow('Invalid null value for required STRING field')
  })

  test('keeps to itself with replace.null.with.default=false', () => {
    const bare = converter({ 'replace.null.with.default': 'false' })
    const text = envelope('{"type":"int8","optional":true,"default":7}', 'null')
    expect(read(text, bare).value).toBeNull()
    expect(read(text).value).toBe(7)
    expect(write(read(text).schema, null, bare)).toBe(text)
  })

  test('is what a missing field is', () => {
    const of = '{"type":"struct","fields":[{"type":"int8","optional":true,"field":"a"}]}'
    expect((read(envelope(of, '{"unknown":1}')).value as Struct).get('a')).toBeNull()
  })
})

describe('numbers are coerced as Kafka Connect does', () => {
  test.each<[string, string, unknown]>([
    ['int32', '"5"', 0],
    ['int8', '300', 44],
    ['int64', '12345678901234567890', -6101065172474983726n],
    ['int64', '9223372036854775807', 9223372036854775807n],
    ['int64', '5', 5n],
    ['int16', '1.9', 1],
    ['int32', '-1.50', -1],
    ['float', '0.1', Math.fround(0.1)],
    ['double', '0.10', 0.1],
    ['double', '12345678901234567890', Number('12345678901234567890')],
    ['double', '"NaN"', Number.NaN],
  ])('%s of %s', (type, text, value) => expect(payload(type, text)).toEqual(value))
})

test.each([
  ['boolean', '"true"', "BOOLEAN can't be read from a JSON string"],
  ['string', '5', "STRING can't be read from a JSON number"],
  ['bytes', '"a"', "BYTES can't be read from a JSON string that is not base64"],
])('%s of %s is an error', (type, text, message) => expect(() => payload(type, text)).toThrow(message))

describe('logical types', () => {
  const named = (name: string) => `,"name":"org.apache.kafka.connect.data.${name}","version":1`
  test.each([
    ['int32', 'Date', '"3"'],
    ['int32', 'Date', '1.5'],
    ['int32', 'Time', '86400001'],
    ['int64', 'Timestamp', '"2024-01-01"'],
    ['int64', 'Timestamp', '99999999999999999'],
  ])('%s %s refuse %s', (type, name, text) => expect(() => payload(type, text, named(name))).toThrow(DataError))

  test('are checked when written', () => {
    expect(() => write(schema.decimal(3), new Decimal(1n, 2))).toThrow('scale')
    expect(() => write(schema.date(), new Date(1))).toThrow('with a time of day')
    expect(() => write(schema.time(), new Date('2024-01-01'))).toThrow('1970-01-01')
  })
})

describe('writing', () => {
  test.each<[Schema, unknown, string]>([
    [schema.map(schema.string(), schema.int8()), new Map([['a', 1]]), '{"a":1}'],
    [schema.map(schema.int8(), schema.int8()), new Map([[1, 2]]), '[[1,2]]'],
    [schema.bytes(), Buffer.from('hi'), '"aGk="'],
    [schema.float64(), 1e10, '1.0E10'],
    [schema.float64(), 1, '1.0'],
    [schema.float32(), Math.fround(0.1), '0.1'],
    [schema.float64(), Number.NaN, '"NaN"'],
    [schema.int64(), 9007199254740993n, '9007199254740993'],
    [schema.int64(), 5, '5'],
    [schema.string(), '"\u2028\ud800', '"\\"\u2028\\uD800"'],
  ])('%o', (of, value, text) => expect(write(of, value, schemaless)).toBe(text))

  test.each<[Schema, unknown, string]>([
    [schema.int32(), 'x', 'Invalid type for INT32: string'],
    [schema.int8(), 128, 'Invalid type for INT8: integer'],
    [schema.int32(), 1.5, 'Invalid type for INT32: number'],
    [schema.string(), 5, 'Invalid type for STRING: integer'],
    [schema.array(schema.int8()), {}, 'Invalid type for ARRAY: object'],
    [schema.struct([]), new Struct(schema.struct([['a', schema.int8({ optional: true })]])), 'Mismatching schema.'],
  ])('%o refuses %o', (of, value, message) => expect(() => write(of, value)).toThrow(message))

  test('schemaless values may hold what transformations put there', () => {
    const struct = new Struct(schema.struct([['n', schema.int64()]]), { n: 5n })
    const value = { struct, map: new Map([['k', new Decimal(150n, 2)]]), list: [struct], exact: new JsonNumber('0.10') }
    expect(write(null, value, schemaless)).toBe('{"struct":{"n":5},"map":{"k":1.50},"list":[{"n":5}],"exact":0.10}')
  })
})

describe('without schemas', () => {
  test('bytes may pass through undecoded, and only then', () => {
    expect(schemaless.passesJsonThrough).toBe(true)
    expect(enveloped.passesJsonThrough).toBe(false)
  })

  test.each<[string, unknown]>([
    ['', null],
    ['null', null],
    ['{"a":[1,2.5,"x",true,null]}', { a: [1, 2.5, 'x', true, null] }],
    ['9007199254740993', 9007199254740993n],
    ['0.10', new JsonNumber('0.10')],
  ])('%s', (text, value) => expect(read(text, schemaless)).toEqual({ schema: null, value }))

  test('a member named __proto__ stays one', () => {
    const { value } = read('{"__proto__":{"polluted":1}}', schemaless)
    expect(Object.keys(value as object)).toEqual(['__proto__'])
    expect(write(null, value, schemaless)).toBe('{"__proto__":{"polluted":1}}')
  })

  test('null bytes are null', () => {
    for (const any of [schemaless, enveloped])
      expect(any.toConnectData('t', null)).toEqual({ schema: null, value: null })
  })
})

describe('malformed input', () => {
  test.each<[string | Uint8Array, string]>([
    ['{"a":}', 'not valid JSON: expected a value, found "}" at byte 5, after "{\\"a\\":"'],
    ['{"ä":x}', 'not valid JSON: expected a value, found "x" at byte 6'],
    ['{"a":1', 'expected "," or "}", found the end at byte 6'],
    ['{"a":1} {', 'expected nothing more, found "{" at byte 8'],
    ["{'a':1}", 'expected a field name in double quotes, found "\'" at byte 1'],
    ['{"a":1,}', 'expected a field name in double quotes, found "}" at byte 7'],
    ['[1,]', 'expected a value, found "]" at byte 3'],
    ['["a\nb"]', 'found the control character 0x0a inside a string at byte 3'],
    ['["\\x"]', 'found the unknown escape "\\x" at byte 3'],
    ['"abc', 'the text ends inside a string at byte 4'],
    ['01', 'expected nothing more, found "1" at byte 1'],
    ['\ufeff{}', 'found a byte order mark at byte 0'],
    [' ', 'found the end at byte 1'],
    [Buffer.from([0x22, 0xc3, 0x28, 0x22]), 'byte 1 is not UTF-8'],
    [Buffer.from('22efbfbd80', 'hex'), 'byte 4 is not UTF-8'],
  ])('%o', (text, message) => {
    expect(() => read(text, schemaless)).toThrow(message)
    expect(() => read(text, schemaless)).toThrow(DataError)
  })

  test('is quoted by at most forty characters', () => {
    const secret = 'x'.repeat(500)
    try {
      read(`{"password":"${secret}" oops}`, schemaless)
      expect.unreachable()
    } catch (error) {
      expect(codeOf(error)).toBe('json.malformed')
      expect((error as Error).message).not.toContain('x'.repeat(41))
      expect((error as Error).cause).toBeUndefined()
    }
  })

  test('nested thousands deep is an error at worst', { timeout: 30_000 }, () => {
    const deep = (open: string, close: string, core = '1') => open.repeat(10_000) + core + close.repeat(10_000)
    for (const text of [
      deep('[', ']'),
      deep('{"a":', '}'),
      deep('[', ']', '1.50'),
      deep('[', ''),
      deep('[{"a":', '}]'),
    ]) {
      for (const any of [schemaless, enveloped]) {
        for (const input of [text, envelope('null', text), envelope(text, '1')])
          outcome(() => {
            const { schema: of, value } = read(input, any)
            return write(of, value, any)
          })
      }
    }
    let nested: Schema = schema.int8()
    let value: unknown = 1
    for (let i = 0; i < 20_000; i++) [nested, value] = [schema.array(nested), [value]]
    expect(codeOf(outcome(() => write(nested, value)))).toBe('json.too_deep')
    expect(codeOf(outcome(() => write(null, value)))).toBe('json.too_deep')
    const list = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(write(null, read(list(1000), schemaless).value)).toBe(envelope('null', list(1000)))
  })
})
