/** Checks when a connector is created, as people know them; docs/elasticsearch/parity.md says what is shown where. */
import type { RawConfig } from '@penstock/core'
import { describe, expect, test } from 'vitest'
import { config } from './config/config.ts'
import { FakeElasticsearch } from './testing/fake-elasticsearch.ts'
import { crossKeyProblems, validate } from './validation/validation.ts'

const url = { 'connection.url': 'http://es' }
const mappingKey = 'topic.to.external.resource.mapping'
const errorsOf = (raw: RawConfig) => config.validate({ ...url, ...raw }).flatMap(({ errors }) => errors)
const keysOf = (raw: RawConfig) =>
  crossKeyProblems(config.parse({ ...url, ...raw }), { ...url, ...raw }).map(({ key }) => key)

describe('names of data streams', () => {
  describe.each(['data.stream.dataset', 'data.stream.namespace'])('%s', (name) => {
    test.each([...'\\/*?"<>| ,#-:'])('can not hold "%s"', (character) => {
      expect(errorsOf({ [name]: `a${character}b` })).toEqual([
        expect.stringContaining(`can not contain "${character}"`),
      ])
    })

    test('are in lower case, and of 100 characters at most', () => {
      expect(errorsOf({ [name]: 'aB' })).toEqual([expect.stringContaining('must be lower case')])
      expect(errorsOf({ [name]: 'x'.repeat(101) })).toEqual([expect.stringContaining('at most 100 characters')])
      for (const good of ['x'.repeat(100), 'shop.orders_1', 'ü']) expect(errorsOf({ [name]: good })).toEqual([])
    })
  })

  test('may have a type of their own, in any case, that leaves them data streams by name', () => {
    for (const type of ['traces', 'Logs', 'synthetics']) expect(errorsOf({ 'data.stream.type': type })).toEqual([])
    expect(errorsOf({ 'data.stream.type': 'a/b' })).toEqual([expect.stringContaining('can not contain "/"')])
  })
})

describe('single keys', () => {
  test.each([
    ['http://es:port', 'es:port is not an http or https URL'],
    ['http://me:%zz@es', 'hold a % that escapes nothing; it is written as %25'],
    ['http://a,:::', 'is not an http or https URL'],
  ])('connection.url %s', (text, message) => {
    expect(errorsOf({ 'connection.url': text })).toEqual([expect.stringContaining(message)])
    expect(errorsOf({ 'connection.url': text })[0]).not.toContain('me:')
  })

  test('connection.url can not be null', () => {
    expect(errorsOf({ 'connection.url': null as never })).toEqual([expect.stringContaining('must be non-null')])
  })
})

test('blank stores make their passwords and types harmless', () => {
  const store = (name: string) => ({
    [`elastic.https.ssl.${name}.location`]: '',
    [`elastic.https.ssl.${name}.password`]: 'x',
    [`elastic.https.ssl.${name}.type`]: 'PKCS12',
  })
  const raw = { 'elastic.security.protocol': 'ssl', ...store('keystore'), ...store('truststore') }
  expect(keysOf({ ...raw, 'elastic.https.ssl.key.password': 'y' })).toEqual([])
})

test('fifteen external resources are allowed without more, sixteen are not', () => {
  const pairs = (count: number) => Array.from({ length: count }, (_, n) => `t${n}:r${n}`).join(',')
  const usage = { 'external.resource.usage': 'index' }
  expect(keysOf({ ...usage, [mappingKey]: pairs(15) })).toEqual([])
  expect(keysOf({ ...usage, [mappingKey]: pairs(16) })).toEqual([mappingKey])
  expect(keysOf({ ...usage, [mappingKey]: pairs(20), 'max.external.resource.mappings': '20' })).toEqual([])
})

describe('what the cluster says of external resources', () => {
  const check = async (usage: string, status: number, version = '9.0.0') => {
    await using fake = await FakeElasticsearch.start()
    fake.version = { number: version }
    fake.indices.answer = () => ({ status, body: null })
    const raw = { 'connection.url': fake.url, 'external.resource.usage': usage, [mappingKey]: 'a:one' }
    const problems = await validate(raw, { signal: AbortSignal.timeout(5000) })
    return {
      asked: fake.requests,
      said: problems.map(({ key, message }) => `${key}: ${message.replace(fake.url, 'es')}`),
    }
  }

  test.each([
    ['index', 'index', 'HEAD /one'],
    ['datastream', 'data stream', 'HEAD /one'],
    ['alias_index', 'alias', 'HEAD /_alias/one'],
    ['alias_datastream', 'alias', 'HEAD /_alias/one'],
  ])('%s', async (usage, kind, request) => {
    expect(await check(usage, 200)).toEqual({ asked: ['GET /', request], said: [] })
    expect((await check(usage, 404)).said).toEqual([
      `${mappingKey}: The ${kind} one does not exist at es; create it, or mend ${mappingKey}.`,
    ])
    expect((await check(usage, 403)).said).toEqual([
      `${mappingKey}: Whether the ${kind} one exists at es could not be checked: HTTP status 403.`,
    ])
  })

  test('before 7.9 there are no data streams to write to', async () => {
    const keys = (await check('datastream', 200, '7.8.1')).said.map((text) => text.split(':')[0])
    expect(keys).toEqual(['connection.url', 'external.resource.usage'])
    expect((await check('alias_index', 200, '7.8.1')).said).toEqual([])
  })
})
