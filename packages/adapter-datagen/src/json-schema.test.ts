import { expect, test } from 'vitest'
import { fittingJsonSchema } from './json-schema.ts'
import { values } from './testing/make-records.ts'

const some = (schema: object, count = 200) => values(fittingJsonSchema(schema as never, null), count)

test('numbers lie within their bounds', () => {
  for (const value of some({ type: 'integer', minimum: 3, exclusiveMaximum: 6 })) expect([3, 4, 5]).toContain(value)
  for (const value of some({ type: 'integer', minimum: 1, maximum: 100, multipleOf: 25 })) {
    expect([25, 50, 75, 100]).toContain(value)
  }
  for (const value of some({ type: 'number', exclusiveMinimum: 0, maximum: 1 }) as number[]) {
    expect(value > 0 && value <= 1).toBe(true)
  }
  for (const value of some({ type: 'integer', maximum: -5000 }) as number[]) expect(value).toBeLessThanOrEqual(-5000)
})

test('texts have their length, pattern or format', () => {
  for (const value of some({ type: 'string', minLength: 3, maxLength: 8 }) as string[]) {
    expect(value.length >= 3 && value.length <= 8).toBe(true)
  }
  for (const value of some({ type: 'string', pattern: '^[A-Z]{2}\\d$' })) expect(value).toMatch(/^[A-Z]{2}\d$/)
  const formats = { date: /^\d{4}-\d\d-\d\d$/, uuid: /^[0-9a-f-]{36}$/, email: /@/, ipv4: /^10\./, uri: /^https:/ }
  for (const [format, expected] of Object.entries(formats)) {
    for (const value of some({ type: 'string', format }, 20)) expect(value).toMatch(expected)
  }
})

test('required properties are always there, others may be null', () => {
  const records = some({
    title: 'Order',
    type: 'object',
    required: ['id'],
    properties: {
      id: { type: 'integer' },
      status: { enum: ['new', 'paid'] },
      lines: { type: 'array', items: { $ref: '#/$defs/line' }, minItems: 1, maxItems: 2 },
    },
    $defs: { line: { type: 'object', required: ['n'], properties: { n: { const: 7 } } } },
  }) as { id: number; status: string | null; lines: { n: number }[] | null }[]
  expect(records.every(({ id }) => Number.isInteger(id))).toBe(true)
  expect(new Set(records.map(({ status }) => status))).toEqual(new Set(['new', 'paid', null]))
  expect(new Set(records.map(({ lines }) => lines?.length))).toEqual(new Set([1, 2, undefined]))
  expect(records.flatMap(({ lines }) => lines ?? []).every(({ n }) => n === 7)).toBe(true)
})

test('null is allowed as a type and as an alternative', () => {
  const nullable = fittingJsonSchema({ type: ['string', 'null'] }, null)
  expect(nullable.schema).toMatchObject({ type: 'STRING', optional: true })
  expect(fittingJsonSchema({ oneOf: [{ type: 'null' }, { type: 'boolean' }] }, null).schema).toMatchObject({
    type: 'BOOLEAN',
    optional: true,
  })
  expect(new Set(some({ anyOf: [{ const: 1 }, { const: 2 }] }))).toEqual(new Set([1, 2]))
})

test.each([
  [{ type: 'object' }, '$ is an object without properties'],
  [{ type: 'object', properties: { a: { type: 'thing' } } }, '$.a: there is no type "thing"'],
  [{ type: ['string', 'integer'] }, 'is more than one, beside null'],
  [{ allOf: [] }, 'allOf is not supported'],
  [{ $ref: '#' }, 'does a $ref lead back to itself?'],
  [{ $ref: '#/$defs/none' }, 'leads nowhere'],
  [{ $ref: 'https://example.com/x' }, 'leads out of the schema'],
  [{ type: 'integer', minimum: 5, maximum: 1 }, 'minimum 5 is more than maximum 1'],
  [{ type: 'integer', minimum: 1, maximum: 4, multipleOf: 5 }, 'no multiple of 5 lies between 1 and 4'],
  [{ type: 'number', minimum: 1, maximum: 4, multipleOf: 5 }, 'no multiple of 5 lies between 1 and 4'],
  [{ type: 'number', multipleOf: 0 }, 'multipleOf must be more than 0'],
  [{ type: 'integer', multipleOf: 2.5 }, 'multipleOf of a whole number must be one too'],
  [{ type: 'integer', minimum: 2 ** 60 }, 'whole numbers go from -2^53 to 2^53'],
  [{ type: 'string', maxLength: -1 }, 'minLength and maxLength must be whole numbers'],
  [{ type: 'array' }, '$[] must be a schema'],
  [{ enum: ['a', 1] }, 'choices of several types'],
])('the schema %j is refused', (schema, message) => {
  expect(() => fittingJsonSchema(schema as never, null)).toThrow(message)
})
