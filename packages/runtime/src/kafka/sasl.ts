/** SASL for both clients, out of the Java keys or librdkafka's own. */
import { type ConfigProblem, hiddenSecret } from '@penstock/core'
import type { SASLOptions } from '@platformatic/kafka'
import { parseJaas } from './jaas.ts'
import { truststore } from './key-stores.ts'
import { type OauthSettings, tokenProvider } from './oauth-token.ts'

type Properties = Readonly<Record<string, string>>

const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const
type Mechanism = (typeof mechanisms)[number]

/** Java's handlers of tokens whose work is done here; other classes may bring credentials from anywhere. */
const loginHandlers = /(^|\.)OAuthBearerLoginCallbackHandler$/
const tokenRetrievers = /(^|\.)(DefaultJwtRetriever|ClientCredentialsJwtRetriever)$/

const defaultConnectTimeoutMs = 10_000
const defaultReadTimeoutMs = 20_000

/** librdkafka's keys for SASL. What can't be honoured is noted in `problems`. */
export function saslToRdkafka(properties: Properties, problems: ConfigProblem[]): Record<string, string> {
  refuseClasses(properties, problems)
  const mechanism = mechanismOf(properties, problems)
  const credentials = jaasCredentials(properties, problems)
  if (mechanism === null) return credentials
  const config = { 'sasl.mechanisms': mechanism, ...credentials }
  return mechanism === 'OAUTHBEARER' && usesOidc(properties)
    ? { ...config, ...oauthToRdkafka(properties, problems) }
    : config
}

/** What the protocol client logs in with. */
export function saslToProtocolClient(properties: Properties, problems: ConfigProblem[]): SASLOptions | undefined {
  const config = { ...properties, ...saslToRdkafka(properties, problems) }
  const mechanism = config['sasl.mechanisms']
  if (mechanism === 'OAUTHBEARER') {
    if (!usesOidc(properties)) {
      problems.push({
        key: 'sasl.oauthbearer.method',
        message: `Invalid value ${properties['sasl.oauthbearer.method']} for configuration sasl.oauthbearer.method: expected oidc, tokens from a token endpoint`,
      })
      return undefined
    }
    const settings = oauthSettings(properties, problems)
    if (settings === null) return undefined
    return {
      mechanism,
      token: tokenProvider(settings),
      oauthBearerExtensions: settings.extensions,
      // A broker says what is wrong with a token in an answer that is no failure yet.
      authBytesValidator: (answer, done) =>
        answer.length === 0 ? done(null, answer) : done(new Error(`the broker refused the token: ${answer}`), answer),
    }
  }
  if (mechanism === undefined) return undefined
  const { 'sasl.username': username, 'sasl.password': password } = config
  if (username === undefined || password === undefined) {
    problems.push({
      key: 'sasl.jaas.config',
      message: `Missing required configuration "sasl.jaas.config": ${mechanism} needs a login module with username="…" and password="…"`,
    })
    return undefined
  }
  return { mechanism: mechanism as Exclude<Mechanism, 'OAUTHBEARER'>, username, password }
}

function mechanismOf(properties: Properties, problems: ConfigProblem[]): Mechanism | null {
  const wanted = /^sasl_/i.test(properties['security.protocol'] ?? '')
  const given = properties['sasl.mechanism'] || properties['sasl.mechanisms'] || (wanted ? 'GSSAPI' : '')
  if (given === '') return null
  const mechanism = mechanisms.find((known) => known === given.toUpperCase())
  if (mechanism !== undefined) return mechanism
  // Layers below may carry a default that is never used.
  if (!wanted && given.toUpperCase() === 'GSSAPI') return null
  const kerberos =
    given.toUpperCase() === 'GSSAPI' ? '. Kerberos is not supported: use a listener with one of them' : ''
  problems.push({
    key: 'sasl.mechanism',
    message: `Invalid value ${given} for configuration sasl.mechanism: expected one of ${mechanisms.join(', ')}${kerberos}`,
  })
  return null
}

function jaasCredentials(properties: Properties, problems: ConfigProblem[]): Record<string, string> {
  const text = properties['sasl.jaas.config'] ?? ''
  if (text === '') return {}
  const entry = parseJaas(text)
  const refuse = (reason: string): Record<string, string> => {
    problems.push({
      key: 'sasl.jaas.config',
      message: `Invalid value ${hiddenSecret} for configuration sasl.jaas.config: ${reason}`,
    })
    return {}
  }
  if (entry?.module.endsWith('OAuthBearerLoginModule')) return {}
  if (entry?.module.endsWith('Krb5LoginModule')) {
    return refuse(`Kerberos is not supported; set sasl.mechanism to one of ${mechanisms.join(', ')}`)
  }
  if (entry?.options.tokenauth === 'true') {
    return refuse('delegation tokens (tokenauth) are not supported; give a user with a password')
  }
  const { username, password } = entry?.options ?? {}
  if (username === undefined || password === undefined) {
    return refuse(
      'expected a PlainLoginModule or ScramLoginModule with username="…" and password="…", or an OAuthBearerLoginModule, ending in a semicolon',
    )
  }
  return { 'sasl.username': username, 'sasl.password': password }
}

function refuseClasses(properties: Properties, problems: ConfigProblem[]): void {
  const check = (key: string, accepted: RegExp, expected: string): void => {
    const value = properties[key] ?? ''
    if (value === '' || accepted.test(value)) return
    problems.push({
      key,
      message: `Invalid value ${value} for configuration ${key}: Java classes can't run here; expected ${expected}, or leave it out`,
    })
  }
  check('sasl.login.callback.handler.class', loginHandlers, 'OAuthBearerLoginCallbackHandler')
  check('sasl.oauthbearer.jwt.retriever.class', tokenRetrievers, 'ClientCredentialsJwtRetriever')
}

/** By librdkafka's own keys something else can be asked for: unsigned tokens of tests. */
function usesOidc(properties: Properties): boolean {
  return (properties['sasl.oauthbearer.method'] ?? 'oidc').toLowerCase() === 'oidc'
}

function oauthToRdkafka(properties: Properties, problems: ConfigProblem[]): Record<string, string> {
  const settings = oauthSettings(properties, problems)
  if (settings === null) return {}
  const { tokenEndpoint, clientId, clientSecret, scope, extensions } = settings
  const pairs = Object.entries(extensions).map(([name, value]) => `${name}=${value}`)
  const ca = jaasOptions(properties)
  return {
    'sasl.oauthbearer.method': 'oidc',
    'sasl.oauthbearer.token.endpoint.url': tokenEndpoint,
    'sasl.oauthbearer.client.id': clientId,
    'sasl.oauthbearer.client.secret': clientSecret,
    ...(scope === '' ? {} : { 'sasl.oauthbearer.scope': scope }),
    ...(pairs.length === 0 ? {} : { 'sasl.oauthbearer.extensions': pairs.join(',') }),
    ...(ca['ssl.truststore.location'] ? endpointTruststore(ca, problems) : {}),
  }
}

/** Null after noting what is missing. */
function oauthSettings(properties: Properties, problems: ConfigProblem[]): OauthSettings | null {
  const options = jaasOptions(properties)
  const first = (...values: (string | undefined)[]): string => values.find((value) => value) ?? ''
  const encoded = (text: string): string =>
    properties['sasl.oauthbearer.header.urlencode'] === 'true'
      ? new URLSearchParams({ '': text }).toString().slice(1)
      : text
  const tokenEndpoint = properties['sasl.oauthbearer.token.endpoint.url'] ?? ''
  const clientId = first(
    properties['sasl.oauthbearer.client.credentials.client.id'],
    properties['sasl.oauthbearer.client.id'],
    options.clientId,
  )
  const clientSecret = first(
    properties['sasl.oauthbearer.client.credentials.client.secret'],
    properties['sasl.oauthbearer.client.secret'],
    options.clientSecret,
  )
  const before = problems.length
  if (!/^https?:\/\//i.test(tokenEndpoint) || !URL.canParse(tokenEndpoint)) {
    problems.push({
      key: 'sasl.oauthbearer.token.endpoint.url',
      message: `Invalid value ${tokenEndpoint} for configuration sasl.oauthbearer.token.endpoint.url: OAUTHBEARER needs the http or https URL that tokens are asked from`,
    })
  }
  if (clientId === '' || clientSecret === '') {
    const name = clientId === '' ? 'id' : 'secret'
    const key = `sasl.oauthbearer.client.credentials.client.${name}`
    const option = clientId === '' ? 'clientId' : 'clientSecret'
    problems.push({
      key,
      message: `Missing required configuration "${key}": OAUTHBEARER needs it, here or as ${option}="…" in sasl.jaas.config`,
    })
  }
  if (problems.length > before) return null
  const ca = options['ssl.truststore.location'] ? endpointTruststore(options, problems) : properties
  return {
    tokenEndpoint,
    clientId: encoded(clientId),
    clientSecret: encoded(clientSecret),
    scope: first(properties['sasl.oauthbearer.scope'], options.scope),
    extensions: { ...listed(properties['sasl.oauthbearer.extensions']), ...extensionsOf(options) },
    ca: ca['https.ca.pem'],
    caFile: ca['https.ca.location'],
    connectTimeoutMs: Number(properties['sasl.login.connect.timeout.ms'] || defaultConnectTimeoutMs),
    readTimeoutMs: Number(properties['sasl.login.read.timeout.ms'] || defaultReadTimeoutMs),
  }
}

/** Java takes the trust for the token endpoint from the login module's options. */
function endpointTruststore(options: Properties, problems: ConfigProblem[]): Record<string, string> {
  return truststore(options, problems, { key: 'sasl.jaas.config', prefix: 'https.' })
}

function jaasOptions(properties: Properties): Readonly<Record<string, string>> {
  return parseJaas(properties['sasl.jaas.config'] ?? '')?.options ?? {}
}

function extensionsOf(options: Properties): Record<string, string> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) =>
      name.startsWith('extension_') ? [[name.slice('extension_'.length), value]] : [],
    ),
  )
}

function listed(text = ''): Record<string, string> {
  const pairs = text.split(',').map((pair) => /^\s*([^=]+)=(.*)$/.exec(pair))
  return Object.fromEntries(pairs.flatMap((pair) => (pair ? [[pair[1] as string, pair[2] as string]] : [])))
}
