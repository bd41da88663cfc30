import { expect, test } from 'vitest'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { type ConfigEvent, ConfigState } from './config-state.ts'
import { ConfigStore } from './config-store.ts'
import { capturedProperties, capturedRecords } from './fixtures/config-topic.ts'
import { textOf } from './fixtures/log-records.ts'
import { MemoryCompactedLog, MemoryTopic } from './memory-compacted-log.ts'

/** A worker's store on a topic, with the events it tells. */
async function openStore(topic: MemoryTopic) {
  const events: ConfigEvent[] = []
  const state = new ConfigState(recordingLogger())
  let store: ConfigStore
  const listener = ConfigStore.listener(
    state,
    () => store,
    (event) => void events.push(event),
  )
  store = new ConfigStore(new MemoryCompactedLog(topic, listener), state)
  await store.start()
  return { store, state, events }
}

/** The records captured at these offsets, as key and value. */
const captured = (...offsets: number[]) =>
  offsets.map((wanted) => capturedRecords.find(([offset]) => offset === wanted)?.slice(1))

/** What a write leaves in the topic. */
async function written(write: (store: ConfigStore) => Promise<void>) {
  const topic = new MemoryTopic()
  const { store } = await openStore(topic)
  await write(store)
  return topic.records.map(textOf)
}

test('a connector with an initial state: the state first, then the config', async () => {
  expect(await written((store) => store.putConnector('sink1', capturedProperties(5), 'PAUSED'))).toEqual(captured(4, 5))
})

test('a connector without an initial state is one record', async () => {
  expect(await written((store) => store.putConnector('src1', capturedProperties(2), null))).toEqual(captured(2))
})

test('tasks come before their commit', async () => {
  const tasks = [capturedProperties(14), capturedProperties(15)]
  expect(await written((store) => store.putTasks('sink1', tasks))).toEqual(captured(14, 15, 17))
})

test('stopping: an empty set of tasks, then STOPPED, which older workers read as PAUSED', async () => {
  const records = await written(async (store) => {
    await store.putTasks('src1', [])
    await store.putTargetState('src1', 'STOPPED')
  })
  expect(records).toEqual(captured(28, 30))
})

test('pausing and resuming', async () => {
  const records = await written(async (store) => {
    await store.putTargetState('src1', 'PAUSED')
    await store.putTargetState('sink1', 'STARTED')
  })
  expect(records).toEqual(captured(27, 13))
})

test('deleting: tombstones of the config and of the target state, in this order', async () => {
  expect(await written((store) => store.removeConnector('newsrc'))).toEqual(captured(102, 103))
})

test('a restart and a session key', async () => {
  const records = await written(async (store) => {
    await store.putRestart({ connector: 'src1', includeTasks: true, onlyFailed: false })
    await store.putSessionKey({
      key: Buffer.from('wNkD/+QGv03Cak2HhVSruEVXAZEZKApA2yry/EQmNuw=', 'base64'),
      algorithm: 'HmacSHA256',
      createdAt: 1795219928728,
    })
  })
  expect(records).toEqual(captured(23, 0))
})

test('a level of a logger', async () => {
  const logger = 'org.apache.kafka.connect.runtime.WorkerSinkTask'
  expect(await written((store) => store.putLoggerLevel(logger, 'info'))).toEqual(captured(52))
})

test('every worker sees a write; the writer’s own state holds it when the call resolves', async () => {
  const topic = new MemoryTopic()
  const [one, other] = [await openStore(topic), await openStore(topic)]
  await one.store.putConnector('a', { name: 'a' }, null)
  await one.store.putTasks('a', [{ t: '1' }])
  for (const { state, events } of [one, other]) {
    expect(state.taskConfig({ connector: 'a', task: 0 })).toEqual({ t: '1' })
    expect(events).toEqual([
      { kind: 'connector-added', connector: 'a' },
      { kind: 'tasks-committed', connector: 'a' },
    ])
  }
})

test('nothing of the backlog is told, neither changes nor commands', async () => {
  const topic = new MemoryTopic()
  for (const [, key, value] of capturedRecords)
    topic.append(Buffer.from(key), value === null ? null : Buffer.from(value))
  const { state, events, store } = await openStore(topic)
  expect(state.connectors()).toEqual(['sink1', 'src1'])
  expect(events).toEqual([])
  const command = { connector: 'src1', includeTasks: false, onlyFailed: true }
  await store.putRestart(command)
  expect(events).toEqual([{ kind: 'restart', command }])
})

test('a write that is not acknowledged rejects, and its commit is not written', async () => {
  const state = new ConfigState(recordingLogger())
  const sent: string[] = []
  const store = new ConfigStore(
    {
      start: async () => {},
      readToEnd: async () => {},
      stop: async () => {},
      send: async (key) => {
        sent.push(key.toString())
        if (key.toString() === 'task-a-1') throw new Error('no room')
      },
    },
    state,
  )
  await expect(store.putTasks('a', [{}, {}])).rejects.toThrow('no room')
  expect(sent).toEqual(['task-a-0', 'task-a-1'])
})

test('a config that is larger than a record may be is refused, with what to do, however the failure is wrapped', async () => {
  const tooLarge = Object.assign(new Error('Broker: Message size too large'), { code: 10 })
  const leader = {
    claim: async () => {},
    release: async () => {},
    write: () => Promise.reject(new Error('the transaction failed', { cause: tooLarge })),
  }
  const state = new ConfigState(recordingLogger())
  const store = new ConfigStore(new MemoryCompactedLog(new MemoryTopic(), () => {}), state, leader)
  await expect(store.putConnector('a', { text: 'x'.repeat(2_000) }, null)).rejects.toMatchObject({
    code: 'config.too_large',
    message: expect.stringMatching(/^A configuration of 20\d\d bytes .* max\.message\.bytes/),
  })
})
