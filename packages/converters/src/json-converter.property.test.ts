import { Decimal, Struct, schema } from '@penstock/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { converter, envelope, enveloped, outcome, read, sample, schemaless, write } from './testing/json-round.ts'

const mutated = fc
  .tuple(fc.nat(sample.length), fc.nat(3), fc.uint8Array({ maxLength: 4 }))
  .map(([at, cut, put]) => Buffer.concat([Buffer.from(sample.slice(0, at)), put, Buffer.from(sample.slice(at + cut))]))

test.each([
  ['schemaless', schemaless],
  ['asked for schemas', enveloped],
])('whatever the bytes, a converter that is %s answers with a value or a DataError', (_what, any) => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), mutated), (bytes) => {
      outcome(() => {
        const { schema: of, value } = any.toConnectData('t', bytes)
        return any.fromConnectData('t', of, value)
      })
    }),
    { numRuns: 300 },
  )
})

test('exact JSON comes out as it went in', { timeout: 30_000 }, () => {
  const number = fc
    .tuple(fc.bigInt({ min: -(10n ** 22n), max: 10n ** 22n }), fc.stringMatching(/^(\.\d{1,18})?$/))
    .map(([whole, fraction]) => `${whole}${fraction}`)
  const json = fc
    .array(
      fc.tuple(
        fc.string().map((name) => `_${name}`),
        fc.oneof(
          number,
          fc.string().map((s) => JSON.stringify(s)),
        ),
      ),
    )
    .map((members) => `{${[...new Map(members)].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`)
  fc.assert(
    fc.property(json, (text) => {
      expect(write(null, read(text, schemaless).value, schemaless)).toBe(text)
      expect(write(null, read(envelope('null', text)).value)).toBe(envelope('null', text))
    }),
  )
})

test('typed values come back through the envelope', { timeout: 30_000 }, () => {
  const typed = fc.oneof(
    fc.record({ of: fc.constant(schema.int64()), value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }),
    fc.record({ of: fc.constant(schema.int8()), value: fc.integer({ min: -128, max: 127 }) }),
    fc.record({ of: fc.constant(schema.float64()), value: fc.double() }),
    fc.record({ of: fc.constant(schema.float32()), value: fc.float() }),
    fc.record({ of: fc.constant(schema.string()), value: fc.string() }),
    fc.record({ of: fc.constant(schema.bytes()), value: fc.uint8Array().map((bytes) => Buffer.from(bytes)) }),
    fc.record({ of: fc.constant(schema.decimal(3)), value: fc.bigInt().map((unscaled) => new Decimal(unscaled, 3)) }),
    fc.record({ of: fc.constant(schema.timestamp()), value: fc.date({ noInvalidDate: true }) }),
  )
  for (const any of [enveloped, converter({ 'decimal.format': 'NUMERIC' })]) {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(fc.string(), typed), { selector: ([name]) => name }), (fields) => {
        const of = schema.struct(fields.map(([name, field]) => [name, field.of]))
        const struct = new Struct(of, new Map(fields.map(([name, field]) => [name, field.value as unknown])))
        const again = any.toConnectData('t', any.fromConnectData('t', of, struct))
        expect(again.schema).toEqual(of)
        for (const [name] of fields) expect((again.value as Struct).get(name)).toEqual(struct.get(name))
      }),
    )
  }
})
