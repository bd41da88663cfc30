import { createHmac } from 'node:crypto'
import { Admin, ConfigResourceTypes } from '@platformatic/kafka'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  Cluster,
  freshName,
  NotYet,
  readRecords,
  type StoredRecord,
  stack,
  startCluster,
  until,
  type WorkerProcess,
} from './harness/index.ts'

let cluster: Cluster
let leader: WorkerProcess
let follower: WorkerProcess
const admin = new Admin({ clientId: 'e2e', bootstrapBrokers: stack.kafka.split(',') })
beforeAll(async () => {
  cluster = await startCluster({ workers: 2, properties: { 'consumer.metadata.max.age.ms': '1000' } })
  leader = await cluster.leader()
  follower = cluster.others(leader)[0]!
  await until(async () => (await follower.client.health()).status === 'healthy', { what: 'both workers to be ready' })
})
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]()
  await admin.close()
})

const sink = (topic: string, config: Record<string, string> = {}) => ({
  'connector.class': 'ElasticsearchSink',
  topics: topic,
  'connection.url': stack.elasticsearch,
  ...config,
})

/** The latest value of each key, as JSON. */
function latest(records: readonly StoredRecord[]): Map<string, unknown> {
  return new Map(records.map(({ key, value }) => [String(key), value === null ? null : JSON.parse(String(value))]))
}

async function request(worker: WorkerProcess, method: string, path: string, body?: string, headers = {}) {
  const response = await fetch(`${worker.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : JSON.parse(text) }
}

/** As `request`, asked again while the group rebalances because of an earlier test. */
function outsideRebalances(...args: Parameters<typeof request>): ReturnType<typeof request> {
  return until(
    async () => {
      const answer = await request(...args)
      return answer.status === 409 ? new NotYet(answer) : answer
    },
    { what: 'the group to settle' },
  )
}

test('a worker refuses a config topic that is not compacted, says so and ends with an exit code', async () => {
  await using other = new Cluster({ workers: 0 })
  await other.createTopic({ name: `${other.groupId}-configs`, config: { 'cleanup.policy': 'delete' } })
  await expect(other.addWorker()).rejects.toThrow(
    /configs' must have 'cleanup.policy=compact'.*'cleanup.policy=delete'/,
  )
  expect(other.worker(0).exit).toEqual({ code: 2, signal: null })
})

test('a worker refuses a config topic of several partitions', async () => {
  await using other = new Cluster({ workers: 0 })
  await other.createTopic({
    name: `${other.groupId}-configs`,
    partitions: 2,
    config: { 'cleanup.policy': 'compact' },
  })
  await expect(other.addWorker()).rejects.toThrow(/must have exactly one partition/)
  expect(other.worker(0).exit).toEqual({ code: 2, signal: null })
})

test('the internal topics are created compacted, with the configured partitions', async () => {
  const names = ['configs', 'offsets', 'status'].map((suffix) => `${cluster.groupId}-${suffix}`)
  const described = await admin.describeConfigs({
    resources: names.map((resourceName) => ({
      resourceType: ConfigResourceTypes.TOPIC,
      resourceName,
      configurationKeys: ['cleanup.policy'],
    })),
  })
  expect(described.map(({ configs }) => configs[0]?.value)).toEqual(['compact', 'compact', 'compact'])
  const { topics } = await admin.metadata({ topics: names })
  expect(names.map((name) => topics.get(name)?.partitionsCount)).toEqual([1, 3, 2])
})

test('config and status topics hold records as Kafka Connect writes them', async () => {
  const topic = await cluster.createTopic()
  const name = freshName('formats')
  const config = sink(topic, { 'tasks.max': '2' })
  await cluster.createConnector(name, config)
  const running = await cluster.untilRunning(name, { tasks: 2 })
  await cluster.client.pause(name)
  await until(async () => (await cluster.client.status(name)).connector.state === 'PAUSED', { what: 'the pause' })
  const configs = latest(await readRecords(`${cluster.groupId}-configs`))
  expect(configs.get('session-key')).toEqual({
    key: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
    algorithm: 'HmacSHA256',
    'creation-timestamp': expect.any(Number),
  })
  const { properties } = configs.get(`connector-${name}`) as { properties: Record<string, string> }
  expect(properties).toMatchObject({ ...config, name })
  expect(configs.get(`task-${name}-1`)).toEqual({
    properties: { ...properties, 'task.class': 'io.confluent.connect.elasticsearch.ElasticsearchSinkTask' },
  })
  expect(configs.get(`commit-${name}`)).toEqual({ tasks: 2 })
  expect(configs.get(`target-state-${name}`)).toEqual({ state: 'PAUSED', 'state.v2': 'PAUSED' })

  const statuses = latest(await readRecords(`${cluster.groupId}-status`))
  const { worker_id, version } = running.tasks[1]!
  expect(statuses.get(`status-task-${name}-1`)).toEqual({
    ...{ state: 'PAUSED', trace: null, worker_id, version },
    generation: expect.any(Number),
  })
  await cluster.client.deleteConnector(name)
  await until(
    async () => {
      const after = latest(await readRecords(`${cluster.groupId}-status`))
      const left = [`status-connector-${name}`, `status-task-${name}-0`, `status-task-${name}-1`]
      return left.every((key) => after.get(key) === null) || new NotYet(left.map((key) => after.get(key)))
    },
    { what: 'the statuses to be removed' },
  )
  const after = latest(await readRecords(`${cluster.groupId}-configs`))
  expect([after.get(`connector-${name}`), after.get(`target-state-${name}`)]).toEqual([null, null])
})

test('a follower forwards what only the leader may do, unless it is told not to', async () => {
  const topic = await cluster.createTopic()
  const name = freshName('forwarded')
  const body = JSON.stringify({ name, config: sink(topic) })
  expect(await request(follower, 'POST', '/connectors?forward=false', body)).toEqual({
    status: 409,
    body: {
      error_code: 409,
      message: 'Cannot complete request because of a conflicting operation (e.g. worker rebalance)',
    },
  })
  expect(await request(follower, 'POST', '/connectors', body)).toMatchObject({ status: 201, body: { name } })
  await cluster.untilRunning(name, { tasks: 1 })
  for (const worker of [leader, follower]) {
    expect((await request(worker, 'POST', `/connectors/${name}/tasks/0/restart`)).status).toBe(204)
    expect((await request(worker, 'POST', `/connectors/${name}/restart`)).status).toBe(204)
    await cluster.untilRunning(name, { tasks: 1 })
  }
  expect(await request(follower, 'POST', '/connectors', body)).toEqual({
    status: 409,
    body: { error_code: 409, message: `Connector ${name} already exists` },
  })
  expect((await request(follower, 'DELETE', `/connectors/${name}`)).status).toBe(204)
})

test('what is unknown, taken or wrong is answered as Kafka Connect does', async () => {
  const cases: [string, string, object | undefined, number, RegExp][] = [
    ['GET', '/connectors/nope', undefined, 404, /^Connector nope not found$/],
    ['GET', '/connectors/nope/status', undefined, 404, /^No status found for connector nope$/],
    ['PUT', '/connectors/nope/pause', undefined, 404, /^Unknown connector nope$/],
    ['POST', '/connectors/nope/restart', undefined, 404, /^Unknown connector: nope$/],
    ['DELETE', '/connectors/nope', undefined, 404, /^Connector nope not found$/],
    ['GET', '/nothing/here', undefined, 404, /^HTTP 404 Not Found$/],
    [
      'POST',
      '/connectors',
      { name: 'x', config: { 'connector.class': 'NoSuch' } },
      400,
      /^Failed to find any class that implements Connector and which name matches NoSuch, available connectors are: /,
    ],
    ['POST', '/connectors', { name: 'x', config: {} }, 400, /contains no connector type$/],
    [
      'POST',
      '/connectors',
      { name: 'x', config: { name: 'y', 'connector.class': 'ElasticsearchSink' } },
      400,
      /^Connector name configuration \(y\) doesn't match connector name in the URL \(x\)$/,
    ],
    [
      'POST',
      '/connectors',
      { name: 'x', config: sink('t', { 'tasks.max': 'zero' }) },
      400,
      /^Connector configuration is invalid and contains the following \d error\(s\):\nInvalid value zero for configuration tasks.max: Not a number of type INT\n/,
    ],
  ]
  for (const [method, path, body, status, message] of cases) {
    for (const worker of [leader, follower]) {
      const answer = await outsideRebalances(worker, method, path, body && JSON.stringify(body))
      expect([answer.status, answer.body.error_code], `${method} ${path}`).toEqual([status, status])
      expect(answer.body.message).toMatch(message)
    }
  }
})

test('the internal endpoint takes only requests that are signed with the session key', async () => {
  const topic = await cluster.createTopic()
  const name = freshName('signed')
  await cluster.createConnector(name, sink(topic))
  await cluster.untilRunning(name, { tasks: 1 })
  const task = { ...sink(topic), name, 'task.class': 'ElasticsearchSinkTask' }
  const body = JSON.stringify([task, task])
  const { key } = latest(await readRecords(`${cluster.groupId}-configs`)).get('session-key') as { key: string }
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(body).digest('base64')
  const signed = (value: string, algorithm = 'HmacSHA256') => ({
    'x-connect-authorization': value,
    'x-connect-request-signature-algorithm': algorithm,
  })
  const refused: [object, number, RegExp][] = [
    [{}, 400, /^Internal request missing required signature$/],
    [signed(signature, 'NoSuchMac'), 400, /NoSuchMac/],
    [signed('not base64!'), 400, /base64/],
    [signed(signature, 'HmacSHA512'), 400, /does not support the 'HmacSHA512' key signing algorithm/],
    [signed(createHmac('sha256', 'other').update(body).digest('base64')), 403, /invalid signature/],
  ]
  for (const worker of [leader, follower]) {
    for (const [headers, status, message] of refused) {
      const answer = await request(worker, 'POST', `/connectors/${name}/tasks`, body, headers)
      expect(answer).toEqual({ status, body: { error_code: status, message: expect.stringMatching(message) } })
    }
  }
  expect((await cluster.client.tasks(name)).length).toBe(1)
  expect((await request(leader, 'POST', `/connectors/${name}/tasks`, body, signed(signature))).status).toBe(204)
  await until(async () => (await cluster.client.tasks(name)).length === 2, { what: 'the tasks that were signed for' })
  await cluster.client.deleteConnector(name)
})

test('topics that match topics.regex later on are picked up', async () => {
  const word = freshName('regex')
  const first = await cluster.createTopic({ name: `${word}-a` })
  const name = freshName('by-regex')
  const { topics: _topics, ...config } = sink('')
  await cluster.createConnector(name, { ...config, 'topics.regex': `${word}-.*` })
  await cluster.untilRunning(name, { tasks: 1 })
  await cluster.index(first).untilHoldsExactly(await cluster.produce(first, 20))
  const second = await cluster.createTopic({ name: `${word}-b`, partitions: 2 })
  await cluster.index(second).untilHoldsExactly(await cluster.produce(second, 20))
  expect((await cluster.client.topics(name)).sort()).toEqual([first, second])
  await cluster.client.deleteConnector(name)
})

test('tasks are static members of the connector’s group, and leave it at once when they are no longer wanted', async () => {
  const topic = await cluster.createTopic({ partitions: 3 })
  const name = freshName('members')
  await cluster.createConnector(name, sink(topic, { 'tasks.max': '3' }))
  const instances = async () => (await cluster.group(name).members()).map(({ instanceId }) => instanceId)
  const untilMembers = (...tasks: number[]) =>
    until(
      async () => {
        const found = await instances()
        return JSON.stringify(found) === JSON.stringify(tasks.map((task) => `${name}-${task}`)) || new NotYet(found)
      },
      // Far less than the session timeout of the consumers, 45 s.
      { what: `the group to have the members ${tasks}`, deadlineMs: 15_000 },
    )
  await cluster.untilRunning(name, { tasks: 3 })
  await untilMembers(0, 1, 2)
  await cluster.client.patchConfig(name, { 'tasks.max': '2' })
  await cluster.untilRunning(name, { tasks: 2 })
  await untilMembers(0, 1)
  await cluster.client.stop(name)
  await untilMembers()
  await cluster.client.resume(name)
  await cluster.untilRunning(name, { tasks: 2 })
  await untilMembers(0, 1)
  await cluster.client.deleteConnector(name)
  await untilMembers()
})
