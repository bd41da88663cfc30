import { logical, Struct, schema } from '@penstock/core'
import { sinkRecord } from '@penstock/core/testing'
import { describe, expect, test } from 'vitest'
import { applyTo, structOf, transformation } from './testing/apply.ts'

/** Nothing of the record itself, to see the rest. */
const bare = { 'kafka.fields': '' }
/** 1_700_000_000_000, the timestamp of the records. */
const at = '2023-11-14T22:13:20.000Z'

describe('a value with a schema', () => {
  const optional = { optional: true }
  const user = schema.struct([['name', schema.string({ default: 'nobody' })]], { ...optional, name: 'User' })
  const of = schema.struct(
    [
      ['host', schema.string()],
      ['at', schema.int64()],
      ['status', schema.int32()],
      ['user', user],
      ['untouched', schema.struct([['n', schema.int8()]])],
    ],
    { name: 'Event', version: 2 },
  )
  const raw = {
    'timestamp.field': 'at',
    fields: 'host:host.name,status:labels.status,user.name:user.full_name',
    event: 'category:web',
    tags: 't',
    'event.record.fields': 'sequence',
  }
  const untouched = new Struct(of.fields[4]?.schema as typeof user, { n: 1 })
  const struct = (values: Record<string, unknown> = {}) =>
    new Struct(of, { host: 'web1', at: 1_700_000_000_000n, status: 200, untouched, ...values })
  const made = (values?: Record<string, unknown>) => {
    const record = sinkRecord({ topic: 't', partition: 3, offset: 41n, value: struct(values), valueSchema: of })
    return applyTo(transformation('Ecs', raw), record)?.value
  }

  test('gets one schema for all, with a Timestamp', () => {
    const value = structOf(made({ user: new Struct(user, {}) })?.value)
    expect(value.schema).toEqual(
      schema.struct(
        [
          ['untouched', of.fields[4]?.schema as typeof user],
          ['@timestamp', schema.timestamp(optional)],
          ['host', schema.struct([['name', schema.string()]], optional)],
          ['labels', schema.struct([['status', schema.string(optional)]], optional)],
          ['user', schema.struct([['full_name', schema.string(optional)]], optional)],
          [
            'event',
            schema.struct(
              [
                ['category', schema.array(schema.string(optional), optional)],
                ['sequence', schema.int64(optional)],
              ],
              optional,
            ),
          ],
          [
            'kafka',
            schema.struct(
              [
                ['topic', schema.string(optional)],
                ['partition', schema.int32(optional)],
                ['offset', schema.int64(optional)],
                ['key', schema.string(optional)],
              ],
              optional,
            ),
          ],
          ['ecs', schema.struct([['version', schema.string(optional)]], optional)],
          ['tags', schema.array(schema.string(optional), optional)],
        ],
        { name: 'Event', version: 2 },
      ),
    )
    expect(value.get('@timestamp')).toEqual(new Date(at))
    expect(structOf(value.get('user')).get('full_name')).toBe('nobody')
    expect(structOf(value.get('labels')).get('status')).toBe('200')
    expect(value.get('untouched')).toBe(untouched)
    expect(value.get('tags')).toEqual(['t'])
    value.validate()
  })

  test('an object that was null stays null', () => {
    expect(structOf(made()?.value).get('user')).toBe(null)
  })

  test('values of one schema have the very same schema again, whatever is null in them', () => {
    const ecsOf = transformation('Ecs', raw)
    const schemas = [struct(), struct({ user: new Struct(user, { name: 'x' }) })].map(
      (value) => applyTo(ecsOf, sinkRecord({ value, valueSchema: of }))?.value.schema,
    )
    expect(schemas[0]).toBe(schemas[1])
  })

  test('a time that can’t be read makes a schema of its own', () => {
    const text = schema.struct([['@timestamp', schema.string()]])
    const ecsOf = transformation('Ecs', bare)
    const apply = (time: string) =>
      structOf(
        applyTo(ecsOf, sinkRecord({ value: new Struct(text, { '@timestamp': time }), valueSchema: text }))?.value.value,
      )
    expect(apply('2024-01-01').schema.fields.map(({ name }) => name)).toEqual(['@timestamp', 'ecs'])
    const marked = apply('soon')
    expect(marked.get('_@timestamp')).toBe('soon')
    expect(marked.get('tags')).toEqual(['_timestampparsefailure'])
    expect(apply('2024-01-02').schema).toBe(apply('2024-01-01').schema)
  })

  test('a text becomes the message', () => {
    const record = sinkRecord({ value: 'line', valueSchema: schema.string() })
    expect(structOf(applyTo(transformation('Ecs', bare), record)?.value.value).get('message')).toBe('line')
  })

  test('a Time says no date, a Date does', () => {
    const of = (time: typeof schema.time) => schema.struct([['t', time()]])
    const apply = (type: typeof schema.time) => {
      const value = new Struct(of(type), { t: new Date(86_400_000) })
      const record = sinkRecord({ value, valueSchema: of(type) })
      return structOf(applyTo(transformation('Ecs', { ...bare, 'timestamp.field': 't' }), record)?.value.value)
    }
    expect(apply(schema.date).get('@timestamp')).toEqual(new Date(86_400_000))
    expect(apply(schema.time).get('@timestamp')).toEqual(new Date(at))
    expect(apply(schema.time).field('t').schema.name).toBe(logical.time)
  })

  test('tags in one text become a list', () => {
    const tagged = schema.struct([['tags', schema.string(optional)]])
    const apply = (tags: string | null) => {
      const record = sinkRecord({ value: new Struct(tagged, { tags }), valueSchema: tagged })
      return structOf(applyTo(transformation('Ecs', { ...bare, tags: 'b' }), record)?.value.value).get('tags')
    }
    expect([apply('a'), apply(null)]).toEqual([['a', 'b'], ['b']])
  })
})
