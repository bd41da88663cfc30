import { type Header, SourceRecord, Struct, schema } from '@penstock/core'
import { describe, expect, test } from 'vitest'
import { apply, structOf, transformation } from './testing/apply.ts'

const header = (name: string, value: unknown = 1): Header => ({ name, schema: null, value })
const headers = [header('a'), header('b'), header('a', 2)]

test('DropHeaders drops all headers of its names', () => {
  expect(apply('DropHeaders', { headers: 'a,z' }, { headers })?.headers).toEqual([header('b')])
  expect(apply('DropHeaders', { headers: 'z' }, { headers })?.headers).toBe(headers)
  expect(() => transformation('DropHeaders', { headers: '' })).toThrow('Empty list')
})

describe('InsertHeader', () => {
  test.each([
    ['12', schema.int8(), 12],
    ['text', schema.string(), 'text'],
    ['[1,300]', schema.array(schema.int16()), [1, 300]],
    ['null', null, null],
  ])('takes %s for what it looks like', (literal, of, value) => {
    const record = apply('InsertHeader', { header: 'a', 'value.literal': literal }, { headers })
    expect(record?.headers).toEqual([...headers, { name: 'a', schema: of, value }])
  })

  test('needs header and value', () =>
    expect(() => transformation('InsertHeader', { header: 'a' })).toThrow(
      'Missing required configuration "value.literal"',
    ))
})

describe('HeaderFrom', () => {
  const raw = { fields: 'x,y', headers: 'h,h', operation: 'move' }
  const of = schema.struct(
    [
      ['x', schema.string({ optional: true, default: 'd' })],
      ['y', schema.int8()],
      ['z', schema.int8()],
    ],
    { name: 'n' },
  )
  const value = new Struct(of, { y: 1, z: 2 })

  test('moves fields of a map, with null for one that is not there', () => {
    const record = apply('HeaderFrom$Value', raw, { value: { x: 1, z: 2 }, headers: [header('a')] })
    expect(record?.headers).toEqual([header('a'), header('h', 1), header('h', null)])
    expect(record?.value).toEqual({ schema: null, value: { z: 2 } })
  })

  test('moves fields of a struct with their schemas', () => {
    const record = apply('HeaderFrom$Value', raw, { value, valueSchema: of })
    expect(record?.headers).toEqual([
      { name: 'h', schema: of.fields[0]!.schema, value: 'd' },
      { name: 'h', schema: schema.int8(), value: 1 },
    ])
    expect(record?.value.schema).toEqual(schema.struct([['z', schema.int8()]], { name: 'n' }))
    expect(structOf(record?.value.value).get('z')).toBe(2)
  })

  test('copies fields of a key', () => {
    const record = apply('HeaderFrom$Key', { ...raw, operation: 'copy' }, { key: value, keySchema: of })
    expect(record?.headers).toHaveLength(2)
    expect(record?.key).toEqual({ schema: of, value })
  })

  test('works on records of a source', () => {
    const record = new SourceRecord({
      sourcePartition: {},
      sourceOffset: {},
      topic: 't',
      value: { schema: null, value: { x: 1, y: 2 } },
    })
    const after = transformation('HeaderFrom$Value', raw).apply(record) as SourceRecord
    expect([after.value.value, after.headers]).toEqual([{}, [header('h', 1), header('h', 2)]])
  })

  test.each([
    [{ value: null }, 'Only Map objects supported in absence of schema for [header move], found: null'],
    [{ value: new Struct(schema.struct([])), valueSchema: schema.struct([]) }, 'Field does not exist: x'],
  ])('%o is refused', (fields, message) => expect(() => apply('HeaderFrom$Value', raw, fields)).toThrow(message))

  test.each([
    [{ headers: 'h' }, "'fields' config must have the same number of elements as 'headers' config"],
    [{ operation: 'Move' }, 'Invalid value Move for configuration operation: String must be one of: move, copy'],
    [{ fields: '' }, 'Empty list'],
  ])('the configuration %o is refused', (wrong, message) =>
    expect(() => transformation('HeaderFrom$Value', { ...raw, ...wrong })).toThrow(message),
  )
})
