import { expect, test } from 'vitest'
import { connectionProblem, failureReason, isLasting } from './connection-problem.ts'

/** As the protocol client wraps what went wrong. */
const wrapped = (cause: unknown) =>
  Object.assign(new AggregateError([], 'metadata failed 4 times.'), {
    errors: [new Error('Connection to kafka:9093 failed.', { cause })],
  })
/** As librdkafka's log has it. */
const logged = (text: string) =>
  `[thrd:ssl://kafka:9093/bootstrap]: ssl://kafka:9093/bootstrap: ${text} (after 5ms in state SSL_HANDSHAKE, 1 identical error(s) suppressed)`

test.each<[string, unknown, string]>([
  [
    'expired',
    wrapped(Object.assign(new Error('certificate has expired'), { code: 'CERT_HAS_EXPIRED' })),
    'the broker’s certificate has expired: it must be renewed on the broker (certificate has expired, at kafka:9093)',
  ],
  [
    'untrusted',
    wrapped(new Error('self-signed certificate in certificate chain')),
    'the broker’s certificate is signed by nobody who is trusted here: check ssl.truststore.* (self-signed certificate in certificate chain, at kafka:9093)',
  ],
  [
    'unverified, in a log',
    logged(
      'SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: broker certificate could not be verified',
    ),
    'the broker’s certificate can’t be verified: it has expired, is for another host, or is signed by nobody who is trusted here; check it and ssl.truststore.* (SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: broker certificate could not be verified)',
  ],
  [
    'a refused login, in a log',
    logged('SASL authentication error: Authentication failed: Invalid username or password'),
    'the broker refused the login: check user and password in sasl.jaas.config (for OAUTHBEARER what the token says) and sasl.mechanism (SASL authentication error: Authentication failed: Invalid username or password)',
  ],
  [
    'a refused login',
    wrapped(
      Object.assign(new Error('SASL authentication failed.'), {
        serverErrorMessage: 'Authentication failed: Invalid username or password',
      }),
    ),
    'the broker refused the login: check user and password in sasl.jaas.config (for OAUTHBEARER what the token says) and sasl.mechanism (Authentication failed: Invalid username or password, at kafka:9093)',
  ],
])('%s', (_, error, text) => {
  expect(connectionProblem(error)).toBe(text)
})

test.each([
  ['Receive failed: error:0A000412:SSL routines::ssl/tls alert bad certificate: SSL alert number 42', 'ssl.keystore'],
  ['Receive failed: error:0A000416:SSL routines::ssl/tls alert certificate unknown', 'ssl.keystore'],
  ["Hostname/IP does not match certificate's altnames: ERR_TLS_CERT_ALTNAME_INVALID", 'advertised.listeners'],
  [
    'SSL handshake failed: Disconnected: SSL connection closed by peer: connecting to a PLAINTEXT broker listener?',
    'does not speak TLS',
  ],
  ['Broker requires TLS.', 'SASL_SSL'],
  [
    "SASL PLAIN mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported mechanisms: OAUTHBEARER",
    'sasl.mechanism',
  ],
  ['Request is not valid given the current SASL state.', 'asks for no login'],
  ['Failed to retrieve OIDC token from "http://id/token": Couldn\'t connect to server (-1)', 'token.endpoint.url'],
  ["Failed to resolve 'nowhere:9092': Name or service not known", 'host name is unknown'],
  ['Connect to ipv4#127.0.0.1:1 failed: Connection refused', 'nobody listens there'],
  ['Connection closed', 'security.protocol fits'],
])('%s says to check %s', (text, check) => {
  expect(connectionProblem(new Error(text))).toContain(check)
  expect(connectionProblem(new Error(text))).toContain(`(${text})`)
})

test('what nobody has foreseen is shown as it is', () => {
  expect(connectionProblem(new Error('the moon is full'))).toBe('the moon is full')
  expect(connectionProblem(undefined)).toBe('no reason given')
  expect(connectionProblem('text')).toBe('text')
})

test('only refusals last: a broker that is away comes back', () => {
  expect(isLasting(logged('SASL authentication error: no'))).toBe(true)
  expect(isLasting(logged('Connect to ipv4#127.0.0.1:1 failed: Connection refused'))).toBe(false)
  expect(isLasting('Failed to retrieve OIDC token from "http://id/token": Couldn\'t connect')).toBe(false)
})

test('what the protocol answers is told as it is, a refused login with what to check', () => {
  const answered = (apiCode: number, message: string) => wrapped(Object.assign(new Error(message), { apiCode }))
  expect(failureReason(answered(16, 'This is not the correct coordinator.'))).toBe(
    'This is not the correct coordinator.',
  )
  expect(failureReason(answered(58, 'SASL authentication failed.'))).toContain('check user and password')
  expect(failureReason(new Error('Connection closed'))).toContain('security.protocol')
})
