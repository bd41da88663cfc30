import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { logRecord, textOf } from './fixtures/log-records.ts'
import { MemoryCompactedLog, MemoryTopic } from './memory-compacted-log.ts'
import type { Status, TaskState } from './status.ts'
import { StatusStore } from './status-store.ts'

const task = { connector: 'sink1', task: 0 }

async function openStore(topic = new MemoryTopic()) {
  const logger = recordingLogger()
  const store = new StatusStore(logger)
  await store.start(new MemoryCompactedLog(topic, (record) => store.read(record)))
  return { store, topic, logger, written: () => topic.records.map(textOf) }
}

/** A store that has read these keys and values. */
function read(...records: readonly [key: string, value: unknown][]) {
  const logger = recordingLogger()
  const store = new StatusStore(logger)
  for (const [offset, [key, value]] of records.entries()) store.read(logRecord(offset, key, value))
  return { store, logger }
}

function status<State extends TaskState>(state: State, fields: Partial<Status> = {}): Status<State> {
  return { trace: null, workerId: '127.0.0.1:18081', generation: 3, version: '4.3.1', ...fields, state }
}
const wire = (state: string, fields: object = {}) => ({
  ...{ state, trace: null, worker_id: '127.0.0.1:18081', generation: 3, version: '4.3.1' },
  ...fields,
})

describe('writing', () => {
  test('statuses are written as Kafka Connect writes them', async () => {
    const { store, written } = await openStore()
    store.putConnector('src1', status('RUNNING'), { safe: false })
    store.putTask(task, status('UNASSIGNED', { version: null, generation: 7 }), { safe: true })
    store.putTopic({ topic: 'cref-t1', connector: 'src1', task: 0, discoveredAt: 1795220020663 })
    await store.flush()
    expect(written()).toEqual([
      [
        'status-connector-src1',
        '{"state":"RUNNING","trace":null,"worker_id":"127.0.0.1:18081","generation":3,"version":"4.3.1"}',
      ],
      [
        'status-task-sink1-0',
        '{"state":"UNASSIGNED","trace":null,"worker_id":"127.0.0.1:18081","generation":7,"version":null}',
      ],
      [
        'status-topic-cref-t1:connector-src1',
        '{"topic":{"name":"cref-t1","connector":"src1","task":0,"discoverTimestamp":1795220020663}}',
      ],
    ])
  })

  test.each([
    ['nothing is known', null, true],
    ['the same worker wrote in a newer generation', { workerId: '127.0.0.1:18081', generation: 9 }, true],
    ['another worker wrote in an older generation', { workerId: 'other:1', generation: 2 }, true],
    ['another worker wrote in the same generation', { workerId: 'other:1', generation: 3 }, true],
    ['another worker wrote in a newer generation', { workerId: 'other:1', generation: 4 }, false],
  ])('when %s a safe write is written: %#', async (_when, known, isWritten) => {
    const { store, topic } = await openStore()
    if (known !== null) {
      store.putTask(task, status('RUNNING', known), { safe: false })
      store.putConnector('sink1', status('RUNNING', known), { safe: false })
      await store.flush()
    }
    const before = topic.records.length
    store.putTask(task, status('FAILED'), { safe: true })
    store.putConnector('sink1', status('FAILED'), { safe: true })
    await store.flush()
    expect(topic.records.length - before).toBe(isWritten ? 2 : 0)
    store.putTask(task, status('RUNNING'), { safe: false })
    await store.flush()
    expect(store.task(task)?.generation).toBe(3)
  })

  test('a removed connector leaves tombstones, its tasks first, topics apart', async () => {
    const { store, topic, written } = await openStore()
    store.putConnector('a', status('RUNNING'), { safe: false })
    for (const number of [10, 2]) store.putTask({ connector: 'a', task: number }, status('RUNNING'), { safe: false })
    for (const name of ['t2', 't1']) store.putTopic({ topic: name, connector: 'a', task: 2, discoveredAt: 1 })
    await store.flush()
    topic.records.splice(0)
    store.removeConnector('a')
    store.removeTopics('a')
    await store.flush()
    expect(written()).toEqual([
      ['status-task-a-2', null],
      ['status-task-a-10', null],
      ['status-connector-a', null],
      ['status-topic-t1:connector-a', null],
      ['status-topic-t2:connector-a', null],
    ])
    expect([store.connectors(), store.topics('a')]).toEqual([[], []])
  })

  test('a topic that is known already is not written again', async () => {
    const { store, topic } = await openStore()
    const found = { topic: 't', connector: 'a', task: 0, discoveredAt: 1 }
    store.putTopic(found)
    await store.flush()
    store.putTopic({ ...found, task: 1 })
    expect(topic.records).toHaveLength(1)
  })

  test('what another worker wrote is seen after a read to the end', async () => {
    const topic = new MemoryTopic()
    const [one, other] = [await openStore(topic), await openStore(topic)]
    one.store.putTask(task, status('FAILED', { trace: 'Error: gone' }), { safe: true })
    await other.store.readToEnd(1_000)
    expect(other.store.task(task)).toEqual(status('FAILED', { trace: 'Error: gone' }))
  })

  test('a write that fails is repeated, unless a newer one of the same key follows', async () => {
    vi.useFakeTimers()
    const store = new StatusStore(recordingLogger())
    const fine = async (): Promise<void> => {}
    const states: unknown[] = []
    let isDown = true
    const send = async (_key: Buffer, value: Buffer | null): Promise<void> => {
      if (isDown) throw new Error('no brokers')
      states.push(JSON.parse(String(value)).state)
    }
    await store.start({ start: fine, readToEnd: fine, stop: fine, send })
    store.putConnector('a', status('RUNNING'), { safe: false })
    store.putConnector('b', status('RUNNING'), { safe: false })
    await store.flush()
    store.putConnector('a', status('PAUSED'), { safe: false })
    await store.flush()
    isDown = false
    await vi.advanceTimersByTimeAsync(2_000)
    expect(states.toSorted()).toEqual(['PAUSED', 'RUNNING'])
    vi.useRealTimers()
  })
})

describe('reading', () => {
  test.each(['sink1', 'my-sink', 'a-1', 'x:y', 'a:connector-b'])('a connector may be called %s', (name) => {
    const { store } = read(
      [`status-connector-${name}`, wire('PAUSED')],
      [`status-task-${name}-12`, wire('RUNNING')],
      [
        `status-topic-t.1-x:connector-${name}`,
        { topic: { name: 't.1-x', connector: name, task: 0, discoverTimestamp: 1 } },
      ],
    )
    expect(store.connectors()).toEqual([name])
    expect(store.connector(name)).toEqual({ ...status('RUNNING'), state: 'PAUSED' })
    expect(store.task({ connector: name, task: 12 })).toEqual(status('RUNNING'))
    expect(store.topics(name)).toEqual(['t.1-x'])
  })

  test.each(['UNASSIGNED', 'FAILED'])('%s of an owner that slept does not hide what the new one does', (state) => {
    const fresh = { generation: 9, worker_id: '127.0.0.1:18082' }
    const { store } = read(
      ['status-connector-sink1', wire('RUNNING', fresh)],
      ['status-connector-sink1', wire(state, { generation: 7 })],
      ['status-task-sink1-0', wire('PAUSED', fresh)],
      ['status-task-sink1-0', wire(state, { generation: 7 })],
    )
    expect(store.connector('sink1')?.state).toBe('RUNNING')
    expect(store.task(task)?.state).toBe('PAUSED')
  })

  test('a task moves: the old owner’s late word does not hide the new one', () => {
    const { store } = read(
      ['status-task-sink1-0', wire('RUNNING', { generation: 9, worker_id: '127.0.0.1:18082' })],
      ['status-task-sink1-0', wire('UNASSIGNED', { generation: 7, version: null })],
    )
    expect(store.task(task)).toMatchObject({ state: 'RUNNING', workerId: '127.0.0.1:18082' })
  })

  test('UNASSIGNED of a newer generation, or over anything but RUNNING, counts', () => {
    const newer = read(
      ['status-task-sink1-0', wire('RUNNING')],
      ['status-task-sink1-0', wire('UNASSIGNED', { generation: 4 })],
    )
    const failed = read(['status-task-sink1-0', wire('FAILED')], ['status-task-sink1-0', wire('UNASSIGNED')])
    for (const { store } of [newer, failed]) expect(store.task(task)?.state).toBe('UNASSIGNED')
  })

  test('versions are missing from records of older workers', () => {
    const { store } = read(['status-connector-a', wire('RUNNING', { version: undefined })])
    expect(store.connector('a')?.version).toBeNull()
  })

  test('a connector’s tombstone takes its tasks along, a task’s only the task', () => {
    const records: [string, unknown][] = [
      ['status-connector-a', wire('RUNNING')],
      ['status-task-a-0', wire('RUNNING')],
      ['status-task-a-1', wire('RUNNING')],
      ['status-task-a-0', null],
    ]
    expect([
      ...read(...records)
        .store.tasks('a')
        .keys(),
    ]).toEqual([1])
    const { store } = read(...records, ['status-connector-a', null])
    expect([store.connectors(), store.connector('a'), store.tasks('a').size]).toEqual([[], null, 0])
  })

  test('tasks come by number', () => {
    const { store } = read(
      ...[10, 9, 0].map((number): [string, unknown] => [`status-task-a-${number}`, wire('RUNNING')]),
    )
    expect([...store.tasks('a').keys()]).toEqual([0, 9, 10])
  })

  test.each([
    ['status-connector-a', wire('DANCING')],
    ['status-connector-a', { state: 'RUNNING' }],
    ['status-connector-a', 'true'],
    ['status-connector-a', '{"state":'],
    ['status-task-a-0', wire('STOPPED')],
    ['status-task-a-', wire('RUNNING')],
    ['status-task-a-1e3', wire('RUNNING')],
    ['status-task-a', wire('RUNNING')],
    ['status-task-a-0', wire('RUNNING', { generation: { valueOf: 1, toString: 1 } })],
    ['status-task-a-0', wire('RUNNING', { generation: 'many' })],
    ['status-topic-t', { topic: {} }],
    ['status-else-a', wire('RUNNING')],
  ])('%s with %j says nothing', (key, value) => {
    const { store } = read([key, value])
    expect([store.connectors(), store.topics('a')]).toEqual([[], []])
  })

  test('no sequence of records makes reading throw', () => {
    const keys = fc.oneof(
      fc.string(),
      fc.constantFrom('status-connector-a', 'status-task-a-0', 'status-topic-t:connector-a', 'status-task-', ''),
    )
    const fields = {
      state: fc.constantFrom('RUNNING', 'UNASSIGNED', 1),
      worker_id: fc.jsonValue(),
      generation: fc.jsonValue(),
    }
    const values = fc.oneof(fc.constant(null), fc.jsonValue(), fc.record(fields), fc.string())
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, values)), (records) => {
        for (const state of [
          ...read(...records)
            .store.tasks('a')
            .values(),
        ])
          expect(state.generation).toSatisfy(Number.isInteger)
      }),
    )
  })
})
