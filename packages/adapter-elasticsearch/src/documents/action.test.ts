import { schema } from '@penstock/core'
import { type SinkRecordFields, sinkRecord } from '@penstock/core/testing'
import { describe, expect, test } from 'vitest'
import { type ActionSettings, actionLine, toAction, type WriteAction } from './action.ts'
import type { IdSettings } from './document-id.ts'
import { parseReference } from './record-reference.ts'

const settings: ActionSettings = {
  id: { source: 'key' },
  method: 'insert',
  onNull: 'fail',
  version: 'offset',
  versionHeader: '',
  retryOnConflict: 5,
  routing: null,
  pipeline: null,
  requireAlias: false,
}
const position: IdSettings = { source: 'position' }
const header = (name: string, value: unknown) => ({ name, schema: null, value })
const version = (number: string, repeats = false) => ({ number, repeats })
const fields: SinkRecordFields = { topic: 'orders', partition: 3, offset: 41n, key: 'k', value: { a: 1 } }
const act = (changed: Partial<ActionSettings> = {}, record: SinkRecordFields = {}, isNull = false) =>
  toAction(sinkRecord({ ...fields, ...record }), isNull, { ...settings, ...changed })

test.each<[string, Partial<ActionSettings>, SinkRecordFields, boolean, object]>([
  [
    'the key is the id, the offset its version',
    {},
    {},
    false,
    { type: 'index', id: 'k', routing: null, version: version('41') },
  ],
  [
    'integers are ids too',
    {},
    { key: 7n, keySchema: schema.int64() },
    false,
    { type: 'index', id: '7', routing: null, version: version('41') },
  ],
  [
    'schemaless integers as well',
    {},
    { key: 7 },
    false,
    { type: 'index', id: '7', routing: null, version: version('41') },
  ],
  [
    'without the key the position is the id',
    { id: position },
    {},
    false,
    { type: 'index', id: 'orders+3+41', routing: null, version: null },
  ],
  [
    'Elasticsearch may make the id',
    { id: { source: 'generated' } },
    {},
    false,
    { type: 'index', id: null, routing: null, version: null },
  ],
  ['upsert updates by key', { method: 'upsert' }, {}, false, { type: 'update', id: 'k', routing: null }],
  ['create leaves alone what is there', { method: 'create' }, {}, false, { type: 'create', id: 'k', routing: null }],
  [
    'so it does with ids made up',
    { method: 'create', id: { source: 'generated' } },
    {},
    false,
    { type: 'create', id: null, routing: null },
  ],
  ['update changes what is there', { method: 'update' }, {}, false, { type: 'update', id: 'k', routing: null }],
  ['a script is an update', { method: 'script' }, {}, false, { type: 'update', id: 'k', routing: null }],
  [
    'the timestamp may be the version',
    { version: 'timestamp' },
    { timestamp: 1700 },
    false,
    { type: 'index', id: 'k', routing: null, version: version('1700', true) },
  ],
  ['or there is none', { version: 'none' }, {}, false, { type: 'index', id: 'k', routing: null, version: null }],
  [
    'a header may be the version of ids from fields',
    { id: { source: 'fields', fields: [parseReference('a')], separator: '+', hashed: false }, versionHeader: 'v' },
    { headers: [header('v', '9')] },
    false,
    { type: 'index', id: '1', routing: null, version: version('9') },
  ],
  [
    'ids made of the content need no version',
    { id: { source: 'content' } },
    {},
    false,
    expect.objectContaining({ version: null }),
  ],
  [
    'deletes of updated documents have no version: updates count their own',
    { method: 'upsert', onNull: 'delete' },
    {},
    true,
    { type: 'delete', id: 'k', routing: null, version: null },
  ],
  [
    'the key may say where to',
    { routing: parseReference('key') },
    {},
    false,
    expect.objectContaining({ routing: 'k' }),
  ],
  [
    'so may a number in the value',
    { routing: parseReference('/a') },
    {},
    false,
    expect.objectContaining({ routing: '1' }),
  ],
  [
    'and a header, of deletes too',
    { routing: parseReference('header.r'), onNull: 'delete' },
    { headers: [header('r', Buffer.from('x'))] },
    true,
    { type: 'delete', id: 'k', routing: 'x', version: version('41') },
  ],
  [
    'a delete by an id of a header needs no key',
    { id: { source: 'header', header: 'r' }, onNull: 'delete' },
    { key: null, headers: [header('r', 'x')] },
    true,
    { type: 'delete', id: 'x', routing: null, version: version('41') },
  ],
  ['no value, ignored', { onNull: 'ignore' }, {}, true, { type: 'skip' }],
  [
    'no value deletes the document',
    { onNull: 'delete' },
    {},
    true,
    { type: 'delete', id: 'k', routing: null, version: version('41') },
  ],
  ['no value and no key: nothing to delete', { onNull: 'delete' }, { key: null }, true, { type: 'skip' }],
  [
    'no value, key ignored',
    { onNull: 'delete', id: position },
    {},
    true,
    { type: 'delete', id: 'orders+3+41', routing: null, version: null },
  ],
])('%s', (_name, changed, record, isNull, expected) => {
  expect(act(changed, record, isNull)).toEqual(expected)
})

test.each<[string, Partial<ActionSettings>, SinkRecordFields, boolean, string]>([
  ['no key', {}, { key: null }, false, 'can not be null or empty; set key.ignore=true'],
  ['an empty key', {}, { key: '' }, false, 'can not be null or empty'],
  ['a fraction', {}, { key: 1.5 }, false, 'is not supported as the document id'],
  ['a boolean', {}, { key: true, keySchema: schema.boolean() }, false, 'type BOOLEAN is not supported'],
  ['an object', {}, { key: {} }, false, 'is not supported as the document id'],
  ['an id of more than 512 bytes', {}, { key: 'ü'.repeat(257) }, false, 'more than 512 bytes'],
  ['no value', {}, {}, true, 'set behavior.on.null.values to "ignore" or "delete"'],
  ['no routing value', { routing: parseReference('b.c') }, {}, false, 'no routing value: b.c'],
  [
    'an object as routing value',
    { routing: parseReference('value.a') },
    { value: { a: {} } },
    false,
    'no routing value',
  ],
  ['no timestamp as version', { version: 'timestamp' }, { timestamp: null }, false, 'no timestamp since 1970'],
  ['no version header', { versionHeader: 'v' }, {}, false, 'no header v'],
  [
    'a bad version header',
    { versionHeader: 'v' },
    { headers: [{ name: 'v', schema: null, value: 'secret' }] },
    false,
    'not a version number',
  ],
])('%s is an error', (_name, changed, record, isNull, message) => {
  expect(() => act(changed, record, isNull)).toThrow(message)
})

test('the last header of the name is the version; its bad value is not shown', () => {
  expect(act({ versionHeader: 'v' }, { headers: [header('v', '1'), header('v', 9007199254740993n)] })).toMatchObject({
    version: version('9007199254740993'),
  })
  expect(() => act({ versionHeader: 'v' }, { headers: [header('v', 'secret')] })).not.toThrow('secret')
})

test('a version in a header is an int64, whatever stands before it', () => {
  const ofHeader = (value: unknown) => act({ versionHeader: 'v' }, { headers: [header('v', value)] })
  expect(ofHeader('0042')).toMatchObject({ version: version('42') })
  expect(ofHeader('9223372036854775807')).toMatchObject({ version: version('9223372036854775807') })
  for (const wrong of ['9223372036854775808', '-1', '1.0', ' 1', '']) {
    expect(() => ofHeader(wrong)).toThrow('is not a version number')
  }
})

test('action lines', () => {
  const write = (action: WriteAction, index: string | null = null, changed: Partial<ActionSettings> = {}) =>
    actionLine(action, index, { ...settings, ...changed })
  const routing = null
  expect(write({ type: 'index', id: 'a"\n', routing, version: null })).toBe('{"index":{"_id":"a\\"\\n"}}')
  expect(write({ type: 'index', id: null, routing, version: null }, 'i')).toBe('{"index":{"_index":"i"}}')
  expect(write({ type: 'delete', id: 'a', routing, version: version('9223372036854775807') })).toBe(
    '{"delete":{"_id":"a","version":9223372036854775807,"version_type":"external"}}',
  )
  expect(write({ type: 'update', id: 'a', routing: 'r' }, 'i', { pipeline: 'p' })).toBe(
    '{"update":{"_index":"i","_id":"a","routing":"r","retry_on_conflict":5}}',
  )
  expect(write({ type: 'create', id: 'a', routing: 'r' }, null, { pipeline: 'p' })).toBe(
    '{"create":{"_id":"a","routing":"r","pipeline":"p"}}',
  )
  expect(write({ type: 'index', id: 'a', routing, version: version('1') }, null, { pipeline: 'p' })).toBe(
    '{"index":{"_id":"a","pipeline":"p","version":1,"version_type":"external"}}',
  )
  expect(write({ type: 'delete', id: 'a', routing, version: null }, null, { pipeline: 'p' })).toBe(
    '{"delete":{"_id":"a"}}',
  )
})

describe('a part of a record', () => {
  const part = sinkRecord(fields).asPart(2)
  const own = part.with({ key: { schema: null, value: 'own' } })

  test('has an id of its own', () => {
    expect(toAction(part, false, settings)).toMatchObject({ id: 'k+2' })
    expect(toAction(part, false, { ...settings, id: position })).toMatchObject({ id: 'orders+3+41+2' })
    expect(toAction(part.asPart(0), false, { ...settings, id: position })).toMatchObject({ id: 'orders+3+41+2.0' })
    expect(toAction(part, true, { ...settings, onNull: 'delete' })).toMatchObject({ id: 'k+2' })
  })

  test('is told from the others by a key set after the split, and the last one of a key stays', () => {
    const action = toAction(own, false, settings)
    expect(action).toEqual({ type: 'index', id: 'own', routing: null, version: version('41', true) })
    expect(actionLine(action as WriteAction, null, settings)).toContain('"version":41,"version_type":"external_gte"')
    expect(toAction(own, false, { ...settings, id: position })).toMatchObject({ id: 'orders+3+41+2' })
  })
})
