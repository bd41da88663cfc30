import { Decimal, Lazy, SinkRecord, Struct, schema } from '@penstock/core'
import { sinkRecord } from '@penstock/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Redactor } from '../../telemetry/redactor.ts'
import { message } from '../fixtures/messages.ts'
import { Shower } from './shown.ts'

const plain = new Shower(new Redactor(), 1_000)
const shownOf = (value: unknown) => plain.record(sinkRecord({ value })).value

test('bytes are shown as text where they are text, and as base64 where not', () => {
  const shown = plain.message(
    message({
      key: Buffer.from('ключ'),
      value: Buffer.from([0, 0, 0, 0, 7, 65]),
      headers: [{ a: Buffer.from([0xff]) }, { b: null as never }],
    }),
  )
  expect(shown).toEqual({
    key: { text: 'ключ', base64: null, bytes: 8, truncated: false },
    value: { text: null, base64: 'AAAAAAdB', bytes: 6, truncated: false },
    headers: [
      { name: 'a', value: { text: null, base64: '/w==', bytes: 1, truncated: false } },
      { name: 'b', value: null },
    ],
  })
})

test('of long bytes the beginning is shown, never half a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 4, max: 40 }), (text, most) => {
      const bytes = Buffer.from(text)
      const { value } = new Shower(new Redactor(), most).message(message({ value: bytes }))
      expect([value?.bytes, value?.truncated]).toEqual([bytes.length, bytes.length > most])
      if (value?.text !== null) expect(text.startsWith(value?.text ?? 'none')).toBe(true)
      else expect(bytes.toString('base64').startsWith((value.base64 ?? '').slice(0, 4))).toBe(true)
    }),
  )
})

test('values are shown as JSON, whatever they are', () => {
  const order = schema.struct([['id', schema.int64()]], { name: 'com.example.Order' })
  const struct = plain.record(sinkRecord({ valueSchema: order, value: new Struct(order, { id: 2n ** 60n }) }))
  expect(struct.value).toEqual({
    schema: 'STRUCT com.example.Order',
    json: '{"id":1152921504606846976}',
    truncated: false,
  })
  expect(shownOf({ a: [1n, null, true], b: Buffer.from('x') }).json).toBe('{"a":[1,null,true],"b":"eA=="}')
  expect(shownOf(new Map<unknown, unknown>([['k', new Date(0)]])).json).toBe('{"k":"1970-01-01T00:00:00.000Z"}')
  expect(shownOf(new Map<unknown, unknown>([[1, 2]])).json).toBe('[[1,2]]')
  expect(shownOf(new Decimal(1234n, 2)).json).toBe('"12.34"')
  expect(shownOf(new Date(Number.NaN)).json).toBe('"Invalid Date"')
  expect(shownOf(undefined)).toEqual({ schema: null, json: 'null', truncated: false })
  let deep: unknown = 1
  for (let level = 0; level < 100_000; level++) deep = [deep]
  expect(shownOf(deep).truncated || shownOf(deep).json.includes('…')).toBe(true)
})

test('long values are cut', () => {
  const shown = new Shower(new Redactor(), 64).record(sinkRecord({ value: 'x'.repeat(100) })).value
  expect(shown).toEqual({ schema: null, json: `"${'x'.repeat(63)}`, truncated: true })
})

test('of headers the first are shown, and of each the beginning', () => {
  const headers = Array.from({ length: 60 }, (_, number) => ({ [`h${number}`]: Buffer.alloc(3_000, 'x') }))
  const shown = new Shower(new Redactor(), 8_000).message(message({ headers }))
  expect(shown.headers).toHaveLength(50)
  expect(shown.headers[0]?.value).toMatchObject({ text: 'x'.repeat(1_024), bytes: 3_000, truncated: true })
})

test('secrets are masked in texts, bytes, names and values', () => {
  const redactor = new Redactor()
  redactor.hide('hunter-two-22')
  const shower = new Shower(redactor, 1_000)
  const secret = Buffer.from('a hunter-two-22')
  const shown = shower.message(
    message({ key: secret, value: Buffer.concat([Buffer.from([0]), secret]), headers: [{ 'hunter-two-22': secret }] }),
  )
  expect(JSON.stringify(shown)).not.toContain('hunter')
  expect(Buffer.from(shown.value?.base64 ?? '', 'base64').toString()).toBe('\u0000a [hidden]')
  const record = sinkRecord({ topic: 'hunter-two-22', value: { 'hunter-two-22': ['hunter-two-22'] } })
  expect(JSON.stringify(shower.record(record))).not.toContain('hunter')
})

test('a value that can not be decoded throws what decoding throws', () => {
  const { origin } = sinkRecord()
  const broken = Lazy.from(() => {
    throw new SyntaxError('no JSON')
  }, null)
  const none = Lazy.of({ schema: null, value: null })
  expect(() => plain.record(new SinkRecord(origin, none, broken, []))).toThrow('no JSON')
})
