import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Cluster,
  freshName,
  NotYet,
  type StoredRecord,
  stack,
  startCluster,
  until,
  type WorkerProcess,
} from './harness/index.ts'

/** As users have it from the documentation of Confluent's connector. */
const CONNECTOR_JSON =
  '{"name":"elastic-sink","config":{"connector.class":"io.confluent.connect.elasticsearch.ElasticsearchSinkConnector","tasks.max":"1","topics":"mytopic","key.ignore":"true","schema.ignore":"true","connection.url":"http://HOST:9200","type.name":"_doc"}}'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster({ workers: 2 })
})
afterAll(() => cluster?.[Symbol.asyncDispose]())

async function post(worker: WorkerProcess, body: string): Promise<Response> {
  return await fetch(`${worker.url}/connectors`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
}

/** A topic and a running connector of the same name that writes it to an index of the same name. */
async function startSink({ tasks = 1, config = {} }: { tasks?: number; config?: Record<string, string> } = {}) {
  const topic = await cluster.createTopic({ partitions: 2 })
  const own = { 'connector.class': 'ElasticsearchSink', topics: topic, 'tasks.max': String(tasks), ...config }
  await cluster.createConnector(topic, own)
  await cluster.untilRunning(topic, { tasks })
  return { topic, index: cluster.index(topic) }
}

function untilState(name: string, state: string, tasks: number): Promise<unknown> {
  return until(
    async () => {
      const status = await cluster.client.status(name)
      const all = [status.connector, ...status.tasks].every((instance) => instance.state === state)
      return (all && status.tasks.length === tasks) || new NotYet(status)
    },
    { what: `${name} to be ${state} with ${tasks} tasks` },
  )
}

test.each(['the leader', 'a follower'])('the JSON that users have runs unchanged when posted to %s', async (role) => {
  const leader = await cluster.leader()
  const worker = role === 'the leader' ? leader : cluster.others(leader)[0]!
  const topic = await cluster.createTopic({ partitions: 3 })
  const produced = await cluster.produce(topic, 100)
  const json = CONNECTOR_JSON.replace('elastic-sink', topic)
    .replace('mytopic', topic)
    .replace('http://HOST:9200', stack.elasticsearch)
  const answer = await post(worker, json)
  expect([answer.status, answer.headers.get('location')]).toEqual([201, `${worker.url}/connectors/${topic}`])
  const { name, config } = JSON.parse(json)
  expect(await answer.json()).toEqual({ name, config: { ...config, name }, tasks: [], type: 'sink' })
  await cluster.untilRunning(topic, { tasks: 1 })
  await cluster.index(topic).untilHoldsExactly([...produced, ...(await cluster.produce(topic, 200))])
  for (const { client } of cluster.workers) {
    expect(await client.connector(name)).toMatchObject({ name, tasks: [{ connector: name, task: 0 }], type: 'sink' })
    expect(await client.topics(name)).toEqual([topic])
  }
})

const NUMBERS = [
  '{"n":9007199254740993,"m":-9223372036854775808,"list":[18446744073709551615,1]}',
  '{"n":0.10,"m":123456789.123456789012345678,"inner":{"price":19.990}}',
  '{"n":1.0,"m":5,"list":[-0.50,7E+2,1e-7,1e400]}',
]
/** Keeps every document as it is, also where no field type could hold its numbers. */
const UNPARSED = { enabled: false }

test('numbers arrive as they were spelled', async () => {
  const { topic, index } = await startSink()
  await index.create({}, UNPARSED)
  await index.untilHoldsExactly(
    await cluster.produce(
      topic,
      NUMBERS.map((value) => ({ value })),
    ),
  )
})

test('numbers arrive as they were spelled also through transformations', async () => {
  const { topic, index } = await startSink({
    config: {
      transforms: 'origin,rename',
      'transforms.origin.type': 'org.apache.kafka.connect.transforms.InsertField$Value',
      'transforms.origin.static.field': 'origin',
      'transforms.origin.static.value': 'e2e',
      'transforms.rename.type': 'org.apache.kafka.connect.transforms.ReplaceField$Value',
      'transforms.rename.renames': 'm:renamed',
    },
  })
  await index.create({}, UNPARSED)
  const produced = await cluster.produce(
    topic,
    NUMBERS.map((value) => ({ value })),
  )
  const content = ({ value }: StoredRecord) =>
    String(value).replace(/}$/, ',"origin":"e2e"}').replace('"m":', '"renamed":')
  await index.untilHoldsExactly(produced, { content })
})

test('a paused connector writes nothing until it is resumed', async () => {
  const { topic, index } = await startSink({ tasks: 2 })
  const before = await cluster.produce(topic, 50)
  await index.untilHoldsExactly(before)
  await cluster.client.pause(topic)
  await untilState(topic, 'PAUSED', 2)
  const after = await cluster.produce(topic, 50)
  // Another connector shows how far this one would be.
  const other = await cluster.createTopic()
  await cluster.createConnector(other, {
    'connector.class': 'ElasticsearchSink',
    topics: topic,
    transforms: 'route',
    'transforms.route.type': 'RegexRouter',
    'transforms.route.regex': '.*',
    'transforms.route.replacement': other,
  })
  const id = ({ partition, offset }: StoredRecord) => `${other}+${partition}+${offset}`
  await cluster.index(other).untilHoldsExactly([...before, ...after], { id })
  await index.untilHoldsExactly(before)
  await cluster.client.resume(topic)
  await untilState(topic, 'RUNNING', 2)
  await index.untilHoldsExactly([...before, ...after])
})

test('a stopped connector gives up its tasks and gets them back when it is resumed', async () => {
  const { topic, index } = await startSink({ tasks: 2 })
  const before = await cluster.produce(topic, 50)
  await index.untilHoldsExactly(before)
  await cluster.client.stop(topic)
  await untilState(topic, 'STOPPED', 0)
  expect(await cluster.client.tasks(topic)).toEqual([])
  const after = await cluster.produce(topic, 50)
  await cluster.client.resume(topic)
  await untilState(topic, 'RUNNING', 2)
  await index.untilHoldsExactly([...before, ...after])
})

test('restarting a connector with its tasks answers with the plan and goes on where it was', async () => {
  const { topic, index } = await startSink({ tasks: 2 })
  const before = await cluster.produce(topic, 50)
  const plan = await cluster.client.restart(topic, { includeTasks: true })
  expect(plan?.connector.state).toBe('RESTARTING')
  expect(plan?.tasks.map(({ state }) => state)).toEqual(['RESTARTING', 'RESTARTING'])
  await cluster.untilRunning(topic, { tasks: 2 })
  await cluster.client.restart(topic)
  await cluster.client.restartTask(topic, 1)
  await cluster.untilRunning(topic, { tasks: 2 })
  await index.untilHoldsExactly([...before, ...(await cluster.produce(topic, 50))])
})

test('a changed config restarts the tasks with it', async () => {
  const { topic, index } = await startSink()
  const before = await cluster.produce(topic, 20)
  await index.untilHoldsExactly(before)
  const config = {
    ...(await cluster.client.config(topic)),
    'tasks.max': '2',
    transforms: 'origin',
    'transforms.origin.type': 'InsertField$Value',
    'transforms.origin.static.field': 'origin',
    'transforms.origin.static.value': 'e2e',
  } as Record<string, string>
  expect((await cluster.client.putConfig(topic, config)).config).toEqual(config)
  await cluster.untilRunning(topic, { tasks: 2 })
  await until(async () => (await cluster.client.tasks(topic)).every(({ config }) => config.transforms === 'origin'), {
    what: 'the tasks to have the new config',
  })
  const after = new Set(await cluster.produce(topic, 20))
  const content = (record: StoredRecord) =>
    after.has(record) ? String(record.value).replace(/}$/, ',"origin":"e2e"}') : String(record.value)
  await index.untilHoldsExactly([...before, ...after], { content })
})

test('a deleted connector is gone, its documents stay', async () => {
  const { topic, index } = await startSink()
  const produced = await cluster.produce(topic, 20)
  await index.untilHoldsExactly(produced)
  await cluster.client.deleteConnector(topic)
  for (const { client } of cluster.workers) {
    await until(async () => !(await client.connectors()).includes(topic), { what: `${topic} to be gone` })
    await expect(client.connector(topic)).rejects.toMatchObject({
      status: 404,
      message: `Connector ${topic} not found`,
    })
    await until(
      () =>
        client.status(topic).then(
          () => false,
          ({ status }) => status === 404,
        ),
      { what: 'no status' },
    )
  }
  await index.untilHoldsExactly(produced)
})

test('a connector starts in the state that its creator asks for, and has tasks once it is resumed', async () => {
  const topic = await cluster.createTopic()
  for (const initial_state of ['PAUSED', 'STOPPED'] as const) {
    const name = freshName('initial')
    const config = { 'connector.class': 'ElasticsearchSink', topics: topic, 'connection.url': stack.elasticsearch }
    await cluster.client.createConnector({ name, config, initial_state })
    await untilState(name, initial_state, 0)
    const expanded = (await cluster.client.expandedConnectors('info', 'status'))[name]
    expect(expanded?.info?.config).toEqual({ ...config, name })
    expect(expanded?.status?.connector.state).toBe(initial_state)
    await cluster.client.resume(name)
    await untilState(name, 'RUNNING', 1)
    await cluster.client.deleteConnector(name)
  }
})

test('a worker ends in order with exit code 0 after SIGTERM, also under load', async () => {
  const { topic, index } = await startSink({ tasks: 2 })
  const load = cluster.load(topic)
  await until(async () => (await index.count()) > 100, { what: 'documents' })
  expect(await cluster.worker(1).stop()).toEqual({ code: 0, signal: null })
  await cluster.untilRunning(topic, { tasks: 2, workers: 1 })
  await index.untilHoldsExactly(await load.stop())
})
