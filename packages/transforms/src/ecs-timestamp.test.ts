import { sinkRecord } from '@penstock/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyToValue, transformation } from './testing/apply.ts'

/** Nothing of the record itself, to see the rest. */
const bare = { 'kafka.fields': '' }
const from = (value: unknown, raw: Record<string, string> = {}) => applyToValue('Ecs', { ...bare, ...raw }, value)
/** 1_700_000_000_000, the timestamp of the records. */
const at = '2023-11-14T22:13:20.000Z'
const ecs = { version: '8.11.0' }

describe('@timestamp', () => {
  test.each([
    ['2024-02-29T10:11:12.123456789Z', '2024-02-29T10:11:12.123456789Z'],
    ['2024-02-29T10:11:12,5+0230', '2024-02-29T10:11:12.5+02:30'],
    ['2024-02-29 10:11-02', '2024-02-29T10:11-02:00'],
    ['2024-02-29T10:11:12', '2024-02-29T10:11:12Z'],
    ['2024-02-29', '2024-02-29T00:00Z'],
    [1_700_000_000_000, at],
    [1_700_000_000_000n, at],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
  ])('is read from %o', (time, text) => {
    expect(from({ '@timestamp': time })).toEqual({ '@timestamp': text, ecs })
    expect(from({ t: { at: time } }, { 'timestamp.field': 't.at' })).toEqual({ '@timestamp': text, ecs })
  })

  test('is read by a pattern and by a precision', () => {
    const raw = { 'timestamp.field': 't', 'timestamp.format': 'dd/MMM/yyyy:HH:mm:ss Z' }
    expect(from({ t: '10/Oct/2000:13:55:36 -0700' }, raw)).toMatchObject({ '@timestamp': '2000-10-10T20:55:36.000Z' })
    const seconds = { 'timestamp.field': 't', 'unix.precision': 'seconds' }
    expect(from({ t: 1_700_000_000.123 }, seconds)).toMatchObject({ '@timestamp': '2023-11-14T22:13:20.123Z' })
    expect(from({ t: 1_700_000_000 }, seconds)).toMatchObject({ '@timestamp': at })
  })

  test.each([
    ['soon'],
    ['2023-02-29T10:00:00Z'],
    ['2024-01-01T24:00:00Z'],
    ['2024-01-01T10:00:60Z'],
    [true],
    [{}],
    [[at]],
    [1e18],
  ])('a field that holds %o is marked, or fails the record', (time) => {
    const tags = ['_timestampparsefailure']
    expect(from({ '@timestamp': time })).toEqual({ '@timestamp': at, '_@timestamp': time, ecs, tags })
    expect(from({ t: time }, { 'timestamp.field': 't' })).toEqual({ '@timestamp': at, t: time, ecs, tags })
    expect(() => from({ t: time }, { 'timestamp.field': 't', 'on.invalid.timestamp': 'fail' })).toThrow(
      'the field t of record t-3@41 holds no time',
    )
  })

  test('a record without any time fails', () => {
    const record = sinkRecord({ value: { '@timestamp': null }, timestamp: null })
    expect(() => transformation('Ecs').apply(record)).toThrow('has no timestamp, nor a time in the field @timestamp')
  })

  test('one that is there is in the way of another, unless it moves', () => {
    const value = { t: '2024-01-01T00:00:00Z', '@timestamp': '2023-01-01T00:00:00Z' }
    const raw = { 'timestamp.field': 't' }
    expect(() => from(value, raw)).toThrow('the field @timestamp is there already')
    expect(from(value, { ...raw, 'on.conflict': 'keep' })).toEqual({ ...value, ecs })
    expect(from(value, { ...raw, 'on.conflict': 'replace' })).toEqual({ '@timestamp': value.t, ecs })
    expect(from(value, { ...raw, fields: '@timestamp:event.created' })).toEqual({
      '@timestamp': value.t,
      event: { created: value['@timestamp'] },
      ecs,
    })
  })
})

test('a time that is read as text is the same instant', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
      const made = from({ '@timestamp': date.toISOString() }) as Record<string, string>
      expect(made['@timestamp']).toBe(date.toISOString())
      expect(from({ '@timestamp': date.getTime() })).toEqual(made)
    }),
  )
})

test('any text for a time gives a document', () => {
  fc.assert(
    fc.property(fc.anything(), (time) => {
      const made = from({ '@timestamp': time }) as Record<string, string>
      expect(Number.isNaN(Date.parse(made['@timestamp'] as string))).toBe(false)
    }),
  )
})
