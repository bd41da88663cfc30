import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SinkRecord, Struct, schema, type TransformationPlugin } from '@penstock/core'
import { fakeTransformationContext, sinkRecord, transformationSuite } from '@penstock/core/testing'
import { uppercase } from './uppercase.ts'

const plugin = uppercase as TransformationPlugin
const of = schema.struct([
  ['id', schema.int64()],
  ['text', schema.string()],
])
const records = [
  sinkRecord({ value: { text: 'abc' } }),
  sinkRecord({ value: new Struct(of, { id: 1n, text: 'abc' }), valueSchema: of }),
  sinkRecord({ value: { id: 1 } }),
  sinkRecord({ value: 'abc' }),
  sinkRecord({ value: null }),
]

// What every transformation must do: leaving the record it is given unchanged, and doing the same each time.
for (const { name, check } of transformationSuite(plugin, { field: 'text' }, records)) test(name, () => check())

test('the field is in capitals, with a schema and without', () => {
  const transformation = plugin.create(plugin.config.parse({ field: 'text' }), fakeTransformationContext())
  const apply = (record: SinkRecord) => (transformation.apply(record) as SinkRecord).value.value
  const [plain, typed] = records.slice(0, 2).map(apply)
  assert.deepEqual(plain, { text: 'ABC' })
  assert.ok(typed instanceof Struct)
  assert.deepEqual([typed.get('id'), typed.get('text')], [1n, 'ABC'])
})
