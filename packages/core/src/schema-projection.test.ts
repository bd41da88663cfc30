import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type PrimitiveType, type Schema, schema } from './schema.ts'
import { projectValue } from './schema-projection.ts'
import { Struct } from './struct.ts'

const struct = (fields: Record<string, Schema>, name = 'N') => schema.struct(Object.entries(fields), { name })

describe('numbers', () => {
  const types: readonly PrimitiveType[] = ['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64']

  test('become wider types, and never narrower ones', () => {
    for (const [from, source] of types.entries()) {
      for (const [to, target] of types.entries()) {
        const value = source === 'INT64' ? 7n : 7
        const project = () => projectValue(schema.primitive(source), value, schema.primitive(target))
        if (to < from) expect(project).toThrow(`source type: ${source} and target type: ${target}`)
        else expect(project()).toBe(target === 'INT64' ? 7n : 7)
      }
    }
  })

  test('are not made of anything else', () => {
    expect(() => projectValue(schema.string(), '7', schema.int32())).toThrow('Schema type mismatch')
    expect(() => projectValue(schema.int8(), '7', schema.int32())).toThrow('not of its schema INT8')
  })

  test('lose nothing as whole numbers', () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        expect(projectValue(schema.int32(), value, schema.int64())).toBe(BigInt(value))
        expect(projectValue(schema.int32(), value, schema.float64())).toBe(value)
      }),
    )
  })
})

test('null becomes the default of what must not be null', () => {
  const optional = schema.int32({ optional: true })
  expect(projectValue(optional, null, optional)).toBeNull()
  expect(projectValue(optional, null, schema.int64({ default: 5n }))).toBe(5n)
  expect(projectValue(optional, 3, schema.int64({ default: 5n }))).toBe(3n)
  expect(() => projectValue(optional, 3, schema.int32())).toThrow('target schema does not provide a default value')
})

test('names and parameters must be the same', () => {
  expect(() => projectValue(schema.int64(), 1n, schema.timestamp())).toThrow('source name: null and target name: org')
  expect(() => projectValue(schema.decimal(1), null, schema.decimal(2))).toThrow('Schema parameters not equal')
})

test('structs get the fields of the target', () => {
  const source = struct({ same: schema.int32(), gone: schema.string() })
  const target = struct({
    same: schema.int64(),
    optional: schema.string({ optional: true }),
    withDefault: schema.string({ default: 'd' }),
  })
  const projected = projectValue(source, new Struct(source, { same: 1, gone: 'x' }), target) as Struct
  expect(projected.schema).toBe(target)
  expect(target.fields.map(({ name }) => projected.getWithoutDefault(name))).toEqual([1n, null, 'd'])
  const lacking = struct({ other: schema.string() })
  expect(() => projectValue(source, new Struct(source), lacking)).toThrow('Required field `other` is missing')
})

test('lists, maps and structs are projected inside', () => {
  const source = struct({
    list: schema.array(schema.int8()),
    map: schema.map(schema.string(), struct({ a: schema.int8() }, 'Inner')),
  })
  const inner = struct({ a: schema.int64() }, 'Inner')
  const target = struct({ list: schema.array(schema.int64()), map: schema.map(schema.string(), inner) })
  const sourceInner = struct({ a: schema.int8() }, 'Inner')
  const value = new Struct(source, { list: [1], map: new Map([['k', new Struct(sourceInner, { a: 2 })]]) })
  const projected = projectValue(source, value, target) as Struct
  expect(projected.get('list')).toEqual([1n])
  expect(((projected.get('map') as Map<string, Struct>).get('k') as Struct).get('a')).toBe(2n)
})

test('an error names the fields it is about', () => {
  const deep = (type: Schema) => struct({ a: struct({ b: type }, 'Inner') })
  const source = deep(schema.string())
  const inner = source.fields[0]?.schema as ReturnType<typeof struct>
  const value = new Struct(source, { a: new Struct(inner, { b: 'x' }) })
  expect(() => projectValue(source, value, deep(schema.int8()))).toThrow('(field "b") (field "a")')
})
