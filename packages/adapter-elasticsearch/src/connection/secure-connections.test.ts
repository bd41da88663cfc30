import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RawConfig } from '@penstock/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { config } from '../config/config.ts'
import { Authority } from '../testing/certificates.ts'
import { FakeElasticsearch } from '../testing/fake-elasticsearch.ts'
import { type Front, proxyFront, tlsFront } from '../testing/fronts.ts'
import { validate } from '../validation/validation.ts'
import { ElasticsearchClient } from './client.ts'

const folder = mkdtempSync(join(tmpdir(), 'secure-connections-'))
const file = (name: string, content: string | Buffer): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const authority = new Authority('authority')
const stranger = new Authority('stranger')
const namesake = new Authority('authority')
const client = authority.issue({ host: 'sink' })
const foreign = stranger.issue({ host: 'sink' })
const ssl = 'elastic.https.ssl'
const base = { 'elastic.security.protocol': 'SSL', 'connection.timeout.ms': '5000', 'read.timeout.ms': '5000' }
const ca = { [`${ssl}.truststore.certificates`]: authority.certificate }
const oneLine = (pem: string): string => pem.replaceAll(/\r?\n/g, ' ').trim()

let server: FakeElasticsearch
const fronts: Record<string, Front> = {}
beforeAll(async () => {
  server = await FakeElasticsearch.start()
  const { certificate: cert, key } = authority.issue()
  const expired = authority.issue({ expired: true })
  const elsewhere = authority.issue({ host: 'es.example' })
  fronts.plain = await tlsFront({ cert, key }, server.url)
  fronts.mutual = await tlsFront(
    { cert, key, ca: authority.certificate, requestCert: true, rejectUnauthorized: true },
    server.url,
  )
  fronts.expired = await tlsFront({ cert: expired.certificate, key: expired.key }, server.url)
  fronts.elsewhere = await tlsFront({ cert: elsewhere.certificate, key: elsewhere.key }, server.url)
  fronts.old = await tlsFront({ cert, key, maxVersion: 'TLSv1.2' }, server.url)
})
afterAll(async () => {
  for (const front of Object.values(fronts)) await front[Symbol.asyncDispose]()
  await server.close()
  rmSync(folder, { recursive: true })
})

const problemsOf = async (front: string, raw: RawConfig): Promise<string> => {
  const url = `https://127.0.0.1:${fronts[front]?.port}`
  const problems = await validate({ ...base, 'connection.url': url, ...raw }, { signal: AbortSignal.timeout(10_000) })
  return problems.map(({ message }) => message).join('\n')
}

describe('TLS', () => {
  test.each<[string, string, RawConfig]>([
    ['an authority in PEM', 'plain', ca],
    [
      'an authority in PEM on one line',
      'plain',
      { [`${ssl}.truststore.certificates`]: oneLine(authority.certificate) },
    ],
    ['an authority in a PEM file', 'plain', { [`${ssl}.truststore.location`]: file('ca.pem', authority.certificate) }],
    [
      'an authority in PKCS12, whatever the type says',
      'plain',
      {
        [`${ssl}.truststore.location`]: file('trust.jks', client.pkcs12('sesame')),
        [`${ssl}.truststore.password`]: 'sesame',
        [`${ssl}.truststore.type`]: 'JKS',
      },
    ],
    ['a host name that is not looked at', 'elsewhere', { ...ca, [`${ssl}.endpoint.identification.algorithm`]: '' }],
    ['an older version of TLS', 'old', { ...ca, [`${ssl}.enabled.protocols`]: 'TLSv1.2' }],
    [
      'cipher suites',
      'old',
      { ...ca, [`${ssl}.cipher.suites`]: 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_AES_256_GCM_SHA384' },
    ],
    [
      'a client certificate in PEM',
      'mutual',
      { ...ca, [`${ssl}.keystore.key`]: client.key, [`${ssl}.keystore.certificate.chain`]: client.certificate },
    ],
    [
      'a client certificate in a PEM file',
      'mutual',
      { ...ca, [`${ssl}.keystore.location`]: file('client.pem', client.key + client.certificate) },
    ],
    [
      'a client certificate in PKCS12',
      'mutual',
      {
        ...ca,
        [`${ssl}.keystore.location`]: file('client.p12', client.pkcs12('sesame')),
        [`${ssl}.keystore.password`]: 'sesame',
      },
    ],
  ])('%s', async (_what, front, raw) => {
    expect(await problemsOf(front, raw)).toBe('')
  })

  test.each<[string, string, RawConfig, RegExp]>([
    [
      'an authority that is not trusted',
      'plain',
      { [`${ssl}.truststore.certificates`]: stranger.certificate },
      /certificate of the server is not trusted; give its CA by elastic\.https\.ssl\.truststore\.location/,
    ],
    [
      'an authority of the same name',
      'plain',
      { [`${ssl}.truststore.certificates`]: namesake.certificate },
      /certificate of the server is not trusted/,
    ],
    ['an expired certificate', 'expired', ca, /certificate has expired .*must be renewed/],
    ['a certificate for another host', 'elsewhere', ca, /set elastic\.https\.ssl\.endpoint\.identification\.algorithm/],
    [
      'no version of TLS in common',
      'old',
      { ...ca, [`${ssl}.enabled.protocols`]: 'TLSv1.3' },
      /Could not connect to Elasticsearch at/,
    ],
    ['no client certificate', 'mutual', ca, /Could not connect to Elasticsearch at/],
    [
      'a client certificate that is not trusted',
      'mutual',
      { ...ca, [`${ssl}.keystore.location`]: file('foreign.pem', foreign.key + foreign.certificate) },
      /Could not connect to Elasticsearch at/,
    ],
    [
      'a wrong password of a store',
      'plain',
      {
        [`${ssl}.truststore.location`]: file('locked.p12', client.pkcs12('sesame')),
        [`${ssl}.truststore.password`]: 'wr0ng',
      },
      /the PKCS12 file can't be opened.*Check elastic\.https\.ssl\.truststore\.password/s,
    ],
  ])('%s', async (_what, front, raw, message) => {
    const problems = await problemsOf(front, raw)
    expect(problems).toMatch(message)
    expect(problems).not.toContain('wr0ng')
  })

  test('an https URL where no TLS is spoken', async () => {
    expect(await problemsOf('plain', { ...ca, 'connection.url': `https://127.0.0.1:${server.port}` })).toMatch(
      /does not speak TLS at this port; is the URL an http one\?/,
    )
  })
})

describe('a proxy', () => {
  const basic = `Basic ${Buffer.from('me:s3:cret').toString('base64')}`
  const user = { 'proxy.username': 'me', 'proxy.password': 's3:cret' }
  const through = (proxy: Front): RawConfig => ({ 'proxy.host': '127.0.0.1', 'proxy.port': String(proxy.port) })

  test('https URLs are reached by CONNECT, with the user for the proxy alone', async () => {
    await using proxy = await proxyFront(basic)
    expect(await problemsOf('plain', { ...ca, ...through(proxy), ...user })).toBe('')
    expect(proxy.requests).toEqual([`CONNECT 127.0.0.1:${fronts.plain?.port}`])
  })

  test('mutual TLS goes through', async () => {
    await using proxy = await proxyFront()
    const identity = { [`${ssl}.keystore.location`]: file('proxied.pem', client.key + client.certificate) }
    expect(await problemsOf('mutual', { ...ca, ...identity, ...through(proxy) })).toBe('')
  })

  test('http URLs are asked of the proxy, paths and bodies and all', async () => {
    await using proxy = await proxyFront(basic)
    await using target = await FakeElasticsearch.start()
    const url = `${target.url}/prefix`
    const raw = { 'connection.url': url, 'connection.api.key': 'k', ...through(proxy), ...user }
    const elasticsearch = new ElasticsearchClient(config.parse(raw))
    const body = '{"index":{"_id":"1"}}\n{}\n'
    await elasticsearch.request({ method: 'POST', path: '/i/_bulk', body }, new AbortController().signal)
    expect(proxy.requests).toEqual([`POST ${url}/i/_bulk`])
    expect(target.bulks[0]?.items).toHaveLength(1)
    expect(target.bulks[0]?.headers.authorization).toBe('ApiKey k')
    expect(target.bulks[0]?.headers).not.toHaveProperty('proxy-authorization')
    await elasticsearch.close()
  })

  test('a node that the proxy does not reach is given up at once, another one asked', async () => {
    await using proxy = await proxyFront()
    const url = `https://127.0.0.1:1,https://127.0.0.1:${fronts.plain?.port}`
    expect(await problemsOf('plain', { ...ca, ...through(proxy), 'connection.url': url })).toBe('')
    const started = performance.now()
    const problems = await problemsOf('plain', { ...ca, ...through(proxy), 'connection.url': 'https://127.0.0.1:1' })
    expect(problems).toContain('the proxy would not connect to the URL')
    expect(performance.now() - started).toBeLessThan(10_000)
    expect(proxy.requests.filter((request) => request.endsWith(':1')).length).toBeLessThan(4)
  })

  test.each(['http', 'https'])('refused credentials are named, for %s URLs', async (scheme) => {
    await using proxy = await proxyFront(basic)
    const url = scheme === 'https' ? {} : { 'connection.url': server.url }
    const problems = await problemsOf('plain', { ...ca, ...url, ...through(proxy), ...user, 'proxy.password': 'wr0ng' })
    expect(problems).toMatch(/proxy refused proxy\.username and proxy\.password/)
    expect(problems).not.toContain('wr0ng')
  })
})

test.each<[string, string, number]>([
  ['50', 'given up', 2],
  ['60000', 'kept', 1],
  ['-1', 'kept', 1],
])('a connection without requests, after %s ms, is %s', async (idleMs, _what, sockets) => {
  let opened = 0
  let closed: () => void = () => {}
  const gone = new Promise<void>((resolve) => {
    closed = resolve
  })
  const http = createServer((_request, response) => response.end('{}')).on('connection', (socket) => {
    opened++
    socket.on('close', closed)
  })
  http.keepAliveTimeout = 120_000
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const elasticsearch = new ElasticsearchClient(
    config.parse({ 'connection.url': url, 'max.connection.idle.time.ms': idleMs }),
  )
  const signal = new AbortController().signal
  await elasticsearch.request({ method: 'GET', path: '/' }, signal)
  if (sockets > 1) await gone
  else await nextTurn()
  await elasticsearch.request({ method: 'GET', path: '/' }, signal)
  expect(opened).toBe(sockets)
  await elasticsearch.close()
  http.close()
})
