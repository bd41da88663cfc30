import { isRetriable, type Schema, schema } from '@penstock/core'
import { describe, expect, test } from 'vitest'
import { FakeIndices } from '../testing/fake-indices.ts'
import { Indices } from './indices.ts'
import { toMapping } from './mapping.ts'
import type { Resource } from './resources.ts'

const order = schema.struct([['id', schema.int32()]])
const withNote = schema.struct([
  ['id', schema.int32()],
  ['note', schema.string()],
])
const widened = schema.struct([['id', schema.int64()]])

interface Settings {
  readonly 'index.settings'?: string
  readonly 'index.lifecycle.name'?: string
}

function setUp(settings: Settings = {}) {
  const server = new FakeIndices()
  const requests: string[] = []
  const bodies: string[] = []
  const warnings: string[] = []
  const clock = { time: 0, now: () => clock.time }
  const indices = new Indices({
    client: {
      urls: 'http://es',
      request: async ({ method, path, query = '', body = '' }) => {
        requests.push(`${method} ${path}${query === 'write_index_only=true' ? `?${query}` : ''}`)
        if (body.length > 0) bodies.push(body.toString())
        const answer = server.answer(method, decodeURI(path), body.toString())
        return { status: answer.status, body: Buffer.from(JSON.stringify(answer.body)), retryAfterMs: 0 }
      },
    },
    config: { 'index.settings': null, 'index.lifecycle.name': null, ...settings },
    clock,
    logger: { info: () => {}, warn: (text) => void warnings.push(text) },
    signal: new AbortController().signal,
  })
  const prepare = async (resource: Resource, of: Schema) => {
    if (indices.use(resource) && indices.isMapped(resource, of)) return
    await indices.ensureExists(resource)
    await indices.ensureMapping(resource, { schema: of, mapping: toMapping(of, true, 'orders-0@1') }, 'orders-0@1')
  }
  return { server, requests, bodies, warnings, clock, indices, prepare }
}

const orders: Resource = { name: 'orders', kind: 'index' }
const idType = (server: FakeIndices, name = 'orders') => server.mapping(name)?.properties?.id?.type

describe('mappings', () => {
  test('a missing index is made and mapped; its next records ask nothing', async () => {
    const s = setUp()
    await s.prepare(orders, order)
    expect(s.requests).toEqual([
      'GET /orders',
      'PUT /orders',
      'GET /orders',
      'GET /orders/_mapping',
      'PUT /orders/_mapping',
    ])
    expect(s.server.mapping('orders')).toEqual({ properties: { id: { type: 'integer' } } })
    await s.prepare(orders, order)
    expect(s.requests).toHaveLength(5)
  })

  test('a schema that evolves adds what is new; both schemas stay known', async () => {
    const s = setUp()
    await s.prepare(orders, order)
    s.requests.length = 0
    for (const version of [withNote, order, withNote]) await s.prepare(orders, version)
    expect(s.requests).toEqual(['PUT /orders/_mapping'])
    expect(JSON.parse(s.bodies.at(-1) as string).properties).toMatchObject({ note: { type: 'text' } })
    expect(Object.keys(JSON.parse(s.bodies.at(-1) as string).properties)).toEqual(['note'])
  })

  test('a field that widens is told, and explains what is refused because of it', async () => {
    const s = setUp()
    await s.prepare(orders, order)
    for (const version of [widened, { ...widened }]) await s.prepare(orders, version)
    expect(s.warnings).toHaveLength(1)
    expect(s.warnings[0]).toContain('field id of orders is integer, the schema of the record asks for long')
    expect(s.indices.explain('orders', widened, 'failed to parse field [id] of type [integer]')).toBe(
      'field id of orders is integer, the schema of the record asks for long',
    )
    expect(s.indices.explain('orders', widened, 'failed to parse field [other]')).toBeNull()
    expect(s.indices.explain('orders', order, 'failed to parse field [id]')).toBeNull()
    expect(s.indices.explain('orders', null, 'failed to parse field [id]')).toBeNull()
  })

  test('the mapping of a template wins; what it lacks is added', async () => {
    const s = setUp()
    s.server.templates.set('ord', { properties: { id: { type: 'keyword' } } })
    await s.prepare(orders, withNote)
    expect(s.server.mapping('orders')?.properties).toMatchObject({ id: { type: 'keyword' }, note: { type: 'text' } })
    expect(s.warnings).toEqual([])
  })

  test('two tasks that map one field differently: the first wins, the second looks again', async () => {
    const s = setUp()
    await s.prepare(orders, order)
    s.server.make('orders', { properties: { id: { type: 'integer' }, note: { type: 'keyword' } } })
    await s.prepare(orders, withNote)
    expect(s.server.mapping('orders')?.properties?.note).toEqual({ type: 'keyword' })
  })

  test.each([
    ['GET', 200, ['please log in']],
    ['GET', 200, { message: 'ok' }],
    ['PUT', 400, ['blocked by a firewall']],
    ['PUT', 400, { error: { type: 'validation_exception', reason: 'this action would add [2] shards' } }],
  ])('an answer to %s that says nothing about the index may pass: %i %j', async (only, status, body) => {
    const s = setUp()
    const answer = s.server.answer.bind(s.server)
    s.server.answer = (method, path, sent) => (method === only ? { status, body } : answer(method, path, sent))
    await expect(s.prepare(orders, order)).rejects.toSatisfy(isRetriable)
    s.server.make('orders', {})
    await expect(s.prepare(orders, order)).rejects.toSatisfy(isRetriable)
    s.server.answer = answer
    await s.prepare(orders, order)
    expect(idType(s.server)).toBe('integer')
  })

  test('fields that Elasticsearch will not map are an error of their records, asked for again after a while', async () => {
    const s = setUp()
    await s.prepare(orders, order)
    const answer = s.server.answer.bind(s.server)
    s.server.answer = (method, path, body) =>
      method === 'PUT'
        ? { status: 400, body: { error: { type: 'illegal_argument_exception', reason: 'Limit of total fields [1]' } } }
        : answer(method, path, body)
    const refusal =
      /schema of record orders-0@1 has fields that can't be added to the mapping of orders: .*Limit of total/
    await expect(s.prepare(orders, withNote)).rejects.toThrow(refusal)
    const asked = s.requests.length
    await expect(s.prepare(orders, withNote)).rejects.toThrow(refusal)
    // The same schema in other words, as a transformation may make it for each record.
    await expect(s.prepare(orders, { ...withNote })).rejects.toThrow(refusal)
    await s.prepare(orders, order)
    expect(s.requests).toHaveLength(asked)
    s.server.answer = answer
    s.clock.time += 60_000
    await s.prepare(orders, withNote)
    expect(s.server.mapping('orders')?.properties?.note).toBeDefined()
  })
})

describe('indices that change', () => {
  test('one that was deleted, and made by Elasticsearch itself, is noticed and mapped again', async () => {
    const s = setUp()
    await s.prepare(orders, order)
    await s.indices.check()
    s.server.delete('orders')
    s.server.make('orders')
    s.indices.use(orders)
    s.clock.time += 5000
    await s.indices.check()
    expect(s.indices.use(orders)).toBe(false)
    await s.prepare(orders, order)
    expect(idType(s.server)).toBe('integer')
  })

  test('one that is missing is made again with the fields of all schemas so far', async () => {
    const s = setUp({ 'index.settings': '{"number_of_shards":2}' })
    await s.prepare(orders, order)
    await s.prepare(orders, withNote)
    s.server.delete('orders')
    await s.indices.remake('orders')
    expect(Object.keys(s.server.mapping('orders')?.properties ?? {})).toEqual(['id', 'note'])
    expect(s.server.settings('orders')).toEqual({ number_of_shards: 2 })
  })

  test('nothing is asked of indices that have nothing of ours, and not more often than every few seconds', async () => {
    const s = setUp()
    await s.indices.ensureExists(orders)
    s.indices.use(orders)
    await s.indices.check()
    expect(s.requests).toEqual(['GET /orders', 'PUT /orders'])
    await s.prepare(orders, order)
    const asked = s.requests.length
    for (let i = 0; i < 5; i++) await s.indices.check()
    expect(s.requests.length - asked).toBeLessThanOrEqual(1)
  })
})

describe('aliases and rollover', () => {
  const rollover: Resource = { name: 'orders', kind: 'rollover' }

  test('a missing alias is made with its first index, settings and lifecycle', async () => {
    const s = setUp({ 'index.settings': '{"number_of_shards":2}', 'index.lifecycle.name': 'hot-cold' })
    await s.prepare(rollover, order)
    expect(JSON.parse(s.bodies[0] as string)).toEqual({
      settings: {
        number_of_shards: 2,
        'index.lifecycle.name': 'hot-cold',
        'index.lifecycle.rollover_alias': 'orders',
      },
      aliases: { orders: { is_write_index: true } },
    })
    expect(s.server.aliases.get('orders')).toBe('orders-000001')
    expect(idType(s.server)).toBe('integer')
    expect(s.requests.at(-1)).toBe('PUT /orders/_mapping?write_index_only=true')
  })

  test('after a rollover the new index gets the mapping', async () => {
    const s = setUp()
    await s.prepare(rollover, order)
    s.server.make('orders-000002')
    s.server.aliases.set('orders', 'orders-000002')
    s.indices.use(rollover)
    s.clock.time += 5000
    await s.indices.check()
    await s.prepare(rollover, order)
    expect(idType(s.server, 'orders-000002')).toBe('integer')
  })

  test('an index of the alias’s name is a clear error', async () => {
    const s = setUp()
    s.server.make('orders')
    await expect(s.prepare(rollover, order)).rejects.toThrow('orders is an index, not an alias')
  })

  test('so is a first index that has lost its alias', async () => {
    const s = setUp()
    s.server.make('orders-000001')
    await expect(s.prepare(rollover, order)).rejects.toThrow('index orders-000001 is there, but not its alias orders')
  })
})

describe('data streams and external resources', () => {
  const stream: Resource = { name: 'logs-shop-orders', kind: 'data stream' }

  test('a missing data stream is made; only its write index is mapped', async () => {
    const s = setUp()
    await s.prepare(stream, order)
    expect(s.requests).toContain('PUT /_data_stream/logs-shop-orders')
    expect(s.requests.at(-1)).toBe('PUT /logs-shop-orders/_mapping?write_index_only=true')
    expect(idType(s.server, 'logs-shop-orders')).toBe('integer')
  })

  test('without an index template the error says which one to make', async () => {
    const s = setUp()
    s.server.makesDataStreams = false
    await expect(s.prepare(stream, order)).rejects.toThrow(
      'make one: PUT _index_template/logs-shop {"index_patterns":["logs-shop-*"],"data_stream":{},"priority":200}',
    )
  })

  test('an index of the data stream’s name is a clear error', async () => {
    const s = setUp()
    s.server.make('logs-shop-orders')
    await expect(s.prepare(stream, order)).rejects.toThrow('is an index, not a data stream')
  })

  test('external resources are mapped, but never made', async () => {
    const s = setUp()
    await expect(s.prepare({ name: 'x', kind: 'external' }, order)).rejects.toThrow(
      'index x does not exist, and external.resource.usage creates nothing',
    )
    expect(s.server.names()).toEqual([])
    s.server.make('x')
    await s.prepare({ name: 'x', kind: 'external' }, order)
    expect(idType(s.server, 'x')).toBe('integer')
  })

  test('an external resource that goes away is waited for', async () => {
    const s = setUp()
    s.server.make('x')
    const external: Resource = { name: 'x', kind: 'external' }
    await s.prepare(external, order)
    s.server.delete('x')
    const failed = await s.indices.remake('x').catch((error: unknown) => error)
    expect(isRetriable(failed)).toBe(true)
    expect(String(failed)).toContain('index x does not exist')
    s.server.make('x')
    await s.prepare(external, order)
    expect(idType(s.server, 'x')).toBe('integer')
  })

  test('what is not what was named is a clear error', async () => {
    const s = setUp()
    s.server.make('x')
    await expect(s.prepare({ name: 'x', kind: 'external alias' }, order)).rejects.toThrow('x is an index, not an alias')
    await expect(s.prepare({ name: 'x', kind: 'external data stream' }, order)).rejects.toThrow('not a data stream')
  })
})
