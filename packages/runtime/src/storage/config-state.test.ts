import { describe, expect, test } from 'vitest'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { type ConfigEvent, ConfigState } from './config-state.ts'
import { capturedProperties, capturedRecords } from './fixtures/config-topic.ts'
import { compacted, logRecord } from './fixtures/log-records.ts'

/** A state that was told these keys and values, in this order. */
function read(...records: readonly [key: string, value: unknown][]) {
  const logger = recordingLogger()
  const state = new ConfigState(logger)
  let offset = 0
  const tell = (...more: readonly [key: string, value: unknown][]): (ConfigEvent | null)[] =>
    more.map(([key, value]) => state.apply(logRecord(offset++, key, value)))
  const events = tell(...records)
  return { state, logger, events, tell }
}
const config = (properties: Record<string, unknown> = {}) => ({ properties })
const taskNumbers = (state: ConfigState, connector: string) => state.tasks(connector).map(({ task }) => task)

describe('the captured topic', () => {
  const logger = recordingLogger()
  const state = new ConfigState(logger)
  const events = new Map(
    capturedRecords.map(([offset, key, value]) => [offset, state.apply(logRecord(offset, key, value))]),
  )

  test('tells what each record changed', () => {
    expect(Object.fromEntries([...events].filter(([, event]) => event !== null))).toEqual({
      0: { kind: 'session-key' },
      2: { kind: 'connector-added', connector: 'src1' },
      5: { kind: 'connector-added', connector: 'sink1' },
      9: { kind: 'tasks-committed', connector: 'src1' },
      13: { kind: 'target-state', connector: 'sink1' },
      17: { kind: 'tasks-committed', connector: 'sink1' },
      23: { kind: 'restart', command: { connector: 'src1', includeTasks: true, onlyFailed: false } },
      27: { kind: 'target-state', connector: 'src1' },
      28: { kind: 'tasks-committed', connector: 'src1' },
      30: { kind: 'target-state', connector: 'src1' },
      52: { kind: 'logger-level', logger: 'org.apache.kafka.connect.runtime.WorkerSinkTask', level: 'info' },
      100: { kind: 'connector-added', connector: 'newsrc' },
      102: { kind: 'connector-removed', connector: 'newsrc' },
    })
    expect(logger.lines).toEqual([])
  })

  test('leaves two connectors, one stopped and one with two tasks', () => {
    expect(state.connectors()).toEqual(['sink1', 'src1'])
    expect([state.targetState('src1'), state.targetState('sink1')]).toEqual(['STOPPED', 'STARTED'])
    expect([taskNumbers(state, 'src1'), taskNumbers(state, 'sink1')]).toEqual([[], [0, 1]])
    expect(state.config('sink1')).toEqual(capturedProperties(5))
    expect(state.taskConfig({ connector: 'sink1', task: 1 })).toEqual(capturedProperties(15))
    expect(state.appliedConfig('sink1')).toEqual(capturedProperties(5))
  })

  test('tasks written after their connector’s deletion are ignored', () => {
    expect(state.has('newsrc')).toBe(false)
    expect(state.tasks('newsrc')).toEqual([])
    state.apply(logRecord(109, 'connector-newsrc', config()))
    expect(state.tasks('newsrc')).toEqual([])
  })

  test('holds the session key and one more than the last offset', () => {
    expect(state.sessionKey).toEqual({
      key: Buffer.from('wNkD/+QGv03Cak2HhVSruEVXAZEZKApA2yry/EQmNuw=', 'base64'),
      algorithm: 'HmacSHA256',
      createdAt: 1795219928728,
    })
    expect(state.offset).toBe(110n)
  })

  test('reads the same after compaction', () => {
    const other = new ConfigState(recordingLogger())
    const records = capturedRecords.map(([offset, key, value]) => logRecord(offset, key, value))
    for (const record of compacted(records)) other.apply(record)
    expect(other.connectors()).toEqual(['sink1', 'src1'])
    expect([taskNumbers(other, 'src1'), taskNumbers(other, 'sink1')]).toEqual([[], [0, 1]])
    expect(other.targetState('src1')).toBe('STOPPED')
  })
})

describe('connectors', () => {
  test.each(['a', 'my-connector', 'a-1', 'connector-x', 'task-x-0', 'ünï/çödé'])('may be called %s', (name) => {
    const { state, logger } = read(
      [`connector-${name}`, config({ a: '1' })],
      [`task-${name}-0`, config({ t: '0' })],
      [`commit-${name}`, { tasks: 1 }],
      [`target-state-${name}`, { state: 'PAUSED' }],
    )
    expect(state.connectors()).toEqual([name])
    expect(state.config(name)).toEqual({ a: '1' })
    expect(state.targetState(name)).toBe('PAUSED')
    expect(state.taskConfig({ connector: name, task: 0 })).toEqual({ t: '0' })
    expect(logger.lines).toEqual([])
  })

  test('a tombstone of an unknown connector is no event', () => {
    expect(read(['connector-a', null]).events).toEqual([null])
  })

  test('a config written again is an update', () => {
    const { events, state } = read(['connector-a', config({ x: '1' })], ['connector-a', config({ x: '2' })])
    expect(events[1]).toEqual({ kind: 'connector-updated', connector: 'a' })
    expect(state.config('a')).toEqual({ x: '2' })
  })

  test('values that are not text become text, null stays', () => {
    const { state } = read(['connector-a', config({ n: 1, b: true, o: { x: [] }, z: null })])
    expect(state.config('a')).toEqual({ n: '1', b: 'true', o: '{"x":[]}', z: null })
  })

  test('a deleted connector keeps nothing but its target state', () => {
    const { state, tell } = read(
      ['connector-a', config()],
      ['task-a-0', config()],
      ['commit-a', { tasks: 1 }],
      ['target-state-a', { state: 'PAUSED' }],
      ['connector-a', null],
    )
    expect([state.has('a'), state.tasks('a'), state.appliedConfig('a')]).toEqual([false, [], null])
    tell(['connector-a', config()])
    expect([state.targetState('a'), state.tasks('a')]).toEqual(['PAUSED', []])
  })
})

describe('target states', () => {
  test.each([
    [{ state: 'PAUSED', 'state.v2': 'STOPPED' }, 'STOPPED'],
    [{ state: 'PAUSED' }, 'PAUSED'],
    [{ state: 'PAUSED', 'state.v2': null }, 'PAUSED'],
    [{ 'state.v2': 'STOPPED' }, 'STOPPED'],
    [{ state: 'STARTED', 'state.v2': 'ASLEEP' }, 'STARTED'],
    [{}, 'STARTED'],
  ])('%j reads as %s', (value, expected) => {
    const { state } = read(['connector-a', config()], ['target-state-a', value])
    expect(state.targetState('a')).toBe(expected)
  })

  test('an unknown name leaves what was before and is logged', () => {
    const { state, events, logger } = read(
      ['connector-a', config()],
      ['target-state-a', { state: 'PAUSED' }],
      ['target-state-a', { state: 'PAUSED', 'state.v2': 'ASLEEP' }],
    )
    expect(state.targetState('a')).toBe('PAUSED')
    expect(events[2]).toBeNull()
    expect(logger.lines).toEqual(['error: ignored unknown target state "ASLEEP" of connector a'])
  })

  test('written before the connector it is remembered, without an event', () => {
    const { state, events } = read(['target-state-a', { state: 'PAUSED' }], ['connector-a', config()])
    expect(events.map((event) => event?.kind)).toEqual([undefined, 'connector-added'])
    expect(state.targetState('a')).toBe('PAUSED')
  })

  test('the same state again is no event, its removal means STARTED', () => {
    const { events, state } = read(
      ['connector-a', config()],
      ['target-state-a', { state: 'STARTED' }],
      ['target-state-a', { state: 'PAUSED' }],
      ['target-state-a', { state: 'PAUSED', 'state.v2': 'PAUSED' }],
      ['target-state-a', null],
    )
    expect(events.map((event) => event?.kind)).toEqual([
      'connector-added',
      undefined,
      'target-state',
      undefined,
      'target-state',
    ])
    expect(state.targetState('a')).toBe('STARTED')
  })
})

describe('session keys and commands', () => {
  const key = { key: 'AQI=', algorithm: 'HmacSHA256', 'creation-timestamp': 5 }

  test.each([
    ['no timestamp', { ...key, 'creation-timestamp': undefined }],
    ['a timestamp that is no integer', { ...key, 'creation-timestamp': 1.5 }],
    ['no algorithm', { ...key, algorithm: null }],
    ['no key', { ...key, key: 7 }],
    ['no value', null],
  ])('a session key with %s leaves the one before', (_what, value) => {
    const { state, events } = read(['session-key', key], ['session-key', value])
    expect(events[1]).toBeNull()
    expect(state.sessionKey).toEqual({ key: Buffer.from([1, 2]), algorithm: 'HmacSHA256', createdAt: 5 })
  })

  test('a level of a logger is told, one without a level is not', () => {
    expect(
      read(['logger-cluster-a.b', { level: 'info' }], ['logger-cluster-a.b', {}], ['logger-cluster-a.b', null]).events,
    ).toEqual([{ kind: 'logger-level', logger: 'a.b', level: 'info' }, null, null])
  })

  test('missing flags of a restart are false', () => {
    expect(read(['restart-connector-a-b', {}]).events).toEqual([
      { kind: 'restart', command: { connector: 'a-b', includeTasks: false, onlyFailed: false } },
    ])
  })
})
