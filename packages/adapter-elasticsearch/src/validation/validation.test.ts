import type { RawConfig } from '@penstock/core'
import { describe, expect, test } from 'vitest'
import { config } from '../config/config.ts'
import plugin from '../index.ts'
import { FakeElasticsearch } from '../testing/fake-elasticsearch.ts'
import { crossKeyProblems, requireConsistent, validate } from './validation.ts'

const url = { 'connection.url': 'http://es:9200' }
const keysOf = (raw: RawConfig) => crossKeyProblems(config.parse({ ...url, ...raw }), raw).map(({ key }) => key)

describe('across keys', () => {
  test.each<[string, RawConfig, string[]]>([
    ['nothing special', {}, []],
    ['a user and a password', { 'connection.username': 'u', 'connection.password': 'p' }, []],
    ['a user alone', { 'connection.username': 'u' }, ['connection.username', 'connection.password']],
    ['a password alone', { 'connection.password': 'p' }, ['connection.username', 'connection.password']],
    [
      'an API key and a user',
      { 'connection.api.key': 'k', 'connection.username': 'u', 'connection.password': 'p' },
      ['connection.api.key', 'connection.username'],
    ],
    [
      'an API key and a URL with user',
      { 'connection.api.key': 'k', 'connection.url': 'http://u:p@es' },
      ['connection.api.key', 'connection.url'],
    ],
    [
      'a key list beside key.ignore',
      { 'key.ignore': 'true', 'topic.key.ignore': 'a' },
      ['key.ignore', 'topic.key.ignore'],
    ],
    [
      'a schema list beside schema.ignore',
      { 'schema.ignore': 'true', 'topic.schema.ignore': 'a' },
      ['schema.ignore', 'topic.schema.ignore'],
    ],
    ['lists alone', { 'topic.key.ignore': 'a', 'topic.schema.ignore': 'a' }, []],
    [
      'linger beyond the flush timeout',
      { 'linger.ms': '2000', 'flush.timeout.ms': '1000' },
      ['linger.ms', 'flush.timeout.ms'],
    ],
    [
      'a buffer too small',
      { 'max.buffered.records': '100' },
      ['max.buffered.records', 'batch.size', 'max.in.flight.requests'],
    ],
    ['SSL keys without SSL', { 'elastic.https.ssl.truststore.certificates': 'x' }, ['elastic.security.protocol']],
    ['SSL without SSL keys', { 'elastic.security.protocol': 'SSL' }, ['elastic.security.protocol']],
    ['SSL', { 'elastic.security.protocol': 'SSL', 'elastic.https.ssl.endpoint.identification.algorithm': '' }, []],
    [
      'an SSL key that is not there',
      { 'elastic.security.protocol': 'SSL', 'elastic.https.ssl.keystore.location': '/x.jks' },
      ['elastic.security.protocol'],
    ],
    ['data streams switched off', { 'data.stream.type': 'none', 'external.resource.usage': 'DISABLED' }, []],
    [
      'a proxy and Kerberos: all at once',
      { 'proxy.host': 'p', 'kerberos.keytab.path': '/k' },
      ['proxy.host', 'kerberos.keytab.path'],
    ],
  ])('%s', (_name, raw, keys) => {
    expect(keysOf(raw)).toEqual(keys)
  })

  test('a task refuses to write elsewhere than asked', () => {
    expect(() => requireConsistent(config.parse({ ...url, 'kerberos.keytab.path': '/k' }))).toThrow(
      'kerberos.keytab.path is not supported',
    )
  })
})

describe('single keys', () => {
  test.each<[RawConfig, string]>([
    [{}, 'Missing required configuration "connection.url" which has no default value.'],
    [{ 'connection.url': '' }, 'at least one URL is needed'],
    [{ 'connection.url': 'http://ok,ftp://u:secret@es' }, 'ftp://es is not an http or https URL'],
    [{ ...url, 'batch.size': '0' }, 'Value must be at least 1'],
    [{ ...url, 'bulk.size.bytes': '-2' }, 'Value must be at least -1'],
    [{ ...url, 'write.method': 'replace' }, 'String must be one of: insert, upsert'],
    [{ ...url, 'behavior.on.null.values': 'explode' }, 'String must be one of: ignore, delete, fail'],
    [{ ...url, 'topic.index.map': 'a:b,c' }, 'entries must look like topic:index'],
  ])('%j', (raw, message) => {
    const errors = config.validate(raw).flatMap((value) => value.errors)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toContain(message)
  })

  test('enumerations are compared without case; old keys are accepted and not shown', () => {
    const raw = { ...url, 'write.method': 'UPSERT', 'type.name': '_doc', 'log.sensitive.data': 'true' }
    expect(config.parse(raw)).toMatchObject({ 'write.method': 'upsert', 'type.name': '_doc' })
    expect(config.validate(raw).map(({ name }) => name)).not.toContain('type.name')
  })
})

describe('against a cluster', () => {
  const check = (raw: RawConfig) => validate(raw, { signal: AbortSignal.timeout(5000) })

  test('a cluster that answers is fine', async () => {
    await using server = await FakeElasticsearch.start()
    expect(await check({ 'connection.url': server.url })).toEqual([])
  })

  test('one node of several is enough', async () => {
    await using server = await FakeElasticsearch.start()
    expect(await check({ 'connection.url': `http://127.0.0.1:1,${server.url}` })).toEqual([])
  })

  test('nobody there: one clear message without credentials, soon', async () => {
    const started = performance.now()
    const problems = await check({ 'connection.url': 'http://me:secret@127.0.0.1:1' })
    expect(problems.map(({ key }) => key)).toEqual(['connection.url'])
    expect(problems[0]?.message).toMatch(/^Could not connect to Elasticsearch at http:\/\/127.0.0.1:1; check the URL/)
    expect(problems[0]?.message).not.toContain('secret')
    expect(performance.now() - started).toBeLessThan(4000)
  })

  test.each<[string, Partial<FakeElasticsearch>, RawConfig, string[], string]>([
    [
      'refused credentials',
      { rootStatus: 401 },
      { 'connection.api.key': 'k' },
      ['connection.url', 'connection.api.key'],
      'refused the credentials',
    ],
    [
      'too old',
      { version: { number: '6.8.23' } },
      {},
      ['connection.url'],
      'has version 6.8.23; at least 7.0.0 is needed',
    ],
    [
      'another product',
      { version: { number: '2.11.0', distribution: 'opensearch' } },
      {},
      ['connection.url'],
      'is opensearch, not Elasticsearch',
    ],
    ['no right to see the version', { rootStatus: 403 }, {}, [], ''],
    ['an unreadable version', { version: {} }, {}, [], ''],
  ])('%s', async (_name, server, raw, keys, message) => {
    await using fake = await FakeElasticsearch.start()
    Object.assign(fake, server)
    const problems = await check({ 'connection.url': fake.url, ...raw })
    expect(problems.map(({ key }) => key)).toEqual(keys)
    for (const problem of problems) expect(problem.message).toContain(message)
  })
})

test('the plugin answers to the names in people’s JSON', () => {
  expect(plugin).toMatchObject({
    kind: 'sink',
    name: 'ElasticsearchSink',
    aliases: ['io.confluent.connect.elasticsearch.ElasticsearchSinkConnector', 'ElasticsearchSinkConnector'],
    lazyValues: true,
  })
})
