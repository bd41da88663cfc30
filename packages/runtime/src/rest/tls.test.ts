import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import type { RawConfig } from '@penstock/core'
import { afterAll, expect, test, vi } from 'vitest'
import { NotLeaderError } from '../herder/errors.ts'
import { makeCertificates } from './fixtures/certificates.ts'
import { fakeHerder } from './fixtures/fake-herder.ts'
import { startTestServer } from './fixtures/test-server.ts'

vi.setConfig({ testTimeout: 30_000 }) // real servers, on a machine that may be busy

const certificates = makeCertificates()
afterAll(() => certificates[Symbol.dispose]())
const { authority } = certificates
const worker = certificates.issue('/O=Acme/CN=worker')
const ops = certificates.issue('/O=Acme/CN=ops')
const pemFile = join(certificates.folder, 'worker.pem')
writeFileSync(pemFile, `${worker.key}${worker.cert}`)

const listeners = 'https://127.0.0.1:0'
const inline = {
  'ssl.keystore.type': 'PEM',
  'ssl.keystore.certificate.chain': worker.cert,
  'ssl.keystore.key': worker.key,
}
const trust = { 'ssl.truststore.type': 'PEM', 'ssl.truststore.certificates': authority.cert }
const tls = { ca: authority.cert }
const start = (config: RawConfig, client: object = tls) =>
  startTestServer({
    herder: fakeHerder({ connectors: async () => ['a'] }),
    config: { listeners, ...config },
    tls: client,
  })

test.each<[string, () => RawConfig]>([
  ['PEM in the values', () => inline],
  ['PEM in a file', () => ({ 'ssl.keystore.location': pemFile })],
  [
    'PKCS12',
    () => ({ 'ssl.keystore.location': certificates.toPkcs12(worker, 's3cret'), 'ssl.keystore.password': 's3cret' }),
  ],
  ['keys with the prefix of listeners', () => ({ 'listeners.https.ssl.keystore.location': pemFile })],
])('https is served with a certificate as %s', async (_name, config) => {
  await using rest = await start(config())
  expect(rest.server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/$/)
  expect(await rest.call('GET', '/connectors')).toMatchObject({ status: 200, body: ['a'] })
})

test('several listeners serve the same, and http is advertised before https', async () => {
  await using rest = await start({ ...inline, listeners: `http://127.0.0.1:0,${listeners}` })
  const [http = '', https = ''] = rest.server.urls
  for (const url of [http, https]) {
    expect((await rest.call('GET', '/connectors', undefined, {}, url)).body).toEqual(['a'])
  }
  expect(rest.server.advertisedUrl).toBe(http)
  await using secure = await start({
    ...inline,
    listeners: `http://127.0.0.1:0,${listeners}`,
    'rest.advertised.listener': 'https',
  })
  expect(secure.server.advertisedUrl).toBe(secure.server.urls[1])
})

test('a keystore that is none is refused by the key that names it, without its password', async () => {
  const jks = join(certificates.folder, 'keys.jks')
  writeFileSync(jks, Buffer.from('feedfeed00000002', 'hex'))
  await expect(start({ 'listeners.https.ssl.keystore.location': jks })).rejects.toThrow(
    /for configuration listeners\.https\.ssl\.keystore\.location: .*JKS.*keytool -importkeystore/,
  )
  const other = certificates.toPkcs12(worker, 'right')
  const wrong = start({ 'ssl.keystore.location': other, 'ssl.keystore.password': 's3cret' })
  await expect(wrong).rejects.toThrow(/the PKCS12 file can't be opened: .*Check ssl\.keystore\.password/)
  await expect(wrong).rejects.not.toThrow('s3cret')
  await expect(start({ ...inline, 'ssl.keystore.key': ops.key })).rejects.toThrow(
    /the certificate and key of the https listeners can't be used: .*ssl\.keystore\.\*/,
  )
})

test('a required client certificate must be one of a trusted authority', async () => {
  const required = { ...inline, ...trust, 'ssl.client.auth': 'required' }
  const forged = certificates.forge('/O=Acme/CN=ops')
  await using known = await start(required, { ...tls, cert: ops.cert, key: ops.key })
  expect((await known.call('GET', '/connectors')).status).toBe(200)
  await using unknown = await start(required, { ...tls, cert: forged.cert, key: forged.key })
  await expect(unknown.call('GET', '/connectors')).rejects.toThrow('fetch failed')
  await using none = await start(required)
  await expect(none.call('GET', '/connectors')).rejects.toThrow('fetch failed')
})

test('a requested client certificate may be missing, but not be forged', async () => {
  const requested = { ...inline, ...trust, 'ssl.client.auth': 'requested' }
  const forged = certificates.forge('/O=Acme/CN=ops')
  await using none = await start(requested)
  expect((await none.call('GET', '/connectors')).status).toBe(200)
  await using unknown = await start(requested, { ...tls, cert: forged.cert, key: forged.key })
  await expect(unknown.call('GET', '/connectors')).rejects.toThrow('fetch failed')
})

test('protocols older than the enabled ones are refused', async () => {
  await using rest = await start({ ...inline, 'ssl.enabled.protocols': 'TLSv1.3' }, { ...tls, maxVersion: 'TLSv1.2' })
  await expect(rest.call('GET', '/connectors')).rejects.toThrow('fetch failed')
})

test('requests between workers trust and show the certificates of the listeners', async () => {
  const stopConnector = vi.fn(() => Promise.resolve())
  const config = { ...inline, ...trust, 'ssl.client.auth': 'required' }
  const client = { ...tls, cert: ops.cert, key: ops.key }
  await using leader = await startTestServer({
    herder: fakeHerder({ stopConnector }),
    config: { listeners, ...config },
  })
  const toLeader = () => Promise.reject(new NotLeaderError('not the leader', leader.server.url))
  const follower = (more: RawConfig) =>
    startTestServer({
      herder: fakeHerder({ stopConnector: toLeader }),
      config: { listeners, ...config, ...more },
      tls: client,
    })
  await using trusting = await follower({})
  expect(await trusting.call('PUT', '/connectors/x/stop')).toMatchObject({ status: 204, body: '' })
  expect(stopConnector).toHaveBeenCalledWith('x')

  const stranger = certificates.forge('/CN=x')
  const elsewhere = { 'ssl.truststore.certificates': stranger.cert, 'ssl.client.auth': 'none' }
  await using doubting = await follower(elsewhere)
  expect(await doubting.call('PUT', '/connectors/x/stop')).toMatchObject({
    status: 500,
    body: { message: expect.stringMatching(/^IO Error trying to forward REST request: .*certificate/) },
  })
})

test('a renewed certificate is taken up, one that can not be used is told and changes nothing', async () => {
  const file = join(certificates.folder, 'renewed.pem')
  const put = ({ key, cert }: { key: string; cert: string }): void => writeFileSync(file, `${key}${cert}`)
  put(worker)
  await using rest = await startTestServer({
    herder: fakeHerder(),
    config: { listeners, 'ssl.keystore.location': file },
    tls,
  })
  const subject = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port: rest.server.port, host: '127.0.0.1', ca: authority.cert }, () => {
        resolve(socket.getPeerX509Certificate()?.subject ?? '')
        socket.destroy()
      })
      socket.on('error', reject)
    })
  expect(await subject()).toContain('CN=worker')
  put(certificates.issue('/O=Acme/CN=renewed'))
  await vi.waitFor(async () => expect(await subject()).toContain('CN=renewed'), { timeout: 10_000 })
  writeFileSync(file, 'spoilt')
  await vi.waitFor(
    () => expect(rest.log.map(({ message }) => message)).toContainEqual(expect.stringMatching(/can't be used/)),
    {
      timeout: 10_000,
    },
  )
  expect(await subject()).toContain('CN=renewed')
})
