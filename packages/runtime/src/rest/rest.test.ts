import { ConflictError, NotFoundError, type RawConfig } from '@penstock/core'
import { expect, test, vi } from 'vitest'
import { BadRequestError } from '../herder/errors.ts'
import { invalidConfigMessage } from '../plugins/invalid-config.ts'
import { fakeHerder, ordersInfo, ordersStatus, ordersStatusWire } from './fixtures/fake-herder.ts'
import { startTestServer } from './fixtures/test-server.ts'

vi.setConfig({ testTimeout: 30_000 }) // real servers, on a machine that may be busy

const ordersInfoWire = {
  name: 'orders',
  config: ordersInfo.config,
  tasks: [
    { connector: 'orders', task: 0 },
    { connector: 'orders', task: 1 },
  ],
  type: 'sink',
}
const notFound = (message: string) => () => Promise.reject(new NotFoundError('herder.unknown', message))

test('the root tells version and cluster', async () => {
  await using rest = await startTestServer({ herder: fakeHerder() })
  const { status, body, headers } = await rest.call('GET', '/')
  expect(status).toBe(200)
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(body).toEqual({ version: '4.3.1', commit: '26b251a451ce941d', kafka_cluster_id: 'GhV6OApHTo6QGa6zAiaXkA' })
})

test.each([
  ['healthy', 200],
  ['starting', 503],
  ['unhealthy', 500],
] as const)('a worker that is %s answers /health with %d', async (status, code) => {
  await using rest = await startTestServer({ herder: fakeHerder({ health: async () => ({ status, message: 'm' }) }) })
  expect(await rest.call('GET', '/health')).toMatchObject({ status: code, body: { status, message: 'm' } })
})

test('connectors are listed by name', async () => {
  await using rest = await startTestServer({ herder: fakeHerder({ connectors: async () => ['src1', 'sink1'] }) })
  expect((await rest.call('GET', '/connectors')).body).toEqual(['src1', 'sink1'])
})

test('expand tells info and status of each, and leaves out connectors that are gone', async () => {
  const herder = fakeHerder({
    connectors: async () => ['orders', 'gone'],
    connectorInfo: async (name) => (name === 'orders' ? ordersInfo : notFound('gone')()),
    connectorStatus: async (name) => (name === 'orders' ? ordersStatus : notFound('gone')()),
  })
  await using rest = await startTestServer({ herder })
  expect((await rest.call('GET', '/connectors?expand=info&expand=status')).body).toEqual({
    orders: { info: ordersInfoWire, status: ordersStatusWire },
  })
  expect((await rest.call('GET', '/connectors?expand=status')).body).toEqual({ orders: { status: ordersStatusWire } })
  expect((await rest.call('GET', '/connectors?expand=other')).body).toEqual({ orders: {}, gone: {} })
})

test('a connector is made, its values become text, and Location says where', async () => {
  const putConnectorConfig = vi.fn(async (name: string, config: RawConfig) => ({
    created: true,
    info: { ...ordersInfo, name, config, tasks: [] },
  }))
  await using rest = await startTestServer({ herder: fakeHerder({ putConnectorConfig }) })
  const body =
    '{"name":" a b ","config":{"tasks.max":1,"x":true,"big":12345678901234567890,"d":1.0},"initial_state":"paused"}'
  const answer = await rest.call('POST', '/connectors', body)
  const config = { 'tasks.max': '1', x: 'true', big: '12345678901234567890', d: '1.0', name: 'a b' }
  expect(answer.status).toBe(201)
  expect(answer.headers.get('location')).toBe(`http://127.0.0.1:${rest.server.port}/connectors/a%20b`)
  expect(answer.body).toEqual({ name: 'a b', config, tasks: [], type: 'sink' })
  expect(Object.keys((answer.body as { config: object }).config)).toEqual(Object.keys(config))
  expect(putConnectorConfig).toHaveBeenCalledWith('a b', config, { initialState: 'PAUSED', allowReplace: false })
})

test('a connector that exists is a conflict', async () => {
  const putConnectorConfig = () => Promise.reject(new ConflictError('herder.exists', 'Connector src1 already exists'))
  await using rest = await startTestServer({ herder: fakeHerder({ putConnectorConfig }) })
  expect(await rest.call('POST', '/connectors', { name: 'src1', config: {} })).toMatchObject({
    status: 409,
    body: { error_code: 409, message: 'Connector src1 already exists' },
  })
})

test('an invalid configuration is refused with all its errors', async () => {
  const herder = fakeHerder()
  herder.putConnectorConfig = async (_name, config) => {
    throw new BadRequestError('herder.invalid_config', invalidConfigMessage(await herder.validate(config)) ?? '')
  }
  await using rest = await startTestServer({ herder })
  const create = (config: object) => rest.call('POST', '/connectors', { name: 'x', config })
  expect(await create({ 'connector.class': 'TestSink', topics: 'a', 'tasks.max': 'zero' })).toMatchObject({
    status: 400,
    body: {
      error_code: 400,
      message:
        'Connector configuration is invalid and contains the following 2 error(s):\n' +
        'Invalid value zero for configuration tasks.max: Not a number of type INT\n' +
        'Missing required configuration "connection.url" which has no default value.\n' +
        'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`',
    },
  })
  expect((await create({ file: 'f' })).body).toEqual({
    error_code: 400,
    message: 'Connector config {file=f, name=x} contains no connector type',
  })
  expect((await create({ 'connector.class': 'NoSuch' })).body).toMatchObject({
    error_code: 400,
    message: expect.stringMatching(
      /^Failed to find any class that implements Connector and which name matches NoSuch, available connectors are: /,
    ),
  })
})

test('a name inside the config must be that of the request', async () => {
  await using rest = await startTestServer({ herder: fakeHerder() })
  const expected = {
    status: 400,
    body: { error_code: 400, message: "Connector name configuration (y) doesn't match connector name in the URL (x)" },
  }
  expect(await rest.call('POST', '/connectors', { name: 'x', config: { name: 'y' } })).toMatchObject(expected)
  expect(await rest.call('PUT', '/connectors/x/config', { name: 'y' })).toMatchObject(expected)
  expect(await rest.call('PATCH', '/connectors/x/config', { name: 'y' })).toMatchObject(expected)
})

test.each([
  ['{', 'it is no JSON'],
  ['', 'it is empty'],
  ['[]', 'the request body must be an object'],
  ['null', 'the request body must be an object'],
  ['{"name":"x"}', '"config" is missing'],
  ['{"name":1,"config":{}}', '"name" must be a string'],
  ['{"name":"x","config":[]}', '"config" must be an object'],
  ['{"name":"x","config":{"a":{}}}', 'the value of "a" must be a string, not an object or array'],
  ['{"name":"x","config":{},"initial_state":"GONE"}', '"initial_state" must be one of RUNNING, PAUSED, STOPPED'],
  ['{"name":"x","config":{},"other":1}', 'unknown field "other", known are name, config, initial_state'],
  [`{"a":1.0,"config":${'['.repeat(100_000)}`, 'it is no JSON'],
  [`{"config":1.0,"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'it is nested too deeply or no UTF-8'],
])('the malformed body %.40s is answered with 400', async (body, problem) => {
  await using rest = await startTestServer({ herder: fakeHerder() })
  expect(await rest.call('POST', '/connectors', body)).toMatchObject({
    status: 400,
    body: { error_code: 400, message: `Malformed request body: ${problem}` },
  })
})

test('the answer to malformed JSON does not repeat it', async () => {
  await using rest = await startTestServer({ herder: fakeHerder() })
  const answer = await rest.call('POST', '/connectors', '{"name":"x","config":{"connection.password":"s3cret"')
  expect(answer.status).toBe(400)
  expect(JSON.stringify([answer.body, rest.log])).not.toContain('s3cret')
})

test('info, config, status and tasks of a connector', async () => {
  const herder = fakeHerder({
    connectorInfo: async () => ordersInfo,
    connectorConfig: async () => ordersInfo.config,
    connectorStatus: async () => ordersStatus,
    taskConfigs: async () =>
      [1, 0].map((task) => ({ id: { connector: 'orders', task }, config: { 'task.class': `t${task}` } })),
    taskStatus: async ({ task }) => ({
      state: 'RUNNING',
      workerId: 'w:1',
      version: '4.3.1',
      trace: task === 0 ? null : '',
    }),
  })
  await using rest = await startTestServer({ herder })
  expect((await rest.call('GET', '/connectors/orders')).body).toEqual(ordersInfoWire)
  expect((await rest.call('GET', '/connectors/orders/config')).body).toEqual(ordersInfo.config)
  const status = (await rest.call('GET', '/connectors/orders/status')).body
  expect(status).toEqual(ordersStatusWire)
  expect(JSON.stringify(status)).toMatch(/"trace":"[^"]*"}\],"type":"sink"}$/)
  expect((await rest.call('GET', '/connectors/orders/tasks')).body).toEqual([
    { id: { connector: 'orders', task: 0 }, config: { 'task.class': 't0' } },
    { id: { connector: 'orders', task: 1 }, config: { 'task.class': 't1' } },
  ])
  for (const id of [0, 1]) {
    expect((await rest.call('GET', `/connectors/orders/tasks/${id}/status`)).body).toEqual({
      id,
      state: 'RUNNING',
      worker_id: 'w:1',
      version: '4.3.1',
    })
  }
})

test('names are decoded, whatever letters they have', async () => {
  const connectorConfig = vi.fn(async () => ({}))
  await using rest = await startTestServer({ herder: fakeHerder({ connectorConfig }) })
  for (const name of ['a b', 'ä/ö', 'a%2Fb', '..x', 'a+b', 'a?b#c']) {
    await rest.call('GET', `/connectors/${encodeURIComponent(name)}/config`)
    expect(connectorConfig).toHaveBeenLastCalledWith(name)
  }
})

test.each([
  ['GET', '/connectors/nope', 'Connector nope not found'],
  ['GET', '/connectors/nope/config', 'Connector nope not found'],
  ['GET', '/connectors/nope/status', 'No status found for connector nope'],
  ['GET', '/connectors/nope/tasks', 'Connector nope not found'],
  ['GET', '/connectors/nope/tasks/9/status', 'No status found for task nope-9'],
  ['DELETE', '/connectors/nope', 'Connector nope not found'],
  ['PATCH', '/connectors/nope/config', 'Connector nope not found'],
  ['PUT', '/connectors/nope/pause', 'Unknown connector nope'],
  ['PUT', '/connectors/nope/resume', 'Unknown connector nope'],
  ['PUT', '/connectors/nope/stop', 'Unknown connector nope'],
  ['POST', '/connectors/nope/restart', 'Unknown connector: nope'],
  ['POST', '/connectors/nope/tasks/7/restart', 'Unknown task: nope-7'],
])('%s %s passes the 404 of the herder on', async (method, path, message) => {
  const missing = notFound(message)
  const herder = fakeHerder({
    connectorInfo: missing,
    connectorConfig: missing,
    connectorStatus: missing,
    taskConfigs: missing,
    taskStatus: missing,
    deleteConnector: missing,
    patchConnectorConfig: missing,
    pauseConnector: missing,
    resumeConnector: missing,
    stopConnector: missing,
    restartConnector: missing,
    restartTask: missing,
  })
  await using rest = await startTestServer({ herder })
  expect(await rest.call(method, path, method === 'PATCH' ? {} : undefined)).toMatchObject({
    status: 404,
    body: { error_code: 404, message },
  })
})

test('putting a config makes a connector or replaces its config', async () => {
  let created = true
  const putConnectorConfig = vi.fn(async () => ({ created, info: ordersInfo }))
  await using rest = await startTestServer({ herder: fakeHerder({ putConnectorConfig }) })
  const first = await rest.call('PUT', '/connectors/orders/config', { topics: 'a' })
  expect(first).toMatchObject({ status: 201, body: ordersInfoWire })
  expect(first.headers.get('location')).toBe(`http://127.0.0.1:${rest.server.port}/connectors/orders`)
  created = false
  const second = await rest.call('PUT', '/connectors/orders/config', { topics: 'a' })
  expect(second).toMatchObject({ status: 200, body: ordersInfoWire })
  expect(second.headers.get('location')).toBeNull()
  expect(putConnectorConfig).toHaveBeenLastCalledWith(
    'orders',
    { topics: 'a', name: 'orders' },
    { initialState: null, allowReplace: true },
  )
})

test('patching a config passes null on, which removes a key', async () => {
  const patchConnectorConfig = vi.fn(async () => ordersInfo)
  await using rest = await startTestServer({ herder: fakeHerder({ patchConnectorConfig }) })
  expect(await rest.call('PATCH', '/connectors/orders/config', { a: null, b: 1 })).toMatchObject({
    status: 200,
    body: ordersInfoWire,
  })
  expect(patchConnectorConfig).toHaveBeenCalledWith('orders', { a: null, b: '1' })
  expect((await rest.call('PATCH', '/connectors/orders/config', { name: null })).status).toBe(400)
})

test('the calls that change the state of a connector answer without a body', async () => {
  const done = vi.fn(() => Promise.resolve())
  const herder = fakeHerder({
    deleteConnector: done,
    pauseConnector: done,
    resumeConnector: done,
    stopConnector: done,
    restartConnector: done,
    restartTask: done,
  })
  await using rest = await startTestServer({ herder })
  expect(await rest.call('DELETE', '/connectors/orders')).toMatchObject({ status: 204, body: '' })
  expect(await rest.call('PUT', '/connectors/orders/pause')).toMatchObject({ status: 202, body: '' })
  expect(await rest.call('PUT', '/connectors/orders/resume')).toMatchObject({ status: 202, body: '' })
  expect(await rest.call('PUT', '/connectors/orders/stop')).toMatchObject({ status: 204, body: '' })
  expect(await rest.call('POST', '/connectors/orders/restart')).toMatchObject({ status: 204, body: '' })
  expect(await rest.call('POST', '/connectors/orders/tasks/3/restart')).toMatchObject({ status: 204, body: '' })
  expect(done).toHaveBeenCalledTimes(6)
  expect(done).toHaveBeenLastCalledWith({ connector: 'orders', task: 3 })
})

test('a restart with flags answers the plan', async () => {
  const restartConnectorAndTasks = vi.fn(async () => ordersStatus)
  const restartConnector = vi.fn(() => Promise.resolve())
  await using rest = await startTestServer({ herder: fakeHerder({ restartConnectorAndTasks, restartConnector }) })
  expect(await rest.call('POST', '/connectors/orders/restart?includeTasks=TRUE')).toMatchObject({
    status: 202,
    body: ordersStatusWire,
  })
  expect(restartConnectorAndTasks).toHaveBeenCalledWith({ connector: 'orders', includeTasks: true, onlyFailed: false })
  await rest.call('POST', '/connectors/orders/restart?onlyFailed=true&includeTasks=false')
  expect(restartConnectorAndTasks).toHaveBeenLastCalledWith({
    connector: 'orders',
    includeTasks: false,
    onlyFailed: true,
  })
  expect((await rest.call('POST', '/connectors/orders/restart?includeTasks=yes')).status).toBe(204)
  expect(restartConnector).toHaveBeenCalledTimes(1)
})

test('a rebalance is a conflict with the text of the herder', async () => {
  const message =
    'Cannot complete request momentarily due to stale configuration (typically caused by a concurrent config change)'
  const connectorInfo = () => Promise.reject(new ConflictError('herder.rebalance', message))
  await using rest = await startTestServer({ herder: fakeHerder({ connectorInfo }) })
  expect(await rest.call('GET', '/connectors/x')).toMatchObject({ status: 409, body: { error_code: 409, message } })
})

test('topics are listed and cleared', async () => {
  const resetConnectorTopics = vi.fn(() => Promise.resolve())
  const herder = fakeHerder({ connectorTopics: async (name) => (name === 'orders' ? ['a'] : []), resetConnectorTopics })
  await using rest = await startTestServer({ herder })
  expect((await rest.call('GET', '/connectors/orders/topics')).body).toEqual({ orders: { topics: ['a'] } })
  expect((await rest.call('GET', '/connectors/nope/topics')).body).toEqual({ nope: { topics: [] } })
  expect(await rest.call('PUT', '/connectors/orders/topics/reset')).toMatchObject({ status: 202, body: '' })
  expect(resetConnectorTopics).toHaveBeenCalledWith('orders')
})

test('topic tracking and its reset can be disabled', async () => {
  await using off = await startTestServer({ herder: fakeHerder(), config: { 'topic.tracking.enable': 'false' } })
  const disabled = { status: 403, body: { error_code: 403, message: 'Topic tracking is disabled.' } }
  expect(await off.call('GET', '/connectors/x/topics')).toMatchObject(disabled)
  expect(await off.call('PUT', '/connectors/x/topics/reset')).toMatchObject(disabled)
  await using kept = await startTestServer({ herder: fakeHerder(), config: { 'topic.tracking.allow.reset': 'false' } })
  expect(await kept.call('PUT', '/connectors/x/topics/reset')).toMatchObject({
    status: 403,
    body: { error_code: 403, message: 'Topic tracking reset is disabled.' },
  })
})
