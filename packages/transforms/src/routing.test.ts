// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what users write
import { Lazy, SinkRecord } from '@penstock/core'
import { sinkRecord } from '@penstock/core/testing'
import { describe, expect, test } from 'vitest'
import plugins from './index.ts'
import { apply, applyTo, predicate, transformation } from './testing/apply.ts'

describe('RegexRouter', () => {
  test.each([
    ['top-(\\d)', '$1', 'top-1', '1'],
    ['top', 'x', 'top-1', 'top-1'],
    ['(.*)', 'pre-$1', 'orders', 'pre-orders'],
    ['(?<base>.*)-v[0-9]+', '${base}', 'orders-v12', 'orders'],
    ['.*', 'a\\$b', 'x', 'a$b'],
    ['(a)(b)?c', '$1$2$10', 'ac', 'aa0'],
    ['(?i)ORDERS', 'o', 'orders', 'o'],
    // The whole topic must match, but it is the first thing found that is replaced.
    ['a|ab', 'x', 'ab', 'xb'],
  ])('%s → %s makes of %s', (regex, replacement, topic, expected) => {
    expect(apply('RegexRouter', { regex, replacement }, { topic })?.topic).toBe(expected)
  })

  test('never decodes the value', () => {
    const value = Lazy.from(() => {
      throw new Error('decoded')
    }, Buffer.from('{}'))
    const record = new SinkRecord(sinkRecord({ topic: 'a' }).origin, value, value, () => [])
    for (const [name, raw] of [
      ['RegexRouter', { regex: 'a', replacement: 'b' }],
      ['TimestampRouter', {}],
    ] as const) {
      const routed = applyTo(transformation(name, raw), record)
      expect(routed?.valueJson).toEqual(Buffer.from('{}'))
      expect(routed?.topic).not.toBe('a')
    }
  })

  test.each([
    [
      { regex: '(', replacement: 'x' },
      'Invalid value ( for configuration regex: Invalid regex: the regular expression has a "("',
    ],
    [{ regex: 'a', replacement: '$1' }, 'the replacement names the group 1'],
    [{ regex: 'a', replacement: '${x}' }, 'the replacement names the group x'],
    [{ regex: 'a', replacement: '$' }, 'has a "$" without a group'],
    [{ regex: 'a' }, 'Missing required configuration "replacement"'],
  ])('%o is refused', (raw, message) => expect(() => transformation('RegexRouter', raw)).toThrow(message))
})

describe('TimestampRouter', () => {
  const at = (raw: Record<string, string>, timestamp: number | null = 1700000000123) =>
    apply('TimestampRouter', raw, { topic: 'top-1', timestamp })?.topic

  test.each([
    [{}, 'top-1-20231114'],
    [{ 'topic.format': '${timestamp}.${topic}.${topic}', 'timestamp.format': 'yyyy' }, '2023.top-1.top-1'],
    [{ 'timestamp.format': "yy-M-d H:m:s.SSS 'at' hh a ''" }, "top-1-23-11-14 22:13:20.123 at 10 PM '"],
    [{ 'timestamp.format': 'EEE, dd MMM yyyy HH:mm:ss Z' }, 'top-1-Tue, 14 Nov 2023 22:13:20 +0000'],
    [{ 'timestamp.format': 'EEEE MMMM XXX z D k K u' }, 'top-1-Tuesday November Z UTC 318 22 10 2'],
  ])('%o', (raw, topic) => expect(at(raw)).toBe(topic))

  test('refuses a record without a timestamp', () => {
    expect(() => at({}, null)).toThrow('Timestamp missing on record: top-1-0@0')
  })

  test.each([
    ['bb', "Illegal pattern character 'b'"],
    ["'a", 'Unterminated quote'],
  ])('refuses the format %s', (format, message) => expect(() => at({ 'timestamp.format': format })).toThrow(message))
})

describe('Filter and predicates', () => {
  test('Filter drops', () => expect(apply('Filter', {}, {})).toBeNull())

  test.each([
    ['my-.*', true],
    ['my', false],
    ['.*-topic', true],
  ])('TopicNameMatches %s', (pattern, expected) => {
    expect(predicate('TopicNameMatches', { pattern }).test(sinkRecord({ topic: 'my-topic' }))).toBe(expected)
  })

  test('HasHeaderKey', () => {
    const record = sinkRecord({ headers: [{ name: 'h', schema: null, value: 1 }] })
    expect(predicate('HasHeaderKey', { name: 'h' }).test(record)).toBe(true)
    expect(predicate('HasHeaderKey', { name: 'H' }).test(record)).toBe(false)
  })

  test('RecordIsTombstone', () => {
    expect(predicate('RecordIsTombstone').test(sinkRecord({ value: null }))).toBe(true)
    expect(predicate('RecordIsTombstone').test(sinkRecord({ value: 0 }))).toBe(false)
  })

  test.each([
    ['TopicNameMatches', { pattern: '' }],
    ['TopicNameMatches', { pattern: '[' }],
    ['HasHeaderKey', {}],
  ])('%s refuses %o', (name, raw) => expect(() => predicate(name, raw)).toThrow('configuration'))
})

test('names and aliases are unique, Java class names first', () => {
  const names = plugins.flatMap(({ name, aliases }) => [name, ...aliases])
  expect(new Set(names).size).toBe(names.length)
  for (const { name, aliases } of plugins)
    expect(aliases[0]).toMatch(
      new RegExp(`^(org\\.apache\\.kafka\\.connect|io\\.penstock)\\.transforms\\..*${name.replace('$', '\\$')}$`),
    )
})
