import { sinkRecord } from '@penstock/core/testing'
import { expect, test } from 'vitest'
import { config } from '../config/config.ts'
import { scriptSettings, sourceOf } from './source.ts'

const source = (raw: Record<string, string>) => {
  const parsed = config.parse({ 'connection.url': 'http://es', ...raw })
  const settings = { useSchema: false, compactMaps: true, timestampFields: null }
  const record = sinkRecord({ topic: 'orders', partition: 3, offset: 41n, key: 'k' })
  return sourceOf('{"a":1}', record, { ...settings, method: parsed['write.method'], script: scriptSettings(parsed) })
}
const script = { 'write.method': 'script', 'script.source': 'ctx._source.n += params.doc.a' }

test.each<[Record<string, string>, string]>([
  [{}, '{"a":1}'],
  [{ 'write.method': 'create' }, '{"a":1}'],
  [{ 'write.method': 'upsert' }, '{"doc":{"a":1},"doc_as_upsert":true}'],
  [{ 'write.method': 'update' }, '{"doc":{"a":1}}'],
  [
    script,
    '{"script":{"source":"ctx._source.n += params.doc.a","lang":"painless","params":{"doc":{"a":1}}},"upsert":{"a":1}}',
  ],
  [
    { 'write.method': 'script', 'script.id': 'add', 'script.params': 'doc,key,offset,doc', 'script.upsert': 'false' },
    '{"script":{"id":"add","params":{"doc":{"a":1},"key":"k","offset":41}}}',
  ],
  [
    { ...script, 'script.lang': 'expression', 'script.params': '', 'script.scripted.upsert': 'true' },
    '{"script":{"source":"ctx._source.n += params.doc.a","lang":"expression","params":{}},"scripted_upsert":true,"upsert":{}}',
  ],
])('%j writes %s', (raw, expected) => {
  expect(source(raw)).toBe(expected)
})
