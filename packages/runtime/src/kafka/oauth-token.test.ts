import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import forge from 'node-forge'
import { expect, test } from 'vitest'
import { type OauthSettings, requestToken, type Token, tokenProvider } from './oauth-token.ts'

const settings: OauthSettings = {
  tokenEndpoint: 'http://127.0.0.1:1/token',
  clientId: 'me',
  clientSecret: 's3cret',
  scope: '',
  extensions: {},
  connectTimeoutMs: 1_000,
  readTimeoutMs: 1_000,
}
const jwt = (claims: object): string =>
  ['{}', JSON.stringify(claims), 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.')

/** An endpoint that answers as told, and its settings. */
async function endpoint(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<OauthSettings & AsyncDisposable> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk
    })
    request.on('end', () => answer(request, response, body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    ...settings,
    tokenEndpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token?tenant=1`,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** A provider over tokens that live 100 s, on a clock of its own. */
function rig() {
  const state = { now: 0, fetched: 0, failure: null as Error | null }
  const fetchToken = async (): Promise<Token> => {
    if (state.failure) throw state.failure
    return { text: `token-${++state.fetched}`, lifetimeMs: 100_000 }
  }
  return { state, token: tokenProvider(settings, fetchToken, () => state.now) }
}

test('a token serves until four fifths of its life, then comes a new one', async () => {
  const { state, token } = rig()
  expect(await token()).toBe('token-1')
  state.now = 79_999
  expect(await token()).toBe('token-1')
  state.now = 80_000
  expect(await token()).toBe('token-2')
})

test('callers at the same time share one request', async () => {
  const { token } = rig()
  expect(await Promise.all([token(), token(), token()])).toEqual(['token-1', 'token-1', 'token-1'])
})

test('while the endpoint fails, a token serves to the end of its life', async () => {
  const { state, token } = rig()
  await token()
  state.failure = new Error('away')
  state.now = 99_999
  expect(await token()).toBe('token-1')
  state.now = 100_000
  await expect(token()).rejects.toThrow('away')
  state.failure = null
  expect(await token()).toBe('token-2')
})

test('asks by the client credentials grant and reads the life from the token', async () => {
  const seen: unknown[] = []
  await using server = await endpoint((request, response, body) => {
    seen.push(request.method, request.url, request.headers.authorization, body)
    response.end(JSON.stringify({ access_token: jwt({ exp: Date.now() / 1000 + 60 }), expires_in: 9999 }))
  })
  const { lifetimeMs } = await requestToken({ ...server, scope: 'a b' })
  expect(seen).toEqual([
    'POST',
    '/token?tenant=1',
    `Basic ${Buffer.from('me:s3cret').toString('base64')}`,
    'grant_type=client_credentials&scope=a+b',
  ])
  expect(lifetimeMs).toBeGreaterThan(50_000)
  expect(lifetimeMs).toBeLessThanOrEqual(60_000)
})

test('a token that is no JWT lives as long as the answer says', async () => {
  await using server = await endpoint((_, response) => response.end('{"access_token":"opaque","expires_in":30}'))
  expect(await requestToken(server)).toEqual({ text: 'opaque', lifetimeMs: 30_000 })
})

test.each([
  [401, '{"error":"invalid_client","error_description":"s3cret"}', 'status 401 (invalid_client)'],
  [500, '<html>', 'status 500'],
  [200, '{"token":"opaque-t0ken"}', 'an answer without access_token'],
  [200, '[]', 'an answer without access_token'],
])('status %i with %s is told without secrets', async (status, body, said) => {
  await using server = await endpoint((_, response) => response.writeHead(status).end(body))
  const failure = await requestToken(server).catch((error: Error) => error)
  expect(failure).toMatchObject({ code: 'kafka.token_endpoint', retriable: true })
  expect(String(failure)).toContain(said)
  expect(String(failure)).toContain('check sasl.oauthbearer.token.endpoint.url')
  expect(String(failure)).not.toMatch(/s3cret|t0ken/)
})

test('an endpoint that is not there is named', async () => {
  await expect(requestToken(settings)).rejects.toThrow(/no token from http:\/\/127\.0\.0\.1:1\/token: .*ECONNREFUSED/)
})

test('an endpoint by https must show a certificate that is trusted', async () => {
  const { certificate, key } = selfSigned()
  const server = createTlsServer({ cert: certificate, key }, (_, response) =>
    response.end('{"access_token":"opaque","expires_in":30}'),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const tokenEndpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}/token`
    await expect(requestToken({ ...settings, tokenEndpoint })).rejects.toThrow(/self-signed certificate/)
    const { text } = await requestToken({ ...settings, tokenEndpoint, ca: certificate })
    expect(text).toBe('opaque')
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
})

/** A certificate for 127.0.0.1 that is its own authority. */
function selfSigned(): { certificate: string; key: string } {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(pair.publicKey)
  certificate.serialNumber = '01'
  certificate.validity.notAfter = new Date(Date.now() + 3_600_000)
  const owner = [{ name: 'commonName', value: 'token endpoint' }]
  certificate.setSubject(owner)
  certificate.setIssuer(owner)
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
  ])
  certificate.sign(forge.pki.privateKeyFromPem(pair.privateKey), forge.md.sha256.create())
  return { certificate: forge.pki.certificateToPem(certificate), key: pair.privateKey }
}
