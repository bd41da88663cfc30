/** Two workers that speak https, ask everybody who they are, and pass requests on to each other. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConnectClient } from '@penstock/client'
import { OAuth2Server } from 'oauth2-mock-server'
import { Agent, fetch as fetchWithAgent } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cluster, freshName, PenstockCli, startCluster, until, type WorkerProcess } from './harness/index.ts'
import { Authority } from './stack/certificates.ts'

// Of `view-s3cret` and `boss-s3cret`, as `htpasswd -nB` writes them.
const viewer = 'view:$2b$10$LyMckGBcGFfaawv1g41ldecAq.f/X.gQPmY9haH6jH9dIervue9r6:read'
const boss = 'boss:$2b$10$TSDjXb0BU5noj.qtFIVQnObnop53M.rGTe0orbOTrNDbK.nQbVVci:admin'
const basic = (user: string, password = `${user}-s3cret`): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

const issuer = new OAuth2Server()
let folder: string
let users: string
let agent: Agent
let authorityFile: string
let cluster: Cluster
let leader: WorkerProcess
let follower: WorkerProcess

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'penstock-rest-'))
  users = join(folder, 'users')
  await writeFile(users, `${viewer}\n${boss}\n`)
  const authority = await Authority.create(folder, 'authority')
  authorityFile = authority.pemFile
  const { pemFile } = await authority.issue({ name: 'worker' })
  await issuer.issuer.keys.generate('RS256')
  await issuer.start(0, '127.0.0.1')
  agent = new Agent({ connect: { ca: authority.certificate } })
  cluster = await startCluster({
    workers: 2,
    properties: {
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': pemFile,
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': authority.pemFile,
      'rest.authentication.methods': 'basic,jwt',
      'rest.authentication.basic.file': users,
      'rest.authentication.jwt.jwks.url': `${issuer.issuer.url}/jwks`,
      'rest.authentication.jwt.issuer': issuer.issuer.url ?? '',
      'rest.authentication.jwt.audience': 'penstock',
      'executor.processes': '1',
    },
    rest: { protocol: 'https', authorization: basic('boss'), fetch: trusting },
  })
  leader = await cluster.leader()
  follower = cluster.others(leader)[0] as WorkerProcess
  await until(async () => (await follower.client.health()).status === 'healthy', { what: 'both workers to be ready' })
})
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]()
  await agent?.destroy()
  await issuer.stop()
  await rm(folder, { recursive: true, force: true })
})

const trusting: typeof fetch = (input, init) =>
  fetchWithAgent(String(input), { ...(init as object), dispatcher: agent }) as unknown as Promise<Response>

/** The follower, as somebody sees it; null: without credentials. */
function asked(authorization: string | null): ConnectClient {
  return new ConnectClient({
    baseUrl: follower.url,
    fetch: trusting,
    ...(authorization === null ? {} : { authorization }),
  })
}

async function token(roles: readonly string[], audience = 'penstock'): Promise<string> {
  const text = await issuer.issuer.buildToken({
    scopesOrTransform: (_header, payload) => Object.assign(payload, { aud: audience, sub: 'ann', roles }),
  })
  return `Bearer ${text}`
}

async function connectorConfig(): Promise<Record<string, string>> {
  const topics = await cluster.createTopic({ partitions: 2 })
  const file = join(folder, freshName('out'))
  return { 'connector.class': 'FileStreamSink', 'tasks.max': '2', topics, file }
}

test('who may is served by a follower too: it passes requests and task configs on to the leader over https', async () => {
  const names = [freshName('sink'), freshName('sink')] // one connector for each worker
  for (const name of names) {
    const config = await connectorConfig()
    const refused = { status: 403, message: 'This needs the role admin, but the user has the role read' }
    await expect(asked(basic('view')).createConnector({ name, config })).rejects.toMatchObject(refused)
    await expect(asked(null).createConnector({ name, config })).rejects.toMatchObject({ status: 401 })
    await asked(basic('boss')).createConnector({ name, config })
    await cluster.untilRunning(name, { tasks: 2 })
  }
  const owners = await Promise.all(
    names.map(async (name) => (await asked(basic('view')).status(name)).connector.worker_id),
  )
  expect([...owners].sort()).toEqual([leader.workerId, follower.workerId].sort())
  for (const name of names) await asked(basic('boss')).deleteConnector(name)
})

test('the command line logs in and trusts by its context, and says what is missing', async () => {
  await using cli = await PenstockCli.create({ PENSTOCK_CONTEXT: 'secure' })
  const tokenFile = await cli.write('token', (await token(['read'])).replace('Bearer ', ''))
  await cli.ok('config', 'set-context', 'secure', '--url', follower.url, '--token-file', tokenFile)
  const untrusted = await cli.run(['get', 'connectors'])
  expect(untrusted).toMatchObject({ code: 5, err: expect.stringContaining('ca-file') })
  await cli.ok('config', 'set-context', 'secure', '--ca-file', authorityFile)
  await cli.ok('get', 'connectors')
  expect(await cli.run(['pause', 'anything'])).toMatchObject({ code: 8, err: expect.stringContaining('role') })
  await cli.ok('config', 'set-context', 'secure', '--token-file', '')
  expect(await cli.run(['get', 'connectors'])).toMatchObject({ code: 8 })
})

test('a token of the issuer is as good as its roles, for the follower and for the leader', async () => {
  const name = freshName('sink')
  await asked(await token(['admin'])).createConnector({ name, config: await connectorConfig() })
  await cluster.untilRunning(name, { tasks: 2 })
  await expect(asked(await token(['operate'])).deleteConnector(name)).rejects.toMatchObject({ status: 403 })
  await expect(asked(await token(['admin'], 'other')).deleteConnector(name)).rejects.toMatchObject({ status: 401 })
  await asked(await token(['operate'])).stop(name) // the leader's to do
  await until(async () => (await asked(await token(['read'])).status(name)).connector.state === 'STOPPED', {
    what: `${name} to be stopped`,
  })
  await asked(await token(['admin'])).deleteConnector(name)
})

test('what workers ask of each other takes a signature, not a password', async () => {
  const ask = (headers: Record<string, string>): Promise<Response> =>
    trusting(`${leader.url}/connectors/x/tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '[]',
    })
  expect((await ask({ authorization: basic('boss') })).status).toBe(400)
  const forged = { 'X-Connect-Authorization': 'Zb9e', 'X-Connect-Request-Signature-Algorithm': 'HmacSHA256' }
  expect((await ask(forged)).status).toBe(403)
})

test('a level for the cluster reaches every worker and its executors', async () => {
  const setEverywhere = async (logger: string, level: string): Promise<void> => {
    await asked(basic('boss')).setLogger(logger, level, 'cluster')
    for (const { client } of cluster.workers) {
      await until(async () => (await client.loggers())[logger]?.level === level, { what: `${logger} to be ${level}` })
    }
  }
  const run = async (name: string): Promise<string> => {
    await asked(basic('boss')).createConnector({ name, config: await connectorConfig() })
    await cluster.untilRunning(name, { tasks: 2 })
    await asked(basic('boss')).deleteConnector(name)
    return name
  }
  const isSaid = async (name: string): Promise<boolean> => {
    const logs = await Promise.all(cluster.workers.map((worker) => worker.logs()))
    return logs.some((log) => log.includes(`INFO  connector [${name}]`))
  }
  await expect(asked(basic('view')).setLogger('root', 'TRACE', 'cluster')).rejects.toMatchObject({ status: 403 })
  await setEverywhere('org.example', 'FATAL')
  await setEverywhere('connector', 'WARN') // a logger of executors
  const quiet = await run(freshName('quiet'))
  await setEverywhere('connector', 'INFO')
  const loud = await run(freshName('loud'))
  await until(() => isSaid(loud), { what: `${loud} to be in the logs` })
  expect(await isSaid(quiet)).toBe(false)
  expect((await follower.client.logger('root')).last_modified).toBeNull()
})

test('a user who is added to the file gets in without a restart', async () => {
  const late = basic('late', 'view-s3cret')
  await expect(asked(late).connectors()).rejects.toMatchObject({ status: 401 })
  await writeFile(users, `${viewer}\n${boss}\n${viewer.replace('view:', 'late:')}\n`)
  await until(
    async () =>
      Array.isArray(
        await asked(late)
          .connectors()
          .catch(() => null),
      ),
    { what: 'late to get in' },
  )
})

test('no password and no token is in the logs', async () => {
  for (const worker of cluster.workers) {
    const log = await worker.logs()
    expect(log).toContain('/connectors') // requests are logged
    for (const secret of ['s3cret', basic('boss').slice(6), 'eyJ', '$2b$']) expect(log).not.toContain(secret)
  }
})
