import { Struct, schema } from '@penstock/core'
import { type SinkRecordFields, sinkRecord } from '@penstock/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { IndexFormat, indexFormatProblem } from './index-format.ts'
import { timeZoneProblem } from './time-zone.ts'

const evening = Date.UTC(2026, 0, 31, 23, 30)
const header = (name: string, value: unknown) => ({ name, schema: null, value })

interface More {
  readonly missing?: string
  readonly timestampField?: string
  readonly timeZone?: string
}

function nameOf(format: string, fields: SinkRecordFields = {}, more: More = {}): string {
  const names = new IndexFormat({ format, missing: '', timestampField: '', timeZone: 'UTC', ...more })
  return names.nameFor(sinkRecord({ timestamp: evening, partition: 3, value: {}, ...fields }), 'orders')
}

test.each<[string, SinkRecordFields, More, string]>([
  ['logs-{topic}-{+yyyy.MM.dd}', {}, {}, 'logs-orders-2026.01.31'],
  ['{topic}', {}, {}, 'orders'],
  ['{topic}-{partition}', {}, {}, 'orders-3'],
  ['{topic}-{+yyyy.MM.dd}', {}, { timeZone: 'Europe/Berlin' }, 'orders-2026.02.01'],
  ['{topic}-{+HH.mm}', {}, { timeZone: 'Asia/Kolkata' }, 'orders-05.00'],
  ["{+xxxx-'w'ww}", { timestamp: Date.UTC(2021, 0, 3) }, {}, '2020-w53'],
  ['{topic}-{+yy.DDD.ss}', {}, {}, 'orders-26.031.00'],
  ['{ customer.country }-x', { value: { customer: { country: 'DE' } } }, {}, 'de-x'],
  ['{/a.b/c}', { value: { 'a.b': { c: 7n } } }, {}, '7'],
  ['{value.topic}', { value: { topic: 'T' } }, {}, 't'],
  ['{value.key}-{key}', { value: { key: 1 }, key: 'K' }, {}, '1-k'],
  ['{key.region}', { key: { region: 'EU/1' } }, {}, 'eu_1'],
  ['a-{header.tenant.id}', { headers: [header('tenant.id', 'x'), header('tenant.id', Buffer.from('Ä '))] }, {}, 'a-ä_'],
  ['{b}', { value: { b: '-_+.Hidden' } }, {}, 'hidden'],
  ['x-{b}', { value: { b: 'a\ud800\n"\u0000' } }, {}, 'x-a\ufffd___'],
  ['.own-{b}', { value: { b: true } }, {}, '.own-true'],
  ['{b}-x', {}, { missing: 'none' }, 'none-x'],
  ['{+yyyy}', { timestamp: null }, { missing: 'undated' }, 'undated'],
  ['x-{+yyyy}', { value: { at: '2024-05-06T07:08:09.123+02:00' } }, { timestampField: 'at' }, 'x-2024'],
  ['x-{+HH}', { value: { at: '2024-05-06 07:08' } }, { timestampField: 'at' }, 'x-07'],
  ['x-{+dd}', { value: { at: '2024-05-06' } }, { timestampField: 'at' }, 'x-06'],
  ['x-{+HH}', { value: { at: '2024-05-06T07:08:09+0230' } }, { timestampField: 'at' }, 'x-04'],
  ['x-{+yyyy}', { value: { at: 1_700_000_000_000n } }, { timestampField: 'at' }, 'x-2023'],
  ['x-{+yyyy}', { headers: [header('at', new Date(0))] }, { timestampField: 'header.at' }, 'x-1970'],
])('%s (%#)', (format, fields, more, expected) => {
  expect(indexFormatProblem(format)).toBeUndefined()
  expect(nameOf(format, fields, more)).toBe(expected)
})

test('fields of structs and maps are found too', () => {
  const inner = schema.struct([['country', schema.string()]])
  const outer = schema.struct([['customer', inner]])
  const value = new Struct(outer, { customer: new Struct(inner, { country: 'FR' }) })
  expect(nameOf('{customer.country}', { value, valueSchema: outer })).toBe('fr')
  expect(nameOf('{customer.country}', { value: new Map([['customer', new Map([['country', 'IT']])]]) })).toBe('it')
})

test.each<[string, SinkRecordFields, More, string]>([
  ['{b}', {}, {}, 'has no {b} for index.name.format {b}; set index.name.missing'],
  ['{b}', { value: { b: '' } }, {}, 'has no {b}'],
  ['{toString}', {}, {}, 'has no {toString}'],
  ['{b}', { value: { b: { c: 1 } } }, {}, '{b} of index.name.format {b} is an object'],
  ['{b}', { value: { b: [1] } }, {}, 'is a list'],
  ['{b}', { value: { b: '...' } }, {}, 'leaves no index name'],
  ['{+yyyy}', { timestamp: null }, {}, 'has no timestamp for'],
  [
    '{+yyyy}',
    { value: { at: 'soon' } },
    { timestampField: 'at' },
    'at (index.timestamp.field) of record topic-0@0 is no time',
  ],
  ['{+yyyy}', { value: { at: 9e15 } }, { timestampField: 'at' }, 'is no time'],
])('%s is an error of the record where it can’t be told (%#)', (format, fields, more, message) => {
  expect(() => nameOf(format, { partition: 0, ...fields }, more)).toThrow(message)
})

test.each([
  ['logs-{', 'a { is not closed; for example logs-{topic}-{+yyyy.MM.dd}'],
  ['logs-}', 'a } is not opened'],
  ['{{topic}}', 'a { is not closed'],
  ['{}', '{} in {} names nothing'],
  ['Logs-{topic}', 'index names are in lower case, "Logs-" in Logs-{topic} is not'],
  ['a b', 'can not hold " "'],
  ['a:{topic}', 'can not hold ":"'],
  ['-{topic}', 'can not begin with "-"'],
  ['{a..b}', 'has an empty step'],
  ['{/a~b}', 'is no JSON Pointer'],
  ['{+}', 'tells no time'],
  ['{+YYYY.MM}', 'YYYY is the year of the week in Java and the year of the day in Logstash: write yyyy'],
  ['{+yyyy-DD}', 'days of the month are dd'],
  ['{+hh}', 'hours are HH'],
  ['{+MMM}', 'MMM in {+MMM} is no part of a time here'],
  ["{+yyyy'x}", 'is not closed'],
  ["{+yyyy'T'HH}", 'is not'],
  ['{+yyyy/MM}', 'can not hold "/"'],
])('%s is refused: %s', (format, message) => {
  expect(indexFormatProblem(format)).toContain(message)
})

test('unknown time zones are refused', () => {
  expect(timeZoneProblem('Europe/Berlin')).toBeUndefined()
  expect(timeZoneProblem('utc')).toBeUndefined()
  expect(timeZoneProblem('Mars/Olympus')).toContain('write UTC or a name like Europe/Berlin')
})

/** What Elasticsearch says of names. */
function isValidIndexName(name: string): boolean {
  return (
    name !== '.' &&
    name !== '..' &&
    name.length > 0 &&
    Buffer.byteLength(name) <= 255 &&
    name === name.toLowerCase() &&
    !/^[-_+]/.test(name) &&
    !/[\\/*?"<>| ,#:]/.test(name)
  )
}

describe('whatever records hold', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: fc.constantFrom('.', '-', '_', '+', 'A', '/', ':', ' ', 'İ', 'ß', 'Σ') }),
  )

  test('names are valid, or the record is refused', () => {
    const formats = fc.constantFrom('{a}', 'x{a}', '{a}-{header.h}', '.{a}', '{a}{+yyyy}', '{key}{a}')
    fc.assert(
      fc.property(formats, texts, texts, fc.integer(), (format, a, h, timestamp) => {
        let name: string
        try {
          name = nameOf(format, { value: { a }, key: h, headers: [header('h', h)], timestamp })
        } catch (error) {
          expect(error).toMatchObject({ name: 'DataError' })
          return
        }
        expect({ name, valid: isValidIndexName(name) }).toEqual({ name, valid: true })
      }),
      { numRuns: 500 },
    )
  })

  test('a stretch of time that shares a route shares a name', () => {
    const patterns = fc.constantFrom('yyyy.MM.dd', 'xxxx.ww', 'yyyy.MM.dd.HH', 'HH.mm', 'yy.DDD', 'ss')
    const zones = fc.constantFrom('UTC', 'America/St_Johns', 'Africa/Monrovia', 'Asia/Kathmandu')
    const instants = fc.integer({ min: -2e12, max: 4e12 })
    fc.assert(
      fc.property(
        patterns,
        zones,
        instants,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (pattern, timeZone, at, share) => {
          const names = new IndexFormat({ format: `x{+${pattern}}`, missing: '', timestampField: '', timeZone })
          const step = names.stepAt(at)
          const from = Math.floor(at / step) * step
          const other = from + Math.floor(share * (step - 1))
          const name = (timestamp: number) => names.nameFor(sinkRecord({ timestamp }), '')
          expect(name(at)).toBe(name(other))
        },
      ),
    )
  })

  test('dates are those of the calendar', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          expect(nameOf('x{+yyyy-MM-dd HH}'.replace(' ', '.'), { timestamp: date.getTime() })).toBe(
            `x${date.toISOString().slice(0, 13).replace('T', '.')}`,
          )
        },
      ),
    )
  })
})
