import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RawConfig } from '@penstock/core'
import { expect, test, vi } from 'vitest'
import { NotAssignedError, NotLeaderError } from '../herder/errors.ts'
import type { Herder } from '../herder/herder.ts'
import { fakeHerder, ordersInfo, ordersStatus, ordersStatusWire } from './fixtures/fake-herder.ts'
import { startTestServer } from './fixtures/test-server.ts'

vi.setConfig({ testTimeout: 30_000 }) // real servers, on a machine that may be busy

const notLeader = (url: string | null) => () => Promise.reject(new NotLeaderError('not the leader', url))

/** A worker that is not the leader, with a leader that answers as `herder` does. */
async function startPair(leader: Partial<Herder>, methods: (leaderUrl: string) => Partial<Herder>) {
  const first = await startTestServer({ herder: fakeHerder(leader) })
  const second = await startTestServer({ herder: fakeHerder(methods(first.server.url)) })
  return {
    leader: first,
    follower: second,
    [Symbol.asyncDispose]: async () => {
      await second[Symbol.asyncDispose]()
      await first[Symbol.asyncDispose]()
    },
  }
}

/** A peer that is no worker. */
async function startPeer(answer: (request: IncomingMessage, response: ServerResponse, body: string) => void) {
  const requests: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body })
      answer(request, response, body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('what only the leader may do is done there, and its answer passed on', async () => {
  const putConnectorConfig = vi.fn(async (name: string, config: RawConfig) => ({
    created: true,
    info: { ...ordersInfo, name, config },
  }))
  await using pair = await startPair({ putConnectorConfig }, (url) => ({ putConnectorConfig: notLeader(url) }))
  const answer = await pair.follower.call('POST', '/connectors', {
    name: 'a b',
    config: { x: 1 },
    initial_state: 'STOPPED',
  })
  expect(answer).toMatchObject({ status: 201, body: { name: 'a b', config: { x: '1', name: 'a b' } } })
  expect(answer.headers.get('location')).toBe(`http://127.0.0.1:${pair.follower.server.port}/connectors/a%20b`)
  expect(putConnectorConfig).toHaveBeenCalledWith(
    'a b',
    { x: '1', name: 'a b' },
    { initialState: 'STOPPED', allowReplace: false },
  )
})

test('the path stays encoded and the flags of a restart go along', async () => {
  const restartConnectorAndTasks = vi.fn(async () => ordersStatus)
  await using pair = await startPair({ restartConnectorAndTasks }, (url) => ({
    restartConnectorAndTasks: notLeader(url),
  }))
  const answer = await pair.follower.call('POST', '/connectors/a%2Fb%3Fc/restart?includeTasks=true&onlyFailed=true')
  expect(answer).toMatchObject({ status: 202, body: ordersStatusWire })
  expect(restartConnectorAndTasks).toHaveBeenCalledWith({ connector: 'a/b?c', includeTasks: true, onlyFailed: true })
})

test('an answer without a body is passed on without one', async () => {
  const deleteConnector = vi.fn(() => Promise.resolve())
  await using pair = await startPair({ deleteConnector }, (url) => ({ deleteConnector: notLeader(url) }))
  expect(await pair.follower.call('DELETE', '/connectors/x')).toMatchObject({ status: 204, body: '' })
  expect(deleteConnector).toHaveBeenCalledWith('x')
})

test('a request finds the owner of a task through the leader', async () => {
  const restartTask = vi.fn(() => Promise.resolve())
  await using owner = await startTestServer({ herder: fakeHerder({ restartTask }) })
  const toOwner = () => Promise.reject(new NotAssignedError('not mine', owner.server.url))
  await using pair = await startPair({ restartTask: toOwner }, (url) => ({ restartTask: notLeader(url) }))
  expect((await pair.follower.call('POST', '/connectors/x/tasks/2/restart')).status).toBe(204)
  expect(restartTask).toHaveBeenCalledWith({ connector: 'x', task: 2 })
})

test('a request that finds nobody in two hops is a conflict', async () => {
  const herder = fakeHerder()
  await using circle = await startTestServer({ herder })
  const deleteConnector = vi.fn(notLeader(circle.server.url)) // every worker takes this one for the leader
  herder.deleteConnector = deleteConnector
  const conflict = {
    status: 409,
    body: {
      error_code: 409,
      message: 'Cannot complete request because of a conflicting operation (e.g. worker rebalance)',
    },
  }
  expect(await circle.call('DELETE', '/connectors/x')).toMatchObject(conflict)
  expect(deleteConnector).toHaveBeenCalledTimes(3)
  expect(await circle.call('DELETE', '/connectors/x?forward=false')).toMatchObject(conflict)
  expect(deleteConnector).toHaveBeenCalledTimes(4)
})

test('the hops are counted in the query', async () => {
  await using peer = await startPeer((_request, response) => response.writeHead(204).end())
  await using worker = await startTestServer({ herder: fakeHerder({ stopConnector: notLeader(peer.url) }) })
  await worker.call('PUT', '/connectors/x/stop')
  await worker.call('PUT', '/connectors/x/stop?forward=true&a=b%20c')
  expect(peer.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'PUT /connectors/x/stop?forward=true',
    'PUT /connectors/x/stop?forward=false&a=b+c',
  ])
})

test('Authorization and signatures go along, other headers stay behind', async () => {
  await using peer = await startPeer((_request, response) => response.writeHead(204).end())
  await using worker = await startTestServer({ herder: fakeHerder({ putTaskConfigs: notLeader(peer.url) }) })
  const body = '[ {"a":"b"} ]'
  await worker.call('POST', '/connectors/x/tasks', body, {
    authorization: 'Basic abc',
    cookie: 'c=d',
    'x-connect-authorization': 'Zb9e',
    'x-connect-request-signature-algorithm': 'HmacSHA256',
  })
  expect(peer.requests).toMatchObject([
    {
      body,
      headers: {
        authorization: 'Basic abc',
        accept: 'application/json',
        'user-agent': 'kafka-connect',
        'content-type': 'application/json',
        'x-connect-authorization': 'Zb9e',
        'x-connect-request-signature-algorithm': 'HmacSHA256',
      },
    },
  ])
  expect(peer.requests[0]?.headers).not.toHaveProperty('cookie')
})

test('errors of the target are passed on with status and text', async () => {
  await using peer = await startPeer((_request, response) =>
    response
      .writeHead(404, { 'content-type': 'application/json' })
      .end('{"error_code":404,"message":"Connector x not found"}'),
  )
  await using worker = await startTestServer({ herder: fakeHerder({ stopConnector: notLeader(peer.url) }) })
  expect(await worker.call('PUT', '/connectors/x/stop')).toMatchObject({
    status: 404,
    body: { error_code: 404, message: 'Connector x not found' },
  })
})

test.each<[string, (response: ServerResponse) => void, string | RegExp]>([
  [
    'a redirect is not followed',
    (response) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
    'Unexpected status code when handling forwarded request: 307',
  ],
  [
    'an answer that is no JSON is an error',
    (response) => response.writeHead(200).end('<html>'),
    'IO Error trying to forward REST request: the answer of the worker is no JSON',
  ],
  [
    'a connection that breaks is an error',
    (response) => response.destroy(),
    /^IO Error trying to forward REST request: \S/,
  ],
])('%s', async (_name, answer, message) => {
  await using peer = await startPeer((_request, response) => answer(response))
  await using worker = await startTestServer({ herder: fakeHerder({ stopConnector: notLeader(peer.url) }) })
  const text: unknown = typeof message === 'string' ? message : expect.stringMatching(message)
  expect(await worker.call('PUT', '/connectors/x/stop')).toMatchObject({
    status: 500,
    body: { error_code: 500, message: text },
  })
})

test('a worker that is gone is an error that names the cause', async () => {
  await using worker = await startTestServer({
    herder: fakeHerder({ stopConnector: notLeader('http://127.0.0.1:1/') }),
  })
  expect(await worker.call('PUT', '/connectors/x/stop')).toMatchObject({
    status: 500,
    body: { message: expect.stringMatching(/^IO Error trying to forward REST request: (?!fetch failed).*/) },
  })
})

test('a worker that never answers does not hold the request for ever', async () => {
  await using peer = await startPeer(() => undefined)
  await using worker = await startTestServer({
    herder: fakeHerder({ stopConnector: notLeader(peer.url) }),
    config: { 'rest.request.timeout.ms': '100' },
  })
  expect(await worker.call('PUT', '/connectors/x/stop')).toMatchObject({
    status: 500,
    body: { message: 'Request timed out.' },
  })
})

test('without a known leader the request is a conflict', async () => {
  await using worker = await startTestServer({ herder: fakeHerder({ stopConnector: notLeader(null) }) })
  expect(await worker.call('PUT', '/connectors/x/stop')).toMatchObject({
    status: 409,
    body: {
      error_code: 409,
      message:
        'Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.',
    },
  })
})
