import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BufferPool, BulkBody, IdPrefix } from './bulk-body.ts'

const line = (id: string) => Buffer.from(`{"index":{"_id":"${id}"}} `)
const text = (body: BulkBody) => body.bytes().toString()

test('raw documents are framed as they are', () => {
  const body = new BulkBody()
  expect(body.addRaw(line('a'), Buffer.from('{"n":12345678901234567890}'))).toBe(true)
  body.add('{"delete":{"_id":"b"}}', null)
  expect(body.seal()).toEqual([])
  expect(text(body)).toBe('{"index":{"_id":"a"}}\n{"n":12345678901234567890}\n{"delete":{"_id":"b"}}\n')
})

test('a line feed inside a document can not begin a new line', () => {
  const body = new BulkBody()
  body.addRaw(line('a'), Buffer.from('{"x":1}\n{"index":{"_id":"forged"}}\n{"y":2}'))
  body.seal()
  expect(text(body).split('\n')).toHaveLength(3)
  expect(text(body)).toContain('{"x":1}\t{"index":{"_id":"forged"}}\t{"y":2}\n')
})

test.each(['[1]', '"x"', 'null', '', '{', '}', ' { ', '{"a":1', 'x{}'])('%j is not taken for an object', (json) => {
  const body = new BulkBody()
  expect(body.addRaw(line('a'), Buffer.from(json))).toBe(false)
  expect(body.count).toBe(0)
})

test('white space around an object is fine', () => {
  expect(new BulkBody().addRaw(line('a'), Buffer.from(' \r\n\t{"a":1}\n '))).toBe(true)
})

test('what Elasticsearch would take though it is no JSON is held back', () => {
  const body = new BulkBody()
  body.addRaw(line('0'), Buffer.from('{"accept":"*/*"}'))
  body.addRaw(line('1'), Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))
  body.addRaw(line('2'), Buffer.from('{"a":1 /* comment */}'))
  body.addRaw(line('3'), Buffer.from('{"a":1 //comment\r}'))
  body.addRaw(line('4'), Buffer.from('{"url":"http://x",\r\n"ü":"ß"}'))
  expect(body.seal()).toEqual([1, 2, 3])
})

test('items can be picked for another request, and tell their target', () => {
  const body = new BulkBody()
  for (const id of ['a', 'b', 'c']) body.addRaw(line(id), Buffer.from(`{"id":"${id}"}`))
  body.add('{"update":{"_index":"i","_id":"ü\\n"}}', '{"doc":{}}')
  body.seal()
  expect(body.pick([2, 0]).toString()).toBe('{"index":{"_id":"c"}}\n{"id":"c"}\n{"index":{"_id":"a"}}\n{"id":"a"}\n')
  expect(body.target(1)).toEqual({ id: 'b', index: null })
  expect(body.target(3)).toEqual({ id: 'ü\n', index: 'i' })
  expect([0, 3].map((item) => body.actionOf(item))).toEqual(['index', 'update'])
})

test('ids count up across digits and jumps', () => {
  const prefix = new IdPrefix('{"index":{"_id":"t+0+')
  const offsets = [0n, 1n, 8n, 9n, 10n, 11n, 99n, 100n, 5n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 62n]
  for (const offset of offsets) expect(prefix.lineFor(offset).toString()).toBe(`{"index":{"_id":"t+0+${offset}"}} `)
  for (let offset = 95n; offset < 1105n; offset++) {
    expect(prefix.lineFor(offset).toString()).toBe(`{"index":{"_id":"t+0+${offset}"}} `)
  }
})

test('no document, well-formed or not, forges an action line or changes its neighbours', () => {
  const json = fc.oneof(
    fc.json().map((value) => Buffer.from(`{"v":${value}}`)),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.concat([Buffer.from('{'), bytes, Buffer.from('}')])),
    fc.string({ unit: fc.constantFrom('\n', '\r', '{', '}', '"', '\\', 'a') }).map((s) => Buffer.from(`{${s}}`)),
  )
  fc.assert(
    fc.property(fc.array(json, { maxLength: 30 }), (documents) => {
      const body = new BulkBody(Buffer.alloc(16, 10), 2)
      for (const [i, document] of documents.entries()) body.addRaw(line(String(i)), document)
      body.seal()
      const lines = body.bytes().toString('latin1').split('\n')
      expect(lines.pop()).toBe('')
      expect(lines).toHaveLength(2 * documents.length)
      for (const [i, document] of documents.entries()) {
        expect(lines[2 * i]).toBe(`{"index":{"_id":"${i}"}}`)
        expect(lines[2 * i + 1]).toBe(document.toString('latin1').replaceAll('\n', '\t'))
      }
    }),
  )
})

test('buffers are used again, and new ones are as large as bodies usually are', () => {
  const pool = new BufferPool(8 * 1024 * 1024)
  const first = pool.take()
  pool.give(first, 1_000_000)
  expect(pool.take()).toBe(first)
  expect(pool.take().length).toBeGreaterThan(1_000_000)
  pool.give(Buffer.alloc(64 * 1024 * 1024), 1_000_000)
  expect(pool.take().length).toBeLessThan(2_000_000)
})

test('the bytes of a raw document can be had again, line feeds and tabs in their places', () => {
  const bytes = fc.uint8Array({ maxLength: 40 }).map((middle) => Buffer.from([0x7b, ...middle, 0x7d]))
  const spaced = fc.stringMatching(/^\{[ \t\n\r]{0,10}\}$/).map((json) => Buffer.from(json))
  fc.assert(
    fc.property(fc.array(fc.oneof(bytes, spaced), { minLength: 1, maxLength: 10 }), (documents) => {
      const body = new BulkBody()
      for (const document of documents) body.addRaw(line('a'), document)
      body.seal()
      for (const [item, document] of documents.entries()) expect(body.original(item)).toEqual(document)
    }),
  )
})
