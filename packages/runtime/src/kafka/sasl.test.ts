import { ConfigError } from '@penstock/core'
import { describe, expect, test } from 'vitest'
import { type ClientProperties, toProtocolClient, toRdkafka } from './client-config.ts'

const module = 'org.apache.kafka.common.security'
const plain = (options: string) => `${module}.plain.PlainLoginModule required ${options};`
const oauth = (options: string) => `${module}.oauthbearer.OAuthBearerLoginModule required ${options};`
const server = { 'bootstrap.servers': 'kafka:9092', 'security.protocol': 'SASL_PLAINTEXT' }
const oauthServer = {
  ...server,
  'sasl.mechanism': 'OAUTHBEARER',
  'sasl.oauthbearer.token.endpoint.url': 'https://id.example/token',
}

function problemsOf(map: () => unknown): string[] {
  try {
    map()
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ key, message }) => `${key}: ${message}`)
    throw error
  }
  return []
}

describe('user and password', () => {
  test.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('%s by a login module', (mechanism) => {
    const properties = { 'sasl.mechanism': mechanism, 'sasl.jaas.config': plain('username="alice" password="s3cret"') }
    expect(toRdkafka(properties).config).toEqual({
      'sasl.mechanisms': mechanism,
      'sasl.username': 'alice',
      'sasl.password': 's3cret',
    })
    expect(toProtocolClient({ ...server, ...properties }).sasl).toEqual({
      mechanism,
      username: 'alice',
      password: 's3cret',
    })
  })

  test('by the keys of librdkafka', () => {
    const properties = { ...server, 'sasl.mechanisms': 'plain', 'sasl.username': 'alice', 'sasl.password': 's3cret' }
    expect(toRdkafka(properties).config).toMatchObject({ 'sasl.mechanisms': 'PLAIN', 'sasl.username': 'alice' })
    expect(toProtocolClient(properties).sasl).toEqual({ mechanism: 'PLAIN', username: 'alice', password: 's3cret' })
  })

  test.each([
    [plain('username="alice"'), 'expected a PlainLoginModule'],
    [plain('password="s3cret"'), 'expected a PlainLoginModule'],
    ['s3cret', 'expected a PlainLoginModule'],
    [plain('username="a" password="s3cret'), 'expected a PlainLoginModule'],
    [plain('username="a" password="s3cret" tokenauth="true"'), 'delegation tokens'],
    ['com.sun.security.auth.module.Krb5LoginModule required keyTab="s3cret";', 'Kerberos is not supported'],
  ])('%j is refused without showing it', (jaas, reason) => {
    const problems = problemsOf(() => toRdkafka({ 'sasl.jaas.config': jaas }))
    expect(problems).toEqual([
      expect.stringContaining(`sasl.jaas.config: Invalid value [hidden] for configuration sasl.jaas.config: ${reason}`),
    ])
    expect(problems.join()).not.toContain('s3cret')
  })

  test('the protocol client says when the login is missing', () => {
    expect(problemsOf(() => toProtocolClient({ ...server, 'sasl.mechanism': 'PLAIN' }))).toEqual([
      'sasl.jaas.config: Missing required configuration "sasl.jaas.config": PLAIN needs a login module with username="…" and password="…"',
    ])
  })
})

describe('mechanisms', () => {
  test.each([
    ['GSSAPI', '. Kerberos is not supported: use a listener with one of them'],
    ['AWS_MSK_IAM', ''],
    [undefined, '. Kerberos is not supported: use a listener with one of them'],
  ])('%s is refused', (mechanism, hint) => {
    const given: ClientProperties = mechanism === undefined ? server : { ...server, 'sasl.mechanism': mechanism }
    const problem = `sasl.mechanism: Invalid value ${mechanism ?? 'GSSAPI'} for configuration sasl.mechanism: expected one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER${hint}`
    expect(problemsOf(() => toProtocolClient(given))).toEqual([problem])
    expect(problemsOf(() => toRdkafka(given))).toEqual([problem])
  })

  test('a default that SASL does not use is no matter', () => {
    expect(toRdkafka({ 'sasl.mechanism': 'GSSAPI', 'security.protocol': 'SSL' }).config).toEqual({
      'security.protocol': 'ssl',
    })
  })

  test('handlers that bring credentials from elsewhere are refused', () => {
    expect(problemsOf(() => toRdkafka({ 'sasl.login.callback.handler.class': 'com.example.Vault' }))).toEqual([
      "sasl.login.callback.handler.class: Invalid value com.example.Vault for configuration sasl.login.callback.handler.class: Java classes can't run here; expected OAuthBearerLoginCallbackHandler, or leave it out",
    ])
  })
})

describe('OAUTHBEARER', () => {
  const expected = {
    'sasl.mechanisms': 'OAUTHBEARER',
    'sasl.oauthbearer.method': 'oidc',
    'sasl.oauthbearer.token.endpoint.url': 'https://id.example/token',
    'sasl.oauthbearer.client.id': 'me',
    'sasl.oauthbearer.client.secret': 's3cret',
  }

  test.each<[string, ClientProperties, Record<string, string>]>([
    [
      'by the keys of Kafka 4.1',
      {
        'sasl.oauthbearer.client.credentials.client.id': 'me',
        'sasl.oauthbearer.client.credentials.client.secret': 's3cret',
        'sasl.oauthbearer.scope': 'all',
        'sasl.jaas.config': oauth('clientId="older"'),
      },
      { 'sasl.oauthbearer.scope': 'all' },
    ],
    [
      'by the login module',
      {
        'sasl.jaas.config': oauth('clientId="me" clientSecret="s3cret" scope="all" extension_pool="p-1"'),
        'sasl.login.callback.handler.class': `${module}.oauthbearer.secured.OAuthBearerLoginCallbackHandler`,
      },
      { 'sasl.oauthbearer.scope': 'all', 'sasl.oauthbearer.extensions': 'pool=p-1' },
    ],
    [
      'by the keys of librdkafka',
      {
        'sasl.oauthbearer.client.id': 'me',
        'sasl.oauthbearer.client.secret': 's3cret',
        'sasl.oauthbearer.method': 'oidc',
      },
      {},
    ],
    [
      'with id and secret encoded',
      {
        'sasl.oauthbearer.client.credentials.client.id': 'm e',
        'sasl.oauthbearer.client.credentials.client.secret': 's3+cret',
        'sasl.oauthbearer.header.urlencode': 'true',
      },
      { 'sasl.oauthbearer.client.id': 'm+e', 'sasl.oauthbearer.client.secret': 's3%2Bcret' },
    ],
  ])('%s', (_, properties, further) => {
    const { config, warnings } = toRdkafka({ ...oauthServer, ...properties })
    expect(config).toMatchObject({ ...expected, ...further })
    expect(warnings).toEqual([])
    expect(toProtocolClient({ ...oauthServer, ...properties }).sasl).toMatchObject({
      mechanism: 'OAUTHBEARER',
      token: expect.any(Function),
    })
  })

  test('what is missing is named, for both clients', () => {
    const incomplete = { ...server, 'sasl.mechanism': 'OAUTHBEARER', 'sasl.jaas.config': oauth('clientId="me"') }
    const problems = [
      expect.stringMatching(/^sasl\.oauthbearer\.token\.endpoint\.url: .*needs the http or https URL/),
      'sasl.oauthbearer.client.credentials.client.secret: Missing required configuration "sasl.oauthbearer.client.credentials.client.secret": OAUTHBEARER needs it, here or as clientSecret="…" in sasl.jaas.config',
    ]
    expect(problemsOf(() => toRdkafka(incomplete))).toEqual(problems)
    expect(problemsOf(() => toProtocolClient(incomplete))).toEqual(expect.arrayContaining(problems))
  })
})
