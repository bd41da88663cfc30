// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what users write
import { Lazy, parseJson, SinkRecord, Struct, type StructSchema, schema } from '@penstock/core'
import { sinkRecord } from '@penstock/core/testing'
import { describe, expect, test } from 'vitest'
import { apply, applyTo, applyToValue, transformation } from './testing/apply.ts'

const name = 'ReplaceWithRegex'
const line = '2024-05-01 12:34:56,789 WARN [main] c.e.Orders - took 42 ms'
const regex =
  '^(?<at>\\S+ \\S+) (?<level>[A-Z]+) +\\[(?<thread>[^\\]]*)\\] (?<logger>\\S+) - (?<text>.*?(?<ms>\\d+) ms.*)$'
const parsed = { level: 'WARN', thread: 'main', logger: 'c.e.Orders', text: 'took 42 ms' }
const at = Date.UTC(2024, 4, 1, 12, 34, 56, 789)
const convert = 'at:timestamp,ms:int64'

describe('taking a log line apart', () => {
  test('in a field of a map', () => {
    expect(applyToValue(name, { field: 'message', regex, convert }, { message: line, host: 'h' })).toEqual({
      ...{ message: line, host: 'h' },
      ...parsed,
      ...{ at, ms: 42 },
    })
  })

  test('in a field of a struct', () => {
    const of = schema.struct([['message', schema.string()]], { name: 'Log' })
    const record = apply(
      `${name}$Value`,
      { field: 'message', regex, convert },
      { value: new Struct(of, { message: line }), valueSchema: of },
    )
    const updated = record?.value.schema as StructSchema
    expect(updated).toMatchObject({ name: 'Log' })
    expect(updated.fields.map(({ name: field, schema: { type, optional } }) => [field, type, optional])).toEqual([
      ['message', 'STRING', false],
      ['at', 'INT64', true],
      ['level', 'STRING', true],
      ['thread', 'STRING', true],
      ['logger', 'STRING', true],
      ['text', 'STRING', true],
      ['ms', 'INT64', true],
    ])
    const struct = record?.value.value as Struct
    expect([struct.get('at'), struct.get('ms'), struct.get('level')]).toEqual([new Date(at), 42n, 'WARN'])
  })

  test('in the whole value', () => {
    expect(applyToValue(name, { regex, convert, 'target.field': 'message' }, line)).toEqual({
      message: line,
      ...parsed,
      at,
      ms: 42,
    })
    const struct = applyToValue(name, { regex, convert }, line, schema.string()) as Struct
    expect([struct.has('message'), struct.get('ms')]).toEqual([false, 42n])
  })

  test('under a prefix', () => {
    expect(applyToValue(name, { regex: '(?<a>x)', 'fields.prefix': 'log_' }, 'x')).toEqual({ log_a: 'x' })
  })

  test('a group that took no part is null', () => {
    expect(applyToValue(name, { regex: '(?<a>x)|(?<b>y)' }, 'y')).toEqual({ a: null, b: 'y' })
  })

  test('a field or group named like a prototype is a field', () => {
    const value = applyToValue(name, { field: '__proto__', regex: '(?<constructor>x)' }, parseJson('{"__proto__":"x"}'))
    expect(Object.entries(value as object)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'x'],
    ])
  })
})

describe('replacing', () => {
  test.each<[Record<string, string>, string, unknown]>([
    [{ regex: '\\d', replacement: '#' }, 'a1b2', 'a#b#'],
    [{ regex: '\\d', replacement: '#', all: 'false' }, 'a1b2', 'a#b2'],
    [{ regex: '(\\w+)@(\\w+)', replacement: '$2 at $1' }, 'me@home', 'home at me'],
    [{ regex: 'x*', replacement: '-' }, 'a😀b', '-a-😀-b-'],
    [{ regex: '\\d+', replacement: '', 'target.field': 'clean' }, 'a1', { clean: 'a' }],
    [{ regex: '(?<n>\\d+)', replacement: '<${n}>', 'target.field': 'clean' }, 'a12', { n: '12', clean: 'a<12>' }],
  ])('%o in the whole value %s', (raw, text, expected) => expect(applyToValue(name, raw, text)).toEqual(expected))

  test('in a field, or into another', () => {
    const raw = { field: 'card', regex: '\\d(?=\\d{4})', replacement: '*' }
    expect(applyToValue(name, raw, { card: '1234567890' })).toEqual({ card: '******7890' })
    expect(applyToValue(name, { ...raw, 'target.field': 'shown' }, { card: '123456' })).toEqual({
      card: '123456',
      shown: '**3456',
    })
  })

  test('keeps the schema of a string value', () => {
    const record = apply(`${name}$Key`, { regex: 'a', replacement: 'b' }, { key: 'a', keySchema: schema.string() })
    expect(record?.key).toEqual({ schema: schema.string(), value: 'b' })
  })
})

describe('a record without a match', () => {
  const raw = { field: 'm', regex: '(?<n>\\d+)', convert: 'n:int64' }
  test.each([[{ m: 'none' }], [{ m: 5 }], [{}], [{ m: null }], [{ m: '99999999999999999999' }]])('%o', (value) => {
    expect(applyToValue(name, raw, value)).toBe(value)
    expect(apply(`${name}$Value`, { ...raw, 'on.mismatch': 'drop' }, { value })).toBeNull()
    expect(() => applyToValue(name, { ...raw, 'on.mismatch': 'fail' }, value)).toThrow(/the (field m|group n)/)
  })

  test('is kept under target.field where the whole value is the text', () => {
    expect(applyToValue(name, { regex: '(?<n>\\d+)', 'target.field': 'm' }, 'none')).toEqual({ m: 'none' })
    expect(applyToValue(name, { regex: '(?<n>\\d+)' }, 'none')).toBe('none')
  })

  test('and without a value is left alone', () => expect(applyToValue(name, raw, null)).toBeNull())
})

test.each<[string, string, unknown]>([
  ['int64', '+7', 7],
  ['int64', '9223372036854775807', 9223372036854775807n],
  ['float64', '1.5e3', 1500],
  ['boolean', 'TRUE', true],
  ['timestamp', '2024-05-01T12:00:00.5+02:00', Date.UTC(2024, 4, 1, 10, 0, 0, 500)],
  ['timestamp', '2024-05-01', Date.UTC(2024, 4, 1)],
  ['timestamp', '10/Oct/2000:13:55:36 -0700', Date.UTC(2000, 9, 10, 20, 55, 36)],
  ['timestamp', '1700000000', 1700000000000],
  ['timestamp', '1700000000123', 1700000000123],
])('%s reads %s', (type, text, expected) => {
  expect(applyToValue(name, { regex: '(?<v>.+)', convert: `v:${type}` }, text)).toEqual({ v: expected })
})

test.each([
  ['int64', '1.5'],
  ['int64', '9223372036854775808'],
  ['float64', '1,5'],
  ['boolean', 'yes'],
  ['timestamp', '2024-02-30'],
  ['timestamp', '10/Foo/2000:13:55:36 -0700'],
])('%s does not read %s', (type, text) => {
  const raw = { regex: '(?<v>.+)', convert: `v:${type}`, 'on.mismatch': 'fail' }
  expect(() => applyToValue(name, raw, text)).toThrow("the group v can't be read as")
})

test.each<[Record<string, string>, string]>([
  [{}, 'Missing required configuration "regex"'],
  [{ regex: '[' }, 'Invalid value [ for configuration regex: Invalid regex'],
  [{ regex: 'a' }, 'nothing to do'],
  [{ regex: '(?<a>x)', replacement: 'y' }, 'target.field must say where the replaced text goes'],
  [{ regex: '(?<a>x)', convert: 'b:int64' }, 'convert names the group b'],
  [{ regex: '(?<a>x)', convert: 'a:int' }, 'a:int is not name:type with a type of int64, float64, boolean, timestamp'],
  [{ regex: 'a', replacement: '$2' }, 'the replacement names the group 2'],
  [{ regex: 'a', replacement: 'b', 'on.mismatch': 'skip' }, 'String must be one of: keep, fail, drop'],
  [{ regex: '(?=(a+)+b)c', replacement: '' }, 'can take exponential time'],
])('%o is refused', (raw, message) => expect(() => transformation(name, raw)).toThrow(message))

test('a mismatch keeps the bytes of the value undisturbed', () => {
  const json = Buffer.from('{"m":"none"}')
  const value = Lazy.from(() => ({ schema: null, value: { m: 'none' } }), json)
  const record = new SinkRecord(sinkRecord().origin, value, value, [])
  expect(applyTo(transformation(name, { field: 'm', regex: '(?<n>\\d)' }), record)?.valueJson).toBe(json)
})

describe('ExtractWithRegex', () => {
  test('takes groups out and leaves the text as it is', () => {
    const raw = { field: 'message', regex, convert, 'fields.prefix': 'log_' }
    expect(applyToValue('ExtractWithRegex', raw, { message: line })).toMatchObject({
      message: line,
      log_ms: 42,
      log_at: at,
    })
    expect(applyToValue('ExtractWithRegex', { regex: '(?<a>x)', 'target.field': 'line' }, 'x')).toEqual({
      a: 'x',
      line: 'x',
    })
  })

  test('needs a group', () =>
    expect(() => transformation('ExtractWithRegex$Key', { regex: '(a)' })).toThrow('it has no named group'))
})
