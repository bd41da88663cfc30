import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError, type RawConfig } from '@penstock/core'
import { afterAll, describe, expect, test } from 'vitest'
import { config } from '../config/config.ts'
import plugin from '../index.ts'
import { credentialProblems } from './credential-problems.ts'
import { crossKeyProblems, requireConsistent } from './validation.ts'

const folder = mkdtempSync(join(tmpdir(), 'validation-'))
afterAll(() => rmSync(folder, { recursive: true }))
const keytab = join(folder, 'sink.keytab')
writeFileSync(keytab, '')
const jks = join(folder, 'trust.jks')
writeFileSync(jks, Buffer.from([0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2]))

const url = { 'connection.url': 'http://es:9200' }
const user = { 'connection.username': 'u', 'connection.password': 'p' }
const ssl = { 'elastic.security.protocol': 'SSL' }
const streams = { 'data.stream.type': 'logs', 'data.stream.dataset': 'shop' }
const external = {
  'external.resource.usage': 'index',
  'topic.to.external.resource.mapping': 'orders:o,users:u',
}
const usageKey = 'external.resource.usage'
const mappingKey = 'topic.to.external.resource.mapping'
const kerberosKeys = ['kerberos.user.principal', 'kerberos.keytab.path']
const kerberos = { 'kerberos.user.principal': 'sink@EXAMPLE', 'kerberos.keytab.path': keytab }
const [trustKey, keyKey, chainKey] = [
  'elastic.https.ssl.truststore.location',
  'elastic.https.ssl.keystore.key',
  'elastic.https.ssl.keystore.certificate.chain',
]

type Case = [what: string, raw: RawConfig, keys: readonly string[], message?: string]

const credentials: Case[] = [
  ['nothing special', {}, []],
  ['a user and a password', user, []],
  ['a user alone', { 'connection.username': 'u' }, ['connection.username', 'connection.password'], 'Both'],
  ['a password alone', { 'connection.password': 'p' }, ['connection.username', 'connection.password'], 'Both'],
  ['an API key alone', { 'connection.api.key': 'k' }, []],
  ['a token alone', { 'connection.bearer.token': 't' }, []],
  [
    'an API key and a user',
    { ...user, 'connection.api.key': 'k' },
    ['connection.username', 'connection.password', 'connection.api.key'],
    'Only one of these',
  ],
  [
    'an API key and a URL with user',
    { 'connection.api.key': 'k', 'connection.url': 'http://u:p@es' },
    ['connection.url', 'connection.api.key'],
    'Only one of these',
  ],
  [
    'a token and an API key',
    { 'connection.bearer.token': 't', 'connection.api.key': 'k' },
    ['connection.api.key', 'connection.bearer.token'],
  ],
  [
    'a token and a header that says who we are',
    { 'connection.bearer.token': 't', 'connection.headers': 'Authorization:Basic eHg=' },
    ['connection.bearer.token', 'connection.headers'],
  ],
  ['other headers', { 'connection.bearer.token': 't', 'connection.headers': 'X-Tenant:a' }, []],
  ['users in URLs beside one for all', { ...user, 'connection.url': 'http://a:b@es' }, []],
  [
    'signing keys without a region',
    { 'aws.access.key.id': 'AKIA', 'aws.secret.access.key': 's' },
    ['aws.access.key.id', 'aws.secret.access.key', 'aws.region'],
    'which turns signing on',
  ],
  [
    'half a signing key',
    { 'aws.region': 'eu-central-1', 'aws.access.key.id': 'AKIA' },
    ['aws.access.key.id', 'aws.secret.access.key'],
    'Both',
  ],
  ['signing', { 'aws.region': 'eu-central-1', 'aws.access.key.id': 'AKIA', 'aws.secret.access.key': 's' }, []],
  [
    'signing and a user',
    { ...user, 'aws.region': 'eu-central-1', 'aws.access.key.id': 'AKIA', 'aws.secret.access.key': 's' },
    ['connection.username', 'connection.password', 'aws.region'],
  ],
]

const network: Case[] = [
  ['no URL', { 'connection.url': '' }, ['connection.url'], 'Missing required configuration "connection.url"'],
  ['a Cloud ID alone', { 'connection.url': '', 'connection.cloud.id': cloudId() }, []],
  [
    'a Cloud ID and a URL',
    { 'connection.cloud.id': cloudId() },
    ['connection.url', 'connection.cloud.id'],
    'both say where the cluster is',
  ],
  [
    'sniffing through a proxy',
    { 'connection.sniffing': 'true', 'proxy.host': 'p' },
    ['connection.sniffing', 'proxy.host'],
  ],
  ['sniffing', { 'connection.sniffing': 'true' }, []],
  ['a proxy', { 'proxy.host': 'p' }, []],
  ['a proxy with user', { 'proxy.host': 'p', 'proxy.username': 'u', 'proxy.password': 'p' }, []],
  [
    'a proxy user without proxy',
    { 'proxy.username': 'u', 'proxy.password': 'p' },
    ['proxy.host', 'proxy.username', 'proxy.password'],
    'proxy.host must be set',
  ],
  [
    'a proxy user without password',
    { 'proxy.host': 'p', 'proxy.username': 'u' },
    ['proxy.username', 'proxy.password'],
    'Both',
  ],
  [
    'a proxy password without user',
    { 'proxy.host': 'p', 'proxy.password': 'u' },
    ['proxy.username', 'proxy.password'],
    'Both',
  ],
  ['Kerberos', kerberos, kerberosKeys, 'does not speak Kerberos'],
  ['Kerberos keys without value', { 'kerberos.user.principal': '', 'kerberos.keytab.path': '' }, []],
  [
    'a principal without keytab',
    { 'kerberos.user.principal': 'p' },
    [...kerberosKeys, 'kerberos.user.principal'],
    'Both',
  ],
  ['a keytab without principal', { 'kerberos.keytab.path': keytab }, [...kerberosKeys, 'kerberos.keytab.path'], 'Both'],
  [
    'Kerberos and a user',
    { ...kerberos, ...user },
    [...kerberosKeys, 'connection.username', 'connection.password', ...kerberosKeys],
    'connection.username and connection.password can not be set with',
  ],
  [
    'Kerberos and a proxy',
    { ...kerberos, 'proxy.host': 'p' },
    [...kerberosKeys, 'proxy.host', ...kerberosKeys],
    'proxy.host can not be set with',
  ],
]

const bounds: Case[] = [
  [
    'a key list beside key.ignore',
    { 'key.ignore': 'true', 'topic.key.ignore': 'a' },
    ['key.ignore', 'topic.key.ignore'],
    'topic.key.ignore can not be set if key.ignore is true',
  ],
  [
    'a schema list beside schema.ignore',
    { 'schema.ignore': 'true', 'topic.schema.ignore': 'a' },
    ['schema.ignore', 'topic.schema.ignore'],
    'topic.schema.ignore can not be set if schema.ignore is true',
  ],
  ['lists alone', { 'topic.key.ignore': 'a', 'topic.schema.ignore': 'a' }, []],
  [
    'linger beyond the flush timeout',
    { 'linger.ms': '2000', 'flush.timeout.ms': '1000' },
    ['linger.ms', 'flush.timeout.ms'],
    'can not be larger',
  ],
  ['linger as long as the flush timeout', { 'linger.ms': '1000', 'flush.timeout.ms': '1000' }, []],
  [
    'a buffer too small',
    { 'max.buffered.records': '9999' },
    ['max.buffered.records', 'batch.size', 'max.in.flight.requests'],
    '(9999) must be at least batch.size × max.in.flight.requests (10000)',
  ],
  ['a buffer just large enough', { 'max.buffered.records': '10000' }, []],
]

const resources: Case[] = [
  ['data streams', streams, []],
  ['data streams with creates', { ...streams, 'write.method': 'create' }, []],
  ['data streams switched off', { 'data.stream.type': 'none', 'external.resource.usage': 'DISABLED' }, []],
  ['a type alone', { 'data.stream.type': 'logs' }, ['data.stream.type', 'data.stream.dataset'], 'Both'],
  ['a dataset alone', { 'data.stream.dataset': 'a' }, ['data.stream.type', 'data.stream.dataset'], 'Both'],
  [
    'a timestamp field without data stream',
    { 'data.stream.timestamp.field': 'at' },
    ['data.stream.timestamp.field'],
    'can not be set without data streams',
  ],
  ['a timestamp field', { ...streams, 'data.stream.timestamp.field': 'at' }, []],
  ['upserts into data streams', { ...streams, 'write.method': 'upsert' }, ['write.method'], 'not supported'],
  [
    'deletes from data streams',
    { ...streams, 'behavior.on.null.values': 'delete' },
    ['behavior.on.null.values'],
    'not supported',
  ],
  [
    'a pattern of indices beside data streams',
    { ...streams, 'index.name.format': 'a-{topic}' },
    ['index.name.format', 'data.stream.type'],
  ],
  ['resources that are there', { ...external, topics: 'orders, users' }, []],
  ['resources and a regular expression of topics', { ...external, 'topics.regex': '.*' }, []],
  ['usage without mapping', { [usageKey]: 'index' }, [usageKey, mappingKey], 'must be configured together'],
  ['a mapping without usage', { [mappingKey]: 'a:b' }, [usageKey, mappingKey], 'must be configured together'],
  [
    'resources and data streams',
    { ...external, ...streams },
    [mappingKey, 'data.stream.type', 'data.stream.dataset'],
    'mutually exclusive',
  ],
  ['a pair without colon', { ...external, [mappingKey]: 'orders' }, [mappingKey], 'expected topic:resource'],
  ['a pair of three', { ...external, [mappingKey]: 'a:b:c' }, [mappingKey], 'expected topic:resource'],
  ['a pair with half', { ...external, [mappingKey]: 'a:' }, [mappingKey], 'expected topic:resource'],
  ['a topic twice', { ...external, [mappingKey]: 'a:b,a : c' }, [mappingKey], 'maps topic a more than once'],
  ['a resource twice', { ...external, [mappingKey]: 'a:c,b:c' }, [mappingKey], 'resource c for more than one topic'],
  [
    'more pairs than allowed',
    { ...external, 'max.external.resource.mappings': '1' },
    [mappingKey],
    'has 2 pairs, which exceeds max.external.resource.mappings (1)',
  ],
  [
    'a topic without resource',
    { ...external, topics: 'orders,users,more' },
    [mappingKey],
    'no resource for topic more',
  ],
  ['a resource without topic', { ...external, topics: 'orders' }, [mappingKey], 'maps topic users, which topics'],
  [
    'a timestamp field for indices that are there',
    { ...external, 'data.stream.timestamp.field': 'at' },
    ['data.stream.timestamp.field'],
  ],
  [
    'a timestamp field for data streams that are there',
    { ...external, [usageKey]: 'datastream', 'data.stream.timestamp.field': 'at' },
    [],
  ],
  [
    'upserts into streams that are there',
    { ...external, [usageKey]: 'alias_datastream', 'write.method': 'upsert' },
    ['write.method'],
  ],
  ['upserts into indices that are there', { ...external, [usageKey]: 'alias_index', 'write.method': 'upsert' }, []],
  [
    'making indices that must be there',
    { ...external, 'index.rollover': 'true', 'topic.index.map': 'a:b' },
    ['topic.index.map', 'index.rollover', usageKey],
    'nothing is created',
  ],
]

const tls: Case[] = [
  [
    'SSL keys without SSL',
    { 'elastic.https.ssl.truststore.certificates': 'x' },
    ['elastic.security.protocol'],
    'Set elastic.security.protocol to SSL',
  ],
  ['SSL keys without value and without SSL', { [trustKey]: '', 'elastic.https.ssl.truststore.password': '' }, []],
  ['SSL without SSL keys', ssl, ['elastic.security.protocol'], 'no elastic.https.ssl.* key'],
  ['SSL', { ...ssl, 'elastic.https.ssl.endpoint.identification.algorithm': '' }, []],
  ['SSL with blank fields of a form', { ...ssl, [trustKey]: '', 'elastic.https.ssl.keystore.location': '' }, []],
  ['a store that is not there', { ...ssl, [trustKey]: '/nowhere.p12' }, [trustKey], 'that this process can read'],
  ['a JKS truststore', { ...ssl, [trustKey]: jks }, [trustKey], `keytool -importkeystore -srckeystore ${jks}`],
  [
    'a JKS keystore',
    { ...ssl, 'elastic.https.ssl.keystore.location': jks },
    ['elastic.https.ssl.keystore.location'],
    'keystore.p12 -deststoretype PKCS12',
  ],
  ['a key without its certificate', { ...ssl, [keyKey]: 'x' }, [chainKey, keyKey], 'Both'],
  ['a key that is none', { ...ssl, [keyKey]: 'x', [chainKey]: 'y' }, [keyKey], 'can not be used'],
  [
    'cipher suites that nobody knows',
    { ...ssl, 'elastic.https.ssl.cipher.suites': 'TLS_OLD' },
    ['elastic.https.ssl.cipher.suites'],
  ],
  [
    'cipher suites by their names in Java',
    { ...ssl, 'elastic.https.ssl.cipher.suites': 'TLS_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256' },
    [],
  ],
  [
    'a class of Java',
    { ...ssl, 'elastic.https.ssl.engine.factory.class': 'com.acme.Engine' },
    ['elastic.security.protocol'],
    'elastic.https.ssl.engine.factory.class can not be com.acme.Engine',
  ],
  ['what Java does anyway', { ...ssl, 'elastic.https.ssl.trustmanager.algorithm': 'PKIX' }, []],
  [
    'a key that nobody has',
    { ...ssl, 'elastic.https.ssl.truststore.locaton': 'x' },
    ['elastic.security.protocol'],
    'is no key of this sink',
  ],
]

function cloudId(): string {
  return `shop:${Buffer.from('eu.example.io$abc$def').toString('base64')}`
}

const subjects = { credentials, 'the way to the cluster': network, bounds, 'what is written to': resources, TLS: tls }
for (const [subject, cases] of Object.entries(subjects)) {
  describe(subject, () => {
    test.each<Case>(cases)('%s', (_what, raw, keys, message = '') => {
      const problems = crossKeyProblems(config.parse({ ...url, ...raw }), { ...url, ...raw })
      expect(problems.map(({ key }) => key)).toEqual(keys)
      if (keys.length > 0) expect(problems.map((problem) => problem.message).join('\n')).toContain(message)
    })
  })
}

test('problems of all subjects are told at once', () => {
  const raw = { ...url, 'connection.username': 'u', 'linger.ms': '300000', 'data.stream.type': 'logs', ...ssl }
  const keys = crossKeyProblems(config.parse(raw), raw).map(({ key }) => key)
  expect(keys).toEqual([
    ...['connection.username', 'connection.password', 'data.stream.type', 'data.stream.dataset'],
    ...['linger.ms', 'flush.timeout.ms', 'elastic.security.protocol'],
  ])
})

test('signing takes the keys of the environment, and says so where there are none', () => {
  const signed = config.parse({ ...url, 'aws.region': 'eu-central-1' })
  expect(credentialProblems(signed, { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 's' })).toEqual([])
  expect(credentialProblems(signed, { AWS_ACCESS_KEY_ID: 'AKIA' })[0]?.message).toContain('AWS_SECRET_ACCESS_KEY')
})

test('a task refuses what no validation has seen', () => {
  expect(() => requireConsistent(config.parse({ ...url, ...kerberos }))).toThrow(ConfigError)
  expect(() => requireConsistent(config.parse({ ...url, ...streams, 'write.method': 'upsert' }))).toThrow(
    /write\.method/,
  )
  expect(() => requireConsistent(config.parse({ ...url, ...ssl }))).not.toThrow()
})

test('no secret is in any message', () => {
  const raw = {
    'connection.url': 'http://me:s3cret@es',
    'connection.api.key': 's3cret',
    'connection.bearer.token': 's3cret',
    'connection.headers': 'Authorization:s3cret',
    'aws.session.token': 's3cret',
    ...ssl,
    [keyKey]: 's3cret',
    [chainKey]: 's3cret',
  }
  expect(JSON.stringify(crossKeyProblems(config.parse(raw), raw))).not.toContain('s3cret')
})

describe('single keys', () => {
  test.each<[RawConfig, string]>([
    [{ 'connection.url': 'http://ok,ftp://u:secret@es' }, 'ftp://es is not an http or https URL'],
    [{ ...url, 'connection.cloud.id': 'nonsense' }, 'a Cloud ID looks like name:text'],
    [{ ...url, 'connection.headers': 'X-Tenant:secret\u0001' }, 'the value of X-Tenant holds characters'],
    [{ ...url, 'connection.headers': 'Content-Type:text/plain' }, 'the sink sets'],
    [{ ...url, 'connection.headers': 'secret' }, 'entry 1 must look like Name:value'],
    [{ ...url, flavor: 'solr' }, 'String must be one of: auto, elasticsearch, opensearch'],
    [{ ...url, 'max.connection.idle.time.ms': '-2' }, 'Value must be at least -1'],
    [{ ...url, 'proxy.host': 'http://proxy' }, 'a host name or address is expected'],
    [{ ...url, 'proxy.port': '0' }, 'Value must be at least 1'],
    [{ ...url, 'proxy.port': '65536' }, 'Value must be no more than 65535'],
    [{ ...url, 'kerberos.keytab.path': '/etc/krb5.conf' }, 'a path that ends with keytab'],
    [{ ...url, 'kerberos.keytab.path': '/nowhere/x.keytab' }, 'there is no such file'],
    [{ ...url, 'elastic.https.ssl.enabled.protocols': 'TLSv1.1' }, 'TLSv1.2, TLSv1.3 or both'],
    [{ ...url, 'elastic.https.ssl.endpoint.identification.algorithm': 'none' }, 'https, or nothing, is expected'],
    [{ ...url, 'aws.service.signing.name': 's3' }, 'String must be one of: es, aoss'],
    [{ ...url, 'batch.size': '0' }, 'Value must be at least 1'],
    [{ ...url, 'bulk.size.bytes': '-2' }, 'Value must be at least -1'],
    [{ ...url, 'write.method': 'replace' }, 'String must be one of: '],
    [{ ...url, 'behavior.on.null.values': 'explode' }, 'String must be one of: ignore, delete, fail'],
    [{ ...url, 'topic.index.map': 'a:b,c' }, 'entries must look like topic:index'],
    [{ ...url, 'data.stream.dataset': 'Shop' }, 'lower case'],
    [{ ...url, 'max.external.resource.mappings': '0' }, 'Value must be at least 1'],
  ])('%j', (raw, message) => {
    const errors = config.validate(raw).flatMap((value) => value.errors)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toContain(message)
    expect(errors[0]).not.toContain('secret')
  })

  test('enumerations are compared without case; old keys are accepted and not shown', () => {
    const raw = { ...url, 'write.method': 'UPSERT', 'type.name': '_doc', 'log.sensitive.data': 'true' }
    expect(config.parse(raw)).toMatchObject({ 'write.method': 'upsert', 'type.name': '_doc' })
    expect(config.validate(raw).map(({ name }) => name)).not.toContain('type.name')
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
