import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Decimal,
  isRetriable,
  type RawConfig,
  type SinkRecord,
  Struct,
  schema,
  type Transformation,
  type TransformationContext,
} from '@penstock/core'
import { fakeTransformationContext, type SinkRecordFields, sinkRecord } from '@penstock/core/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { CachedLookup } from './enrich/cached-lookup.ts'
import { structOf, transformation } from './testing/apply.ts'
import { hasRedisServer, startRedis } from './testing/redis-server.ts'

const customers = { '42': '{"name":"Ada","tier":1}', 'c:42': '"prefixed"', bad: '{' }
const common = { 'key.field': 'customer.id', 'target.field': 'found' }
const inTopic = { ...common, lookup: 'topic', topic: 'customers' }
const value = { customer: { id: 42 } }

const enrich = (raw: RawConfig, context: TransformationContext = fakeTransformationContext({ customers })) =>
  transformation('Enrich$Value', raw, context)
const applied = async (made: Transformation, fields: SinkRecordFields): Promise<unknown> =>
  ((await made.apply(sinkRecord(fields))) as SinkRecord).value.value

describe('in a compacted topic', () => {
  test('adds what stands under the key', async () => {
    const made = enrich(inTopic)
    expect(await applied(made, { value })).toEqual({ ...value, found: { name: 'Ada', tier: 1 } })
    // The table is open now: there is nothing to wait for.
    expect(made.apply(sinkRecord({ value }))).not.toBeInstanceOf(Promise)
    await made.close?.()
  })

  test('takes texts as they are, under keys with a prefix', async () => {
    const made = enrich({ ...inTopic, 'value.format': 'string', 'key.prefix': 'c:' })
    expect(await applied(made, { value })).toEqual({ ...value, found: '"prefixed"' })
  })

  test('gives what it finds in a record with a schema a schema', async () => {
    const of = schema.struct([['customer', schema.struct([['id', schema.int64()]])]])
    const inner = (of.fields[0] as { schema: typeof of }).schema
    const struct = new Struct(of, { customer: new Struct(inner, { id: 42n }) })
    const found = structOf(structOf(await applied(enrich(inTopic), { value: struct, valueSchema: of })).get('found'))
    expect([found.get('name'), found.get('tier')]).toEqual(['Ada', 1n])
  })

  test.each([[{ customer: { id: 7 } }], [{ customer: null }], [{}]])(
    '%o has nothing to find: it is kept, or fails',
    async (missing) => {
      expect(await applied(enrich(inTopic), { value: missing })).toBe(missing)
      await expect(applied(enrich({ ...inTopic, 'on.missing': 'fail' }), { value: missing })).rejects.toThrow(
        'nothing is found for the field customer.id of topic-0@0',
      )
    },
  )

  test.each([
    [schema.decimal(2), new Decimal(1250n, 2), '12.50'],
    [schema.timestamp(), new Date(0), '1970-01-01T00:00:00.000Z'],
    [schema.bytes(), Buffer.of(10, 255), '0aff'],
    [schema.boolean(), true, 'true'],
  ])('looks %o up by its text', async (of, id, key) => {
    const struct = schema.struct([['id', of]])
    const made = enrich({ ...inTopic, 'key.field': 'id' }, fakeTransformationContext({ customers: { [key]: '1' } }))
    const after = await applied(made, { value: new Struct(struct, { id }), valueSchema: struct })
    expect(structOf(after).get('found')).toBe(1n)
  })

  test('a record without a value is left alone', async () =>
    expect(await applied(enrich({ ...inTopic, 'on.missing': 'fail' }), { value: null })).toBeNull())

  test('what is no JSON is an error of the record', () =>
    expect(applied(enrich(inTopic), { value: { customer: { id: 'bad' } } })).rejects.toThrow(
      'what topic customers holds under the key is not JSON',
    ))

  test('a table that could not be opened is opened by the next record', async () => {
    const working = fakeTransformationContext({ customers })
    let tries = 0
    const made = enrich(inTopic, {
      ...working,
      openTable: async (topic, options) => {
        if (++tries === 1) throw new Error('no broker')
        return working.openTable(topic, options)
      },
    })
    await expect(applied(made, { value })).rejects.toThrow('no broker')
    expect(await applied(made, { value })).toMatchObject({ found: { name: 'Ada' } })
  })
})

describe('in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-enrich-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  const inFile = (path: string, more: RawConfig = {}) => enrich({ ...common, lookup: 'file', file: path, ...more })

  test.each<[string, string, RawConfig, unknown]>([
    ['a.json', '{"42":{"name":"Ada"}}', {}, { name: 'Ada' }],
    ['b.json', '[{"id":42,"name":"Ada"}]', { 'file.key': 'id' }, { id: 42, name: 'Ada' }],
    ['c.csv', 'id,name\n42,"Ada, Countess"\n', {}, { id: '42', name: 'Ada, Countess' }],
    ['d.csv', 'name,id\nAda,42\n', { 'file.key': 'id' }, { id: '42', name: 'Ada' }],
  ])('%s', async (name, text, more, found) => {
    expect(await applied(inFile(file(name, text), more), { value })).toEqual({ ...value, found })
  })

  test('a changed file is read again, a broken one is not', async () => {
    let now = 0
    const path = file('changing.json', '{"42":1}')
    const raw = { ...common, lookup: 'file', file: path, 'cache.ttl.ms': '10' }
    const made = enrich(raw, fakeTransformationContext({}, { now: () => now }))
    const after = async (text: string) => {
      writeFileSync(path, text)
      utimesSync(path, now, now)
      now += 10
      return ((await applied(made, { value })) as { found: unknown }).found
    }
    expect([await after('{"42":1}'), await after('{"42":2}'), await after('{'), await after('{"42":3}')]).toEqual([
      ...[1, 2, 2, 3],
    ])
  })

  test.each([
    ['none.json', null],
    ['array.json', '[]'],
    ['nokey.csv', 'a,b\n1,2'],
  ])('%s can not be used: a failure that may pass', async (name, text) => {
    const path = text === null ? join(folder, name) : file(name, text)
    const error = await applied(inFile(path, name.endsWith('.csv') ? { 'file.key': 'id' } : {}), { value }).catch(
      (failure: unknown) => failure,
    )
    expect(isRetriable(error)).toBe(true)
    expect(String(error)).toContain(path)
  })
})

describe('the cache', () => {
  test('asks once for a key, until its time is over', async () => {
    let now = 0
    const asked: string[] = []
    const lookup = {
      find: async (key: string) => {
        asked.push(key)
        return key === 'none' ? null : asked.length
      },
      close: async () => {},
    }
    const cached = new CachedLookup(lookup, { size: 2, ttlMs: 100, missingTtlMs: 10 }, { now: () => now })
    expect(await Promise.all([cached.find('a'), cached.find('a')])).toEqual([1, 1])
    expect(cached.find('a')).toBe(1)
    expect(await cached.find('none')).toBeNull()
    expect(cached.find('none')).toBeNull()
    now = 10
    expect([cached.find('a'), await cached.find('none')]).toEqual([1, null])
    now = 100
    expect(await cached.find('a')).toBe(4)
    await cached.find('b')
    await cached.find('none')
    await cached.find('a')
    expect(asked).toEqual(['a', 'none', 'none', 'a', 'b', 'none', 'a'])
  })

  test('does not keep failures', async () => {
    let tries = 0
    const lookup = {
      find: async () => {
        if (++tries === 1) throw new Error('away')
        return 1
      },
      close: async () => {},
    }
    const cached = new CachedLookup(lookup, { size: 2, ttlMs: 100, missingTtlMs: 10 }, { now: () => 0 })
    await expect(cached.find('a')).rejects.toThrow('away')
    expect(await cached.find('a')).toBe(1)
  })
})

test.skipIf(!hasRedisServer)('in a real Redis, of which the cache remembers what it had', async () => {
  const redis = await startRedis()
  const { Redis } = await import('ioredis')
  const client = new Redis(redis.url)
  await client.set('c:42', '{"name":"Ada"}')
  client.disconnect()
  const made = enrich({ ...common, lookup: 'redis', 'redis.url': redis.url, 'key.prefix': 'c:' })
  expect(await applied(made, { value })).toEqual({ ...value, found: { name: 'Ada' } })
  await redis.stop()
  expect(await applied(made, { value })).toEqual({ ...value, found: { name: 'Ada' } })
  await expect(applied(made, { value: { customer: { id: 1 } } })).rejects.toSatisfy(isRetriable)
  await made.close?.()
})

test.each<[RawConfig, string]>([
  [{ ...common }, 'Missing required configuration "lookup"'],
  [{ ...common, lookup: 'topic' }, 'Missing required configuration "topic", which lookup=topic needs.'],
  [{ ...common, lookup: 'redis' }, 'Missing required configuration "redis.url", which lookup=redis needs.'],
  [{ ...common, lookup: 'redis', 'redis.url': 'http://x' }, 'expected redis://host:port'],
  [{ ...common, lookup: 'redis', 'redis.url': 'redis://u:secret@x' }, 'give it by redis.password'],
])('%o is refused', (raw, message) => {
  expect(() => enrich(raw)).toThrow(message)
  expect(() => enrich(raw)).not.toThrow('secret@')
})
