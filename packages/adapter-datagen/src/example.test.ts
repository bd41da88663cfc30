import type { Struct } from '@penstock/core'
import { expect, test } from 'vitest'
import { likeExample } from './example.ts'
import { hints } from './hints.ts'
import { values } from './testing/make-records.ts'

const one = (example: unknown, typed = false) => values(likeExample(example), 1, typed)[0]

test('what has no hint stands as it is', () => {
  const example = { text: 'x', whole: 5, real: 1.5, yes: true, nothing: null, list: [1, 2], inner: { a: 'b' } }
  expect(one(example)).toEqual(example)
  expect((one(example, true) as Struct).get('whole')).toBe(5n)
})

test('a text that is one hint has its type, hints among text become part of it', () => {
  expect(values(likeExample('{{sequence 10 5}}'), 3)).toEqual([10, 15, 20])
  expect(values(likeExample('no-{{sequence}}/{{task}}'), 2)).toEqual(['no-0/0', 'no-1/0'])
  expect(one('{{timestamp 2024-06-01T00:00:00Z 60000}}', true)).toEqual(new Date('2024-06-01T00:00:00Z'))
  expect(likeExample('{{timestamp}}').schema.name).toBe('org.apache.kafka.connect.data.Timestamp')
})

test('a pattern may hold braces', () => {
  expect(one('{{pattern x{3}}}')).toBe('xxx')
  expect(one('{{pattern x{3}}}-{{pattern y{2}}}')).toBe('xxx-yy')
})

test('null comes as often as asked for, and makes the schema optional', () => {
  const generator = likeExample('{{oneOf a,b | null 0.25}}')
  expect(generator.schema).toMatchObject({ type: 'STRING', optional: true })
  const nulls = values(generator, 10_000).filter((value) => value === null)
  expect(Math.abs(nulls.length - 2_500)).toBeLessThan(200)
})

test.each(Object.keys(hints))('the hint %s makes values of its schema, with its arguments left out', (name) => {
  const example = name === 'oneOf' || name === 'pattern' ? `{{${name} a}}` : `{{${name}}}`
  const generator = likeExample({ field: example })
  for (const value of values(generator, 50, true)) (value as Struct).validate()
  for (const value of values(generator, 50)) expect(JSON.parse(JSON.stringify(value))).toEqual(value)
})

test('a field called __proto__ is a field', () => {
  expect(Object.keys(one(JSON.parse('{"__proto__":{"a":1}}')) as object)).toEqual(['__proto__'])
})

test.each([
  ['{{int 5 1}}', '$: {{int 5 1}}: 5 is more than 1'],
  ['{{int 1 3000000000}}', 'numbers of int go from -2^31 to 2^31-1; take long'],
  ['{{int x}}', 'x is no number'],
  ['{{int 1 2 3}}', 'nobody knows what 3 means'],
  ['{{uuid 1}}', 'it takes no arguments'],
  ['{{oneOf}}', 'choices are missing'],
  ['{{timestamp yesterday}}', 'yesterday is no time such as'],
  ['{{word | null 2}}', 'the probability of null is between 0 and 1'],
  ['{{constructor}}', 'there is no hint "constructor"'],
  ['{{word', 'has {{ without }}'],
  [{ a: [] }, '$.a is an empty list'],
  [{ a: [1, 'x'] }, '$.a holds items of several types'],
  [{ a: [{ b: '{{hex 0}}' }] }, '$.a[0].b: {{hex 0}}: between 1 and 100000 digits'],
])('the example %j is refused', (example, message) => expect(() => likeExample(example)).toThrow(message))
