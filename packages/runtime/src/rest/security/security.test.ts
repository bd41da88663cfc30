import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RawConfig } from '@penstock/core'
import { hashSync } from 'bcryptjs'
import fc from 'fast-check'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { NotLeaderError } from '../../herder/errors.ts'
import type { Herder } from '../../herder/herder.ts'
import { makeCertificates } from '../fixtures/certificates.ts'
import { fakeHerder } from '../fixtures/fake-herder.ts'
import { startTestServer } from '../fixtures/test-server.ts'

vi.setConfig({ testTimeout: 30_000 }) // real servers, on a machine that may be busy

const folder = mkdtempSync(join(tmpdir(), 'penstock-security-'))
afterAll(() => rmSync(folder, { recursive: true }))
const users = join(folder, 'users')
writeFileSync(
  users,
  ['view:read', 'ops:operate', 'boss:admin']
    .map((entry) => entry.split(':'))
    .map(([user, role]) => `${user}:${hashSync(`${user}-s3cret`, 4)}:${role}\n`)
    .join(''),
)
const basic = { 'rest.authentication.methods': 'basic', 'rest.authentication.basic.file': users }
const as = (user: string, password = `${user}-s3cret`) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
})
const working: Partial<Herder> = {
  connectors: async () => ['a'],
  pauseConnector: async () => {},
  deleteConnector: async () => {},
  connectorOffsets: async () => [],
  putTaskConfigs: async () => {},
  fenceZombies: async () => {},
}
const start = (config: RawConfig, more: Partial<Parameters<typeof startTestServer>[0]> = {}) =>
  startTestServer({ herder: fakeHerder(working), config, ...more })
const refused = { status: 401, body: { error_code: 401, message: 'User cannot access the resource.' } }

describe('passwords', () => {
  test('nobody gets in without a known one, whatever they ask for', async () => {
    await using rest = await start(basic)
    const attempts = [
      {},
      as('view', 'wrong'),
      as('nobody'),
      { authorization: 'Basic ???' },
      { authorization: 'Bearer x' },
    ]
    for (const headers of attempts) {
      for (const path of ['/connectors', '/', '/health', '/metrics', '/nope', '/admin/loggers']) {
        const answer = await rest.call('GET', path, undefined, headers)
        expect(answer).toMatchObject(refused)
        expect(answer.headers.get('www-authenticate')).toBe('Basic realm="penstock", charset="UTF-8"')
      }
    }
    expect(await rest.call('GET', '/connectors', undefined, as('view'))).toMatchObject({ status: 200, body: ['a'] })
    expect((await rest.call('GET', '/nope', undefined, as('view'))).status).toBe(404)
  })

  test('a page that asks for credentials itself gets no challenge, which the browser would answer with its own window', async () => {
    await using rest = await start(basic)
    const answer = await rest.call('GET', '/connectors', undefined, { 'x-requested-with': 'penstock-console' })
    expect(answer).toMatchObject(refused)
    expect(answer.headers.get('www-authenticate')).toBeNull()
  })

  test('a role opens what it is for, and the answer to the rest names the role that is needed', async () => {
    await using rest = await start(basic)
    const status = async (user: string, method: string, path: string): Promise<number> =>
      (await rest.call(method, path, undefined, as(user))).status
    const asked = [
      ['GET', '/connectors'],
      ['HEAD', '/connectors'],
      ['PUT', '/connectors/a/pause'],
      ['GET', '/connectors/a/offsets'],
      ['DELETE', '/connectors/a'],
    ] as const
    const answers = async (user: string): Promise<number[]> =>
      Promise.all(asked.map(([method, path]) => status(user, method, path)))
    expect(await answers('view')).toEqual([200, 200, 403, 403, 403])
    expect(await answers('ops')).toEqual([200, 200, 202, 200, 403])
    expect(await answers('boss')).toEqual([200, 200, 202, 200, 204])
    expect(await rest.call('DELETE', '/connectors/a', undefined, as('ops'))).toMatchObject({
      status: 403,
      body: { error_code: 403, message: 'This needs the role admin, but the user has the role operate' },
    })
  })

  test('a body that nobody may send is not read', async () => {
    await using rest = await start(basic)
    expect(await rest.call('POST', '/connectors', '{')).toMatchObject(refused)
    expect((await rest.call('POST', '/connectors', '{', as('ops'))).status).toBe(403)
    expect((await rest.call('POST', '/connectors', '{', as('boss'))).status).toBe(400)
  })

  test('no header, however strange, is more than wrong', async () => {
    await using rest = await startTestServer({ config: basic })
    const header = fc.oneof(
      fc.string(),
      fc.string().map((text) => `Basic ${text}`),
      fc.string().map((text) => `Basic ${Buffer.from(text).toString('base64')}`),
      fc.string().map((text) => `basic  ${Buffer.from(`view:${text}`).toString('base64')} `),
    )
    const sendable = header.filter((text) => /^[\x20-\x7e]*$/.test(text))
    await fc.assert(
      fc.asyncProperty(sendable, async (authorization) => {
        expect((await rest.call('GET', '/connectors', undefined, { authorization })).status).toBe(401)
      }),
      { numRuns: 50 },
    )
  })

  test('a changed file counts without a restart', async () => {
    const own = join(folder, 'own')
    writeFileSync(own, `ann:${hashSync('old', 4)}:admin\n`)
    const clock = { time: Date.now(), now: () => clock.time }
    await using rest = await start({ ...basic, 'rest.authentication.basic.file': own }, { clock })
    expect((await rest.call('GET', '/connectors', undefined, as('ann', 'old'))).status).toBe(200)
    writeFileSync(own, `ann:${hashSync('newer', 4)}:admin\n# changed\n`)
    clock.time += 1_000
    expect((await rest.call('GET', '/connectors', undefined, as('ann', 'old'))).status).toBe(401)
    expect((await rest.call('GET', '/connectors', undefined, as('ann', 'newer'))).status).toBe(200)
  })

  test('a file that is missing or malformed keeps the worker from starting, by its key', async () => {
    const missing = start({ ...basic, 'rest.authentication.basic.file': join(folder, 'missing') })
    await expect(missing).rejects.toThrow(
      /^rest\.authentication\.basic\.file names .*missing, which can't be used: ENOENT/,
    )
    const bad = join(folder, 'bad')
    writeFileSync(bad, 'ann:s3cret\n')
    const malformed = start({ ...basic, 'rest.authentication.basic.file': bad })
    await expect(malformed).rejects.toThrow('line 1: its hash is none of bcrypt')
    await expect(malformed).rejects.not.toThrow('s3cret')
  })

  test('open paths need no user, what workers ask of each other a signature, OPTIONS nothing', async () => {
    await using rest = await start({ ...basic, 'rest.authentication.open.paths': '/health,/openapi.json' })
    expect((await rest.call('GET', '/health')).status).toBe(200)
    expect((await rest.call('GET', '/')).status).toBe(401)
    expect((await rest.call('OPTIONS', '/connectors')).status).toBe(200)
    const signed = { 'X-Connect-Authorization': 'Zb9e', 'X-Connect-Request-Signature-Algorithm': 'HmacSHA256' }
    expect((await rest.call('POST', '/connectors/a/tasks', '[]', signed)).status).toBe(204)
    expect((await rest.call('PUT', '/connectors/a/fence', undefined, signed)).status).toBe(204)
    expect((await rest.call('GET', '/connectors/a/tasks', undefined, signed)).status).toBe(401)
  })

  test('a worker that starts tells nobody unknown how far it is', async () => {
    await using rest = await startTestServer({ config: basic })
    expect((await rest.call('GET', '/health')).status).toBe(401)
    expect((await rest.call('GET', '/health', undefined, as('view'))).status).toBe(503)
  })

  test('admin listeners ask too', async () => {
    await using rest = await start({ ...basic, 'admin.listeners': 'http://127.0.0.1:0' })
    const [admin = ''] = rest.server.adminUrls
    expect((await rest.call('GET', '/admin/loggers', undefined, {}, admin)).status).toBe(401)
    expect((await rest.call('GET', '/admin/loggers', undefined, as('view'), admin)).status).toBe(200)
    expect((await rest.call('PUT', '/admin/loggers/root', { level: 'INFO' }, as('ops'), admin)).status).toBe(403)
  })

  test('no password and no hash is logged', async () => {
    await using rest = await start(basic)
    await rest.call('GET', '/connectors', undefined, as('view'))
    await rest.call('GET', '/connectors', undefined, as('view', 'wr0ng'))
    const text = JSON.stringify(rest.log)
    for (const secret of ['s3cret', 'wr0ng', '$2b$', as('view').authorization]) expect(text).not.toContain(secret)
  })

  test('the leader hears who asks from the worker that passes a request on', async () => {
    await using leader = await start(basic)
    const toLeader = () => Promise.reject(new NotLeaderError('not the leader', leader.server.url))
    await using follower = await start(basic, { herder: fakeHerder({ deleteConnector: toLeader }) })
    expect((await follower.call('DELETE', '/connectors/a', undefined, as('boss'))).status).toBe(204)
    expect((await follower.call('DELETE', '/connectors/a', undefined, as('ops'))).status).toBe(403)
  })
})

describe('tokens', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const stranger = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }
  const keys = join(folder, 'keys.json')
  writeFileSync(keys, JSON.stringify({ keys: [jwk] }))
  const jwt = {
    'rest.authentication.methods': 'jwt',
    'rest.authentication.jwt.jwks.file': keys,
    'rest.authentication.jwt.issuer': 'https://issuer',
    'rest.authentication.jwt.audience': 'penstock,connect',
  }
  const right = { iss: 'https://issuer', aud: 'penstock', sub: 'ann', roles: ['admin'], exp: Date.now() / 1000 + 600 }
  const token = async (claims: JWTPayload = {}, key = privateKey) => {
    const text = await new SignJWT({ ...right, ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(key)
    return { authorization: `Bearer ${text}` }
  }

  test('a token of the issuer opens what its roles are for', async () => {
    await using rest = await start(jwt)
    expect((await rest.call('GET', '/connectors', undefined, await token())).status).toBe(200)
    expect((await rest.call('DELETE', '/connectors/a', undefined, await token({ roles: 'read operate' }))).status).toBe(
      403,
    )
    expect(await rest.call('GET', '/connectors', undefined, await token({ roles: [] }))).toMatchObject({
      status: 403,
      body: { error_code: 403, message: 'This needs the role read, but the user has no role' },
    })
  })

  test('every other token is refused', async () => {
    await using rest = await start(jwt)
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(right)).toString('base64url')}.`
    const shared = await new SignJWT(right)
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .sign(new TextEncoder().encode(JSON.stringify(jwk)))
    const attempts = [
      await token({ iss: 'https://other' }),
      await token({ aud: 'other' }),
      await token({ exp: Date.now() / 1000 - 60 }),
      await token({ nbf: Date.now() / 1000 + 600 }),
      await token({}, stranger.privateKey),
      { authorization: 'Bearer x.y.z' },
      { authorization: `Bearer ${unsigned}` },
      { authorization: `Bearer ${shared}` },
      {},
    ]
    for (const headers of attempts) {
      const answer = await rest.call('GET', '/connectors', undefined, headers)
      expect(answer).toMatchObject(refused)
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="penstock"')
    }
  })

  test('roles may be deep in the token and have names of their own', async () => {
    await using rest = await start({
      ...jwt,
      'rest.authentication.jwt.roles.claim': 'realm_access.roles',
      'rest.authentication.jwt.roles': 'kafka-admins=admin,support=read',
    })
    const status = async (names: string[]): Promise<number> =>
      (await rest.call('DELETE', '/connectors/a', undefined, await token({ realm_access: { roles: names } }))).status
    expect(await status(['support'])).toBe(403)
    expect(await status(['support', 'kafka-admins'])).toBe(204)
    expect(await status(['admin'])).toBe(403)
  })

  test('keys are fetched from their URL; while it is away nobody is told they were wrong', async () => {
    const issuer = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [jwk] }))
    })
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve))
    const { 'rest.authentication.jwt.jwks.file': _file, ...rest } = jwt
    const url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`
    const config = { ...rest, 'rest.authentication.jwt.jwks.url': url }
    await using worker = await start(config)
    expect((await worker.call('GET', '/connectors', undefined, await token())).status).toBe(200)
    issuer.closeAllConnections()
    await new Promise((resolve) => issuer.close(resolve))
    expect((await worker.call('GET', '/connectors', undefined, await token())).status).toBe(200)
    await using later = await start(config)
    expect(await later.call('GET', '/connectors', undefined, await token())).toMatchObject({
      status: 503,
      body: { message: expect.stringMatching(/^The keys of the token issuer can't be read: /) },
    })
  })
})

describe('certificates', () => {
  using certificates = makeCertificates()
  const worker = certificates.issue('/O=Acme/CN=worker')
  const ops = certificates.issue('/O=Acme/CN=ops')
  const other = certificates.issue('/O=Acme/CN=other')
  const ca = certificates.authority.cert
  const mtls = {
    listeners: 'https://127.0.0.1:0',
    'ssl.keystore.certificate.chain': worker.cert,
    'ssl.keystore.key': worker.key,
    'ssl.truststore.certificates': ca,
    'ssl.client.auth': 'requested',
    'rest.authentication.methods': 'mtls,basic',
    'rest.authentication.basic.file': users,
    'rest.authentication.mtls.roles': 'CN=ops, O=Acme=operate; CN=wor*,o=Acme=admin',
  }
  const withCertificate = ({ cert, key }: { cert: string; key: string }) => ({ tls: { ca, cert, key } })

  test('the subject of a certificate has a role', async () => {
    await using known = await start(mtls, withCertificate(ops))
    expect((await known.call('PUT', '/connectors/a/pause')).status).toBe(202)
    expect((await known.call('DELETE', '/connectors/a')).status).toBe(403)
    await using unknown = await start(mtls, withCertificate(other))
    expect(await unknown.call('GET', '/connectors')).toMatchObject({
      status: 403,
      body: { message: 'This needs the role read, but the user has no role' },
    })
  })

  test('a password beside a certificate counts, right or wrong; without either nobody gets in', async () => {
    await using both = await start(mtls, withCertificate(ops))
    expect((await both.call('DELETE', '/connectors/a', undefined, as('boss'))).status).toBe(204)
    expect((await both.call('GET', '/connectors', undefined, as('boss', 'wrong'))).status).toBe(401)
    await using neither = await start(mtls, { tls: { ca } })
    const answer = await neither.call('GET', '/connectors')
    expect(answer).toMatchObject(refused)
    expect(answer.headers.get('www-authenticate')).toBe(
      'Basic realm="penstock", charset="UTF-8", ClientCertificate realm="penstock"',
    )
  })

  test('a request that is passed on comes with the certificate of the worker', async () => {
    await using leader = await start(mtls, withCertificate(ops))
    const toLeader = () => Promise.reject(new NotLeaderError('not the leader', leader.server.url))
    await using follower = await start(mtls, {
      ...withCertificate(ops),
      herder: fakeHerder({ pauseConnector: toLeader, deleteConnector: toLeader }),
    })
    expect((await follower.call('PUT', '/connectors/a/pause')).status).toBe(202)
    expect((await follower.call('DELETE', '/connectors/a')).status).toBe(403)
  })
})

describe('what is told of who can reach REST', () => {
  const lines = async (config: RawConfig): Promise<string[]> => {
    await using rest = await start(config)
    return rest.log
      .filter(({ message }) => /reach|unencrypted/.test(message))
      .map(({ level, message }) => `${level} ${message}`)
  }

  test('a listener for all without users is worth a warning, one for this machine is not', async () => {
    expect(await lines({ listeners: 'http://127.0.0.1:0,http://[::1]:0,http://localhost:0' })).toEqual([])
    expect(await lines({ listeners: 'http://0.0.0.0:0' })).toEqual([
      expect.stringMatching(
        /^warn whoever reaches the REST listeners may change connectors .*rest\.authentication\.methods/,
      ),
    ])
  })

  test('so are passwords that travel unencrypted', async () => {
    expect(await lines({ ...basic, listeners: 'http://127.0.0.1:0' })).toEqual([])
    expect(await lines({ ...basic, listeners: 'http://:0' })).toEqual([
      expect.stringMatching(/^warn passwords and tokens for REST travel unencrypted/),
    ])
  })
})
