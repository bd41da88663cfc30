import { DataError, type Finding, type SinkRecord } from '@penstock/core'
import { sinkRecord } from '@penstock/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { config as definition } from '../config/config.ts'
import { type Answer, type ElasticsearchRequest, UnreachableError } from '../connection/client.ts'
import { ElasticsearchInspector } from './inspector.ts'

const logger = { error() {}, warn() {}, info() {}, debug() {} }
const byOffset = { 'key.ignore': 'true', 'schema.ignore': 'true' }
const byKey = { 'key.ignore': 'false', 'schema.ignore': 'true' }

interface Document {
  readonly index: string
  readonly id: string
  readonly version?: number
}

/** An inspector over these documents, and what it asks; `answer` may answer in their place. */
function inspectorOf(
  raw: Record<string, string>,
  documents: readonly Document[] = [],
  answer: (request: ElasticsearchRequest, number: number) => Partial<Answer> | undefined = () => undefined,
) {
  const requests: ElasticsearchRequest[] = []
  const client = {
    urls: 'http://es:9200',
    close: async () => {},
    request: async (request: ElasticsearchRequest): Promise<Answer> => {
      requests.push(request)
      const own = answer(request, requests.length - 1)
      if (own !== undefined) return { status: 200, body: Buffer.from('{}'), retryAfterMs: 0, ...own }
      const target = decodeURIComponent(request.path.split('/')[1] ?? '')
      const { size = 0, query } = JSON.parse(String(request.body ?? '{}')) as {
        size?: number
        query?: { ids: { values: string[] } }
      }
      const pattern = new RegExp(`^${target.replaceAll('*', '.*')}$`)
      const hits = documents
        .filter(({ index, id }) => pattern.test(index) && query?.ids.values.includes(id))
        .slice(0, size)
        .map(({ index, id, version = 1 }) => ({ _index: index, _id: id, _version: version }))
      return { status: 200, body: Buffer.from(JSON.stringify({ hits: { hits } })), retryAfterMs: 0 }
    },
  }
  const config = definition.parse({
    'connection.url': client.urls,
    'retry.backoff.ms': '0',
    'max.retries': '2',
    ...raw,
  })
  const inspector = new ElasticsearchInspector(config, { logger, signal: new AbortController().signal }, client)
  const find = (records: readonly SinkRecord[], within: string | null = null) => inspector.find(records, { within })
  return { inspector, find, requests }
}

const kinds = (findings: readonly Finding[]): string[] => findings.map(({ kind }) => kind)
const raw = (offset: number, valueJson = '{"a":1}') => sinkRecord({ topic: 't', offset: BigInt(offset), valueJson })
const keyed = (offset: number, key: string, value: unknown = { a: 1 }) =>
  sinkRecord({ topic: 't', offset: BigInt(offset), key, value })

describe('what would be sent', () => {
  test('is the action with its index and id, and the bytes that came', () => {
    const { inspector, requests } = inspectorOf(byOffset)
    expect(inspector.preview(raw(7, '{"a": 1.10}'))).toEqual({
      action: 'index',
      target: 't',
      id: 't+0+7',
      text: '{"index":{"_index":"t","_id":"t+0+7"}}\n{"a": 1.10}',
    })
    expect(requests).toEqual([])
  })

  test('is a line alone for a delete, and nothing for a value that is ignored', () => {
    const tombstone = keyed(3, 'k', null)
    const deleting = inspectorOf({ ...byKey, 'behavior.on.null.values': 'delete' }).inspector
    expect(deleting.preview(tombstone)).toMatchObject({
      action: 'delete',
      id: 'k',
      text: expect.not.stringContaining('\n'),
    })
    expect(inspectorOf({ ...byKey, 'behavior.on.null.values': 'ignore' }).inspector.preview(tombstone)).toBe(null)
  })

  test('is an error for what would be refused', () => {
    const { inspector } = inspectorOf(byOffset)
    expect(() => inspector.preview(raw(1, '{"a":'))).toThrow(SyntaxError)
    expect(() => inspector.preview(sinkRecord({ value: [1] }))).toThrow(DataError)
  })
})

describe('documents with ids of their own', () => {
  test('are there once, missing, or in several indices behind a pattern', async () => {
    const documents = [
      { index: 't', id: 't+0+0' },
      { index: 't', id: 't+0+2' },
      { index: 't-old', id: 't+0+2' },
    ]
    const { find } = inspectorOf(byOffset, documents)
    expect(await find([raw(0), raw(1), raw(2)])).toEqual([{ kind: 'once' }, { kind: 'missing' }, { kind: 'once' }])
    expect(await find([raw(0), raw(1), raw(2)], 't*')).toEqual([
      { kind: 'once' },
      { kind: 'missing' },
      { kind: 'several', where: ['t', 't-old'] },
    ])
  })

  test('that are missing because their bytes are no JSON were refused', async () => {
    expect(kinds(await inspectorOf(byOffset).find([raw(0, '{"a":}')]))).toEqual(['refused'])
  })

  test('are searched after one refresh of each index', async () => {
    const { find, requests } = inspectorOf(byOffset, [{ index: 't', id: 't+0+0' }])
    await find([raw(0)])
    await find([raw(1)])
    expect(requests.map(({ path }) => path)).toEqual(['/t/_refresh', '/t/_search', '/t/_search'])
  })

  test('are all found, whatever the number of records, of copies, and of hits in one answer', async () => {
    const copies = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(copies, async (counts) => {
        const documents = counts.flatMap((count, offset) =>
          Array.from({ length: count }, (_, copy) => ({ index: `t-${copy}`, id: `t+0+${offset}` })),
        )
        const { find } = inspectorOf(byOffset, documents)
        const expected = counts.map((count) => (count === 0 ? 'missing' : count === 1 ? 'once' : 'several'))
        expect(
          kinds(
            await find(
              counts.map((_, offset) => raw(offset)),
              't*',
            ),
          ),
        ).toEqual(expected)
      }),
      { numRuns: 50 },
    )
  })

  test('are asked for by a thousand at most', async () => {
    const { find, requests } = inspectorOf(byOffset)
    expect(await find(Array.from({ length: 2_500 }, (_, offset) => raw(offset)))).toHaveLength(2_500)
    const asked = requests.filter(({ path }) => path.endsWith('_search'))
    expect(asked.map(({ body }) => JSON.parse(String(body)).query.ids.values.length).sort()).toEqual([1000, 1000, 500])
  })
})

describe('documents whose id is the key', () => {
  test('tell by their version whether a record has arrived', async () => {
    const { find } = inspectorOf({ ...byKey, 'behavior.on.null.values': 'fail' }, [
      { index: 't', id: 'same', version: 5 },
      { index: 't', id: 'newer', version: 9 },
      { index: 't', id: 'older', version: 4 },
    ])
    const records = [keyed(5, 'same'), keyed(5, 'newer'), keyed(5, 'older'), keyed(5, 'gone')]
    expect(kinds(await find(records))).toEqual(['once', 'once', 'missing', 'missing'])
  })

  test('say nothing when they are gone and may have been deleted', async () => {
    const { find } = inspectorOf({ ...byKey, 'behavior.on.null.values': 'delete' }, [
      { index: 't', id: 'newer', version: 9 },
      { index: 't', id: 'left', version: 4 },
    ])
    expect(kinds(await find([keyed(5, 'gone')]))).toEqual(['not_verifiable'])
    const deletes = [keyed(5, 'deleted', null), keyed(5, 'newer', null), keyed(5, 'left', null)]
    expect(kinds(await find(deletes))).toEqual(['once', 'once', 'missing'])
  })

  test('say nothing when records change them in parts', async () => {
    const { find } = inspectorOf({ ...byKey, 'write.method': 'upsert', 'behavior.on.null.values': 'fail' }, [
      { index: 't', id: 'k' },
    ])
    expect(kinds(await find([keyed(5, 'k'), keyed(6, 'gone')]))).toEqual(['not_verifiable', 'missing'])
  })
})

test('ids that Elasticsearch has made up can not be looked for, ignored values need not be', async () => {
  const generated = inspectorOf({ ...byOffset, 'use.autogenerated.ids': 'true' })
  expect(kinds(await generated.find([raw(0)]))).toEqual(['not_verifiable'])
  expect(generated.requests).toEqual([])
  const ignoring = inspectorOf({ ...byOffset, 'behavior.on.null.values': 'ignore' })
  expect(kinds(await ignoring.find([sinkRecord({ value: null }), sinkRecord({ value: 'text' })]))).toEqual([
    'skipped',
    'refused',
  ])
})

describe('a server in trouble', () => {
  test('is asked again, and then given up with what it says', async () => {
    const busy = inspectorOf(byOffset, [{ index: 't', id: 't+0+0' }], ({ path }, number) => {
      if (number === 1) throw new UnreachableError('connection refused')
      return path.endsWith('_search') && number === 2 ? { status: 429 } : undefined
    })
    expect(await busy.find([raw(0)])).toEqual([{ kind: 'once' }])
    const down = inspectorOf(byOffset, [], () => ({ status: 503, body: Buffer.from('{"error":"no shards"}') }))
    await expect(down.find([raw(0)])).rejects.toThrow(/HTTP status 503/)
    expect(down.requests).toHaveLength(3)
  })

  test('an index that is not there holds nothing, but a name of several must be right', async () => {
    const absent = () =>
      inspectorOf(byOffset, [], () => ({
        status: 404,
        body: Buffer.from('{"error":{"type":"index_not_found_exception","reason":"no such index"}}'),
      }))
    expect(await absent().find([raw(0)])).toEqual([{ kind: 'missing' }])
    await expect(absent().find([raw(0)], 'a,b')).rejects.toThrow(/404/)
  })

  test.each([
    [404, '<html>no backend</html>'],
    [200, '<html>please log in</html>'],
    [200, ''],
    [200, '{"message":"ok"}'],
  ])('%i with %s is no proof that documents are missing', async (status, body) => {
    const { find } = inspectorOf(byOffset, [], ({ path }) =>
      path.endsWith('_search') ? { status, body: Buffer.from(body) } : undefined,
    )
    await expect(find([raw(0)])).rejects.toMatchObject({ code: 'elasticsearch.search' })
  })

  test('that does not let the user refresh is searched all the same; without the right to read the answer says so', async () => {
    const { find } = inspectorOf(byOffset, [{ index: 't', id: 't+0+0' }], ({ path }) =>
      path.endsWith('_refresh') ? { status: 403 } : undefined,
    )
    expect(await find([raw(0)])).toEqual([{ kind: 'once' }])
    await expect(inspectorOf(byOffset, [], () => ({ status: 403 })).find([raw(0)])).rejects.toThrow(/privilege "read"/)
  })
})
