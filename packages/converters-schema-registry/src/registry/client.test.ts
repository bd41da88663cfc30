import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError, configDef, DataError, isRetriable } from '@penstock/core'
import { expect, test } from 'vitest'
import { type Answer, HttpRegistry, type SeenRequest } from '../testing/http-registry.ts'
import { SchemaRegistryClient } from './client.ts'
import { registryKeys } from './config.ts'

const fast = { 'retries.wait.ms': '1' }

function clientOf(raw: Record<string, string>): SchemaRegistryClient {
  return new SchemaRegistryClient(configDef(registryKeys).parse({ ...fast, ...raw }))
}

async function withAnswers<Result>(
  answer: (request: SeenRequest) => Answer,
  use: (client: SchemaRegistryClient, registry: HttpRegistry) => Promise<Result>,
  raw: Record<string, string> = {},
): Promise<Result> {
  await using registry = await HttpRegistry.start(answer)
  const client = clientOf({ 'schema.registry.url': registry.url, ...raw })
  try {
    return await use(client, registry)
  } finally {
    await client.close()
  }
}

const problemOf = async (call: Promise<unknown>): Promise<Error & { code?: string }> => {
  try {
    await call
  } catch (error) {
    return error as Error
  }
  throw new Error('no error')
}

const avro = { kind: 'AVRO', text: '"int"', references: [] } as const

test('a schema comes with those it uses, each after its own', async () => {
  const ref = (name: string) => ({ name, subject: `s-${name}`, version: 3 })
  const answers: Record<string, unknown> = {
    '/schemas/ids/7': { schema: 'A', schemaType: 'PROTOBUF', references: [ref('b'), ref('c')] },
    '/subjects/s-b/versions/3': { schema: 'B', schemaType: 'PROTOBUF', references: [ref('c')] },
    '/subjects/s-c/versions/3': { schema: 'C', schemaType: 'PROTOBUF' },
  }
  await withAnswers(
    ({ path }) => ({ body: answers[path] }),
    async (client) => {
      expect(await client.schemaById(7)).toMatchObject({
        kind: 'PROTOBUF',
        text: 'A',
        used: [
          { name: 'c', text: 'C' },
          { name: 'b', text: 'B' },
        ],
      })
    },
  )
})

test('schemas are registered and looked up with the kind, and normalized where that is wanted', async () => {
  await withAnswers(
    () => ({ body: { id: 9 } }),
    async (client, { requests }) => {
      expect(await client.register('a/b-value', avro)).toBe(9)
      expect(await client.lookUp('x', { ...avro, kind: 'JSON' })).toBe(9)
      expect(requests.map(({ path, body }) => [path, body])).toEqual([
        ['/subjects/a%2Fb-value/versions?normalize=true', { schema: '"int"' }],
        ['/subjects/x?normalize=true', { schema: '"int"', schemaType: 'JSON' }],
      ])
    },
    { 'normalize.schemas': 'true' },
  )
})

test.each([
  [409, { error_code: 409, message: 'field b was removed' }, 'schema_registry.incompatible', 'field b was removed'],
  [422, { error_code: 42201, message: 'bad schema' }, 'schema_registry.refused', 'bad schema'],
  [401, { error_code: 401, message: 'who?' }, 'schema_registry.unauthorized', 'check basic.auth.user.info'],
  [404, '<html>', 'schema_registry.wrong_url', 'check the path of schema.registry.url'],
  [200, 'not JSON', 'schema_registry.unexpected', 'status 200'],
])('status %i with %j is %s', async (status, body, code, text) => {
  await withAnswers(
    () => ({ status, body }),
    async (client) => {
      const error = await problemOf(client.register('s', avro))
      expect(error.code).toBe(code)
      expect(error.message).toContain(text)
    },
  )
})

test('a schema that is not there is a DataError', async () => {
  const missing = { status: 404, body: { error_code: 40403, message: 'Schema not found' } }
  await withAnswers(
    () => missing,
    async (client, { requests }) => {
      const errors = [await problemOf(client.schemaById(1)), await problemOf(client.lookUp('s', avro))]
      expect(errors.every((error) => error instanceof DataError)).toBe(true)
      expect(errors.map(({ code }) => code)).toEqual(['schema_registry.not_found', 'schema_registry.not_registered'])
      expect(await client.versionOf(1, 's')).toBeNull()
      expect(requests).toHaveLength(3)
    },
  )
})

test('a request is sent again after a passing failure, and is retriable when all attempts fail', async () => {
  let failures = 2
  await withAnswers(
    () => (failures-- > 0 ? { status: 503, body: { message: 'busy' } } : { body: { id: 4 } }),
    async (client, { requests }) => {
      expect(await client.register('s', avro)).toBe(4)
      expect(requests).toHaveLength(3)
      failures = 100
      const error = await problemOf(client.register('s', avro))
      expect(isRetriable(error)).toBe(true)
      expect(error.message).toMatch(/^POST .*127.0.0.1:[0-9]+: status 503 busy$/)
      expect(requests).toHaveLength(7)
    },
  )
})

test('the next URL is asked while one is down, and stays the first choice', async () => {
  await withAnswers(
    () => ({ body: { id: 4 } }),
    async (_client, { url, requests }) => {
      const client = clientOf({ 'schema.registry.url': `http://127.0.0.1:1,${url}/registry/` })
      expect([await client.register('s', avro), await client.register('s', avro)]).toEqual([4, 4])
      expect(requests.map(({ path }) => path)).toEqual([
        '/registry/subjects/s/versions',
        '/registry/subjects/s/versions',
      ])
      await client.close()
    },
  )
})

test.each([
  [{ 'basic.auth.credentials.source': 'USER_INFO', 'basic.auth.user.info': 'joe:s3cret' }, 'Basic am9lOnMzY3JldA=='],
  [
    { 'basic.auth.credentials.source': 'USER_INFO', 'schema.registry.basic.auth.user.info': 'joe:s3cret' },
    'Basic am9lOnMzY3JldA==',
  ],
  [{ 'bearer.auth.token': 's3cret' }, 'Bearer s3cret'],
  [{ inUrl: 'joe:s3cret@' }, 'Basic am9lOnMzY3JldA=='],
])('credentials of %o are sent, and never shown', async ({ inUrl, ...raw }: Record<string, string>, expected) => {
  await using registry = await HttpRegistry.start(() => ({ status: 500, body: {} }))
  const url = registry.url.replace('://', `://${inUrl ?? ''}`)
  const client = clientOf({ ...raw, 'schema.registry.url': url, 'max.retries': '0' })
  const error = await problemOf(client.schemaById(1))
  expect(registry.requests[0]?.authorization).toBe(expected)
  expect(error.message).toContain(registry.url)
  expect(error.message).not.toContain('s3cret')
  await client.close()
})

test.each([
  [{ 'basic.auth.credentials.source': 'SASL_INHERIT' }, 'a converter does not see the credentials of the Kafka client'],
  [{ 'bearer.auth.credentials.source': 'OAUTHBEARER' }, 'use STATIC_TOKEN'],
  [{ 'schema.registry.url': 'mock://test' }, 'expected http:// or https://'],
  [{ 'schema.registry.url': '' }, 'at least one URL is needed'],
  [{ 'value.subject.name.strategy': 'com.acme.Mine' }, 'expected one of TopicNameStrategy'],
  [{ 'proxy.host': 'proxy' }, 'not supported: requests go to the registry directly'],
  [
    { 'value.schema.id.serializer': 'io.confluent.kafka.serializers.schema.id.HeaderSchemaIdSerializer' },
    'not supported',
  ],
  [{ 'basic.auth.credentials.source': 'USER_INFO' }, 'needs basic.auth.user.info=user:password'],
  [{ 'schema.registry.ssl.truststore.location': '/nowhere.jks' }, 'ENOENT'],
])('the configuration %o is refused', (raw, message) => {
  const config = { 'schema.registry.url': 'http://registry:8081', ...raw }
  expect(() => clientOf(config)).toThrow(ConfigError)
  expect(() => clientOf(config)).toThrow(message)
})

test('a key asking for what is done anyway is accepted', () => {
  const name = 'io.confluent.kafka.serializers.context.NullContextNameStrategy'
  expect(() => clientOf({ 'schema.registry.url': 'http://registry:8081', 'context.name.strategy': name })).not.toThrow()
})

test('the client proves who it is by a certificate, from PEM texts, a PEM file or a PKCS12 file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-tls-'))
  const file = (name: string): string => join(folder, name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  try {
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'key.pem',
      '-out',
      'cert.pem',
      '-days',
      '2',
      ...subject,
    )
    openssl(
      'pkcs12',
      '-export',
      '-inkey',
      'key.pem',
      '-in',
      'cert.pem',
      '-out',
      'store.p12',
      '-passout',
      'pass:changeit',
    )
    const [key, cert] = [readFileSync(file('key.pem'), 'utf8'), readFileSync(file('cert.pem'), 'utf8')]
    const store = join(folder, 'both.pem')
    execFileSync('sh', ['-c', 'cat key.pem cert.pem > both.pem'], { cwd: folder })
    const tls = { key, cert, ca: cert, requestCert: true, rejectUnauthorized: true }
    await using registry = await HttpRegistry.start(() => ({ body: { id: 3 } }), tls)
    const raw = { 'schema.registry.url': registry.url, 'max.retries': '0' }
    const trust = { 'schema.registry.ssl.truststore.location': file('cert.pem') }
    const ways: Record<string, string>[] = [
      {
        'schema.registry.ssl.truststore.certificates': cert,
        'schema.registry.ssl.keystore.certificate.chain': cert,
        'schema.registry.ssl.keystore.key': key,
      },
      { ...trust, 'schema.registry.ssl.keystore.location': store },
      {
        ...trust,
        'schema.registry.ssl.keystore.location': file('store.p12'),
        'schema.registry.ssl.keystore.password': 'changeit',
      },
    ]
    for (const way of ways) {
      const client = clientOf({ ...raw, ...way })
      expect(await client.register('s', avro)).toBe(3)
      await client.close()
    }
    for (const way of [trust, {}]) {
      const client = clientOf({ ...raw, ...way })
      expect(isRetriable(await problemOf(client.register('s', avro)))).toBe(true)
      await client.close()
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})
