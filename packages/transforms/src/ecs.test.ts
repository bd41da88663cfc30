import { readFileSync } from 'node:fs'
import { ConfigError, Decimal, JsonNumber, type SinkRecord, Struct, schema } from '@penstock/core'
import { sinkRecord } from '@penstock/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyTo, applyToValue, transformation } from './testing/apply.ts'

/** Nothing of the record itself, to see the rest. */
const bare = { 'kafka.fields': '' }
const from = (value: unknown, raw: Record<string, string> = {}) => applyToValue('Ecs', { ...bare, ...raw }, value)
/** 1_700_000_000_000, the timestamp of the records. */
const at = '2023-11-14T22:13:20.000Z'
const ecs = { version: '8.11.0' }

describe('a value without a schema', () => {
  test('becomes a document that says when, where from, and by which version of ECS', () => {
    const record = sinkRecord({ topic: 't', partition: 3, offset: 41n, key: 'k', value: { message: 'm' } })
    const made = applyTo(transformation('Ecs$Value'), record.with({ topic: 'renamed' }))
    expect(made?.value.value).toEqual({
      '@timestamp': at,
      ecs,
      message: 'm',
      kafka: { topic: 't', partition: 3, offset: 41, key: 'k' },
    })
  })

  test('has its fields moved, through objects that are made, merged, or gone when they are empty', () => {
    const value = { host: 'web1', log: { file: { path: '/l' } }, lvl: 'INFO', a: { b: { c: 1 } } }
    expect(from(value, { fields: 'host:host.name,lvl:log.level,a.b.c:http.response.status_code,none:x' })).toEqual({
      '@timestamp': at,
      ecs,
      host: { name: 'web1' },
      log: { file: { path: '/l' }, level: 'INFO' },
      http: { response: { status_code: 1 } },
    })
  })

  test('may have two fields change places', () => {
    expect(from({ a: 1, b: 2 }, { fields: 'a:b,b:a' })).toEqual({ '@timestamp': at, ecs, a: 2, b: 1 })
  })

  test('a text becomes the message', () => {
    expect(from('a line')).toEqual({ '@timestamp': at, ecs, message: 'a line' })
  })

  test('null stays null, what has no fields is refused', () => {
    expect(from(null)).toBe(null)
    for (const value of [5, [], true]) expect(() => from(value)).toThrow(/Only Map objects supported/)
  })

  test('names with dots become objects, as logging libraries for ECS mean them', () => {
    const value = { 'log.level': 'INFO', log: { logger: 'l' }, 'ecs.version': '1.2.0', 'a..b': 1 }
    const log = { level: 'INFO', logger: 'l' }
    expect(from(value)).toEqual({ '@timestamp': at, ecs: { version: '1.2.0' }, log, 'a..b': 1 })
    expect(from({}, { 'ecs.version': '' })).toEqual({ '@timestamp': at })
    expect(from(value, { 'expand.dots': 'false' })).toMatchObject({ 'log.level': 'INFO' })
    expect(() => from({ 'a.b': 1, a: 2 })).toThrow('the field a holds a value where an object is to be')
    expect(from({ 'a.b': 1, a: 2 }, { 'on.conflict': 'keep' })).toMatchObject({ 'a.b': 1, a: 2 })
  })

  test('gets fixed fields of event, labels and tags', () => {
    const raw = {
      event: 'dataset:shop.orders,kind:event,category:web,category:network',
      labels: 'env:prod',
      tags: 'x,y',
    }
    expect(from({ tags: 'x', labels: { a: '1' } }, raw)).toEqual({
      '@timestamp': at,
      ecs,
      event: { dataset: 'shop.orders', kind: 'event', category: ['web', 'network'] },
      labels: { a: '1', env: 'prod' },
      tags: ['x', 'y'],
    })
  })

  test('moved labels become texts, of which there is one for each', () => {
    const value = { a: 1, b: true, c: new JsonNumber('0.10'), d: 2n ** 60n, e: null }
    const made = from(value, { fields: 'a:labels.a,b:labels.b,c:labels.c,d:labels.d,e:labels.e' })
    expect(made).toMatchObject({ labels: { a: '1', b: 'true', c: '0.10', d: '1152921504606846976', e: null } })
    for (const nested of [{}, [1]]) expect(() => from({ a: nested }, { fields: 'a:labels.a' })).toThrow('single values')
  })

  test('says what identifies the record, and what it was', () => {
    const raw = { ...bare, 'event.record.fields': 'id,sequence,original' }
    const record = sinkRecord({ topic: 't', partition: 3, offset: 41n, valueJson: '{"a": 0.10}' })
    const event = (of: SinkRecord) => {
      const made = applyTo(transformation('Ecs', raw), of) as SinkRecord
      return (made.value.value as { event: unknown }).event
    }
    expect(event(record)).toEqual({ id: 't+3+41', sequence: 41, original: '{"a": 0.10}' })
    expect(event(record.asPart(2))).toMatchObject({ id: 't+3+41+2' })
    expect(event(sinkRecord({ value: {}, offset: 2n ** 60n }))).toMatchObject({ sequence: 2n ** 60n })
  })

  test('bytes that are no text are no original', () => {
    const record = sinkRecord({ value: {}, valueJson: Uint8Array.of(0xff) })
    const made = applyTo(
      transformation('Ecs', { ...bare, 'event.record.fields': 'original' }),
      record.with({ value: { schema: null, value: {} } }),
    )
    expect(made?.value.value).toEqual({ '@timestamp': at, ecs })
  })

  test.each([
    ['k', 'k'],
    [5n, '5'],
    [Buffer.of(1, 255), 'Af8='],
    [{ a: [1, new Date(0)] }, '{"a":[1,"1970-01-01T00:00:00.000Z"]}'],
    [new Struct(schema.struct([['d', schema.decimal(2)]]), { d: new Decimal(120n, 2) }), '{"d":"1.20"}'],
  ])('the key %o is the text %s', (key, text) => {
    const made = applyTo(transformation('Ecs', { 'kafka.fields': 'key' }), sinkRecord({ key, value: {} }))
    expect(made?.value.value).toEqual({ '@timestamp': at, ecs, kafka: { key: text } })
  })

  test('the names of prototypes are names like any other', () => {
    const value = JSON.parse('{"__proto__":{"x":1},"constructor":2}')
    const made = from(value, { fields: '__proto__.x:labels.__proto__' }) as Record<string, unknown>
    expect(JSON.stringify(made.labels)).toBe('{"__proto__":"1"}')
    expect(made.constructor).toBe(2)
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype)
  })
})

describe('what is in the place of a field', () => {
  const raw = { event: 'dataset:d', fields: 'text:message' }
  const value = { event: 'login', text: 'new', message: 'old' }

  test('makes the record fail, with what to do', () => {
    expect(() => from(value, raw)).toThrow(
      'the field message is there already with another value; move it by fields=message:…, or set on.conflict to "replace" or "keep"',
    )
  })

  test('is replaced', () => {
    const made = { '@timestamp': at, ecs, event: { dataset: 'd' }, message: 'new' }
    expect(from(value, { ...raw, 'on.conflict': 'replace' })).toEqual(made)
  })

  test('is kept, and the field stays where it was', () => {
    expect(from(value, { ...raw, 'on.conflict': 'keep' })).toEqual({ '@timestamp': at, ecs, ...value })
  })

  test('is no conflict where it is the same, null, or moves away itself', () => {
    expect(from({ text: 'a', message: 'a' }, raw)).toMatchObject({ message: 'a' })
    expect(from({ text: 'a', message: null }, raw)).toMatchObject({ message: 'a' })
    expect(from({ event: 'login' }, { event: 'dataset:d', fields: 'event:event.action' })).toMatchObject({
      event: { action: 'login', dataset: 'd' },
    })
  })

  test('a record fails whose field can neither move nor stay', () => {
    const raw = { 'on.conflict': 'keep' }
    expect(() => from({ a: 1, b: 2, c: 3 }, { ...raw, fields: 'c:a,a:b' })).toThrow(
      'the field a can neither become b nor stay',
    )
    expect(from({ a: 1, b: 2, c: 3 }, { ...raw, fields: 'c:d,a:b' })).toMatchObject({ a: 1, b: 2, d: 3 })
  })
})

describe('configurations that are refused', () => {
  test.each([
    [{ fields: 'a' }, 'a: expected from:to'],
    [{ fields: 'a:b:c' }, 'expected from:to'],
    [{ fields: 'a:b..c' }, 'a step of the path is empty'],
    [{ fields: 'a:`b' }, 'Incomplete backtick pair'],
    [{ fields: 'a:@timestamp' }, 'use timestamp.field for that'],
    [{ fields: 'a:ecs.version' }, 'use ecs.version for that'],
    [{ fields: 'a:message.text' }, 'message has no fields in ECS'],
    [{ fields: 'a:labels' }, 'expected labels and one name'],
    [{ fields: 'a:labels.b.c' }, 'expected labels and one name'],
    [{ fields: 'a:x,b:x.y' }, 'x and x.y: the one is, or is within, the other'],
    [{ fields: 'a:x,a.b:y' }, 'a and a.b: the one is, or is within, the other'],
    [{ event: 'nothing:x' }, 'nothing: expected one of action, category'],
    [{ event: 'kind:thing' }, 'kind:thing: ECS allows alert'],
    [{ event: 'action:a,action:b' }, 'action: it is there twice'],
    [{ event: 'dataset' }, 'dataset: expected name:value'],
    [{ labels: 'a.b:c' }, 'a.b: names of labels have no dots'],
    [{ 'kafka.fields': 'time' }, 'time is none of topic, partition, offset, key'],
    [{ 'event.record.fields': 'x' }, 'x is none of id, sequence, original'],
    [{ 'ecs.version': '8' }, 'expected a version'],
    [{ 'timestamp.format': 'QQQ' }, 'timestamp.format'],
    [{ 'timestamp.field': '' }, 'a step of the path is empty'],
    [{ 'unix.precision': 'days' }, 'unix.precision'],
  ])('%o', (raw, message) => {
    const make = () => transformation('Ecs', raw)
    expect(make).toThrow(ConfigError)
    expect(make).toThrow(message)
  })
})

const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean())
const name = fc.stringMatching(/^[a-z_]{1,3}$/).filter((text) => !['ecs', 'tags', 'labels'].includes(text))
const value = fc.dictionary(name, fc.oneof(scalar, fc.dictionary(name, scalar, { minKeys: 1 })), { maxKeys: 5 })

/** The values of all leaves, sorted. */
function leaves(of: unknown): string[] {
  if (typeof of !== 'object' || of === null) return [JSON.stringify(of)]
  return Object.values(of).flatMap(leaves).sort()
}

test('moving fields loses nothing and makes nothing up, or fails', () => {
  const path = fc.array(name, { minLength: 1, maxLength: 2 }).map((steps) => steps.join('.'))
  const moves = fc.array(fc.tuple(path, path), { maxLength: 4 })
  let moved = 0
  fc.assert(
    fc.property(value, moves, fc.constantFrom('fail', 'keep'), (before, pairs, rule) => {
      const fields = pairs.map((pair) => pair.join(':')).join(',')
      const frozen = JSON.stringify(before)
      let made: Record<string, unknown>
      try {
        made = from(before, { fields, 'on.conflict': rule }) as Record<string, unknown>
      } catch (error) {
        expect(String(error)).toMatch(/the one is, or is within|is there already|where an object is to be|can neither/)
        return
      }
      moved++
      const { '@timestamp': _at, ecs: _ecs, ...rest } = made
      // Equal values that meet become one.
      expect(new Set(leaves(rest))).toEqual(new Set(leaves(before)))
      expect(JSON.stringify(before)).toBe(frozen)
    }),
  )
  expect(moved).toBeGreaterThan(20)
})

test('a document made of a document is the same again', () => {
  const raw = { event: 'kind:event', labels: 'a:b', tags: 't' }
  fc.assert(
    fc.property(value, (before) => {
      const once = from(before, raw)
      expect(from(once, raw)).toEqual(once)
    }),
  )
})

test('the example in README.md is true', () => {
  const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const section = text.slice(text.indexOf('## Documents of the Elastic Common Schema'))
  const [config, document] = [...section.matchAll(/```json\n(.*?)```/gs)].map(([, json]) => JSON.parse(json as string))
  const raw: Record<string, string> = {}
  for (const [key, value] of Object.entries<string>(config)) {
    const own = /^transforms\.ecs\.(?!type)(.*)$/.exec(key)?.[1]
    if (own !== undefined) raw[own] = value
  }
  const value: unknown = JSON.parse(/`(\{"time".*?\})`/.exec(section)?.[1] as string)
  const made = applyTo(transformation('Ecs', raw), sinkRecord({ topic: 'orders', offset: 41n, key: '7', value }))
  expect(made?.value.value).toEqual(document)
})
