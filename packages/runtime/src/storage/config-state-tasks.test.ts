/** The commit of task configs, with what deletion and compaction do to it; and that no record can break the state. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { ConfigState } from './config-state.ts'
import { logRecord } from './fixtures/log-records.ts'

function read(...records: readonly [key: string, value: unknown][]) {
  const logger = recordingLogger()
  const state = new ConfigState(logger)
  let offset = 0
  const tell = (...more: readonly [key: string, value: unknown][]) =>
    more.map(([key, value]) => state.apply(logRecord(offset++, key, value)))
  const events = tell(...records)
  return { state, logger, events, tell }
}
const config = (version = '1') => ({ properties: { version } })
const versions = (state: ConfigState) => state.tasks('a').map((id) => state.taskConfig(id)?.version)

const twoTasks: readonly [string, unknown][] = [
  ['connector-a', config()],
  ['task-a-0', config('t0')],
  ['task-a-1', config('t1')],
  ['commit-a', { tasks: 2 }],
]

describe('commits', () => {
  test('tasks are in force with their commit, not before', () => {
    const { state, tell } = read(...twoTasks.slice(0, 3))
    expect([state.tasks('a'), state.taskConfig({ connector: 'a', task: 0 })]).toEqual([[], null])
    expect(tell(['commit-a', { tasks: 2 }])).toEqual([{ kind: 'tasks-committed', connector: 'a' }])
    expect(versions(state)).toEqual(['t0', 't1'])
  })

  test('the applied config is the one at the commit', () => {
    const { state, tell } = read(...twoTasks, ['connector-a', config('2')])
    expect(state.appliedConfig('a')).toEqual({ version: '1' })
    tell(...twoTasks.slice(1))
    expect(state.appliedConfig('a')).toEqual({ version: '2' })
  })

  test('fewer tasks than before: the others are gone, whatever records remain', () => {
    const { state } = read(...twoTasks, ['task-a-0', config('new')], ['commit-a', { tasks: 1 }])
    expect(versions(state)).toEqual(['new'])
    expect(state.taskConfig({ connector: 'a', task: 1 })).toBeNull()
  })

  test('no task at all is always complete', () => {
    const { state, events } = read(...twoTasks, ['commit-a', { tasks: 0 }])
    expect([state.tasks('a'), state.isInconsistent('a')]).toEqual([[], false])
    expect(events.at(-1)).toEqual({ kind: 'tasks-committed', connector: 'a' })
  })

  test('a commit without all its tasks makes the connector inconsistent: nothing of it runs', () => {
    const { state, events } = read(...twoTasks, ['task-a-1', config('new')], ['commit-a', { tasks: 2 }])
    expect([state.tasks('a'), state.isInconsistent('a')]).toEqual([[], true])
    expect(state.taskConfig({ connector: 'a', task: 1 })).toBeNull()
    expect(events.at(-1)).toEqual({ kind: 'tasks-committed', connector: 'a' })
    expect(state.appliedConfig('a')).toEqual({ version: '1' })
  })

  test('what an incomplete commit left over does not complete the next', () => {
    const { state, tell } = read(['connector-a', config()], ['task-a-0', config()], ['commit-a', { tasks: 2 }])
    tell(['task-a-1', config()], ['commit-a', { tasks: 2 }])
    expect(state.isInconsistent('a')).toBe(true)
    tell(...twoTasks.slice(1))
    expect([versions(state), state.isInconsistent('a')]).toEqual([['t0', 't1'], false])
  })

  test('compaction that moved a task behind its commit is noticed, and mended by the next complete one', () => {
    const { state, tell } = read(
      ['connector-a', config()],
      ['task-a-0', config('old')],
      ['commit-a', { tasks: 2 }],
      ['task-a-1', config('new')],
    )
    expect([state.tasks('a'), state.isInconsistent('a')]).toEqual([[], true])
    tell(['task-a-0', config('t0')], ['commit-a', { tasks: 2 }])
    expect(versions(state)).toEqual(['t0', 'new'])
  })

  test('a commit whose connector was compacted away changes nothing', () => {
    const { state, events } = read(['task-a-0', config()], ['commit-a', { tasks: 1 }])
    expect(events).toEqual([null, null])
    expect([state.connectors(), state.tasks('a'), state.isInconsistent('a')]).toEqual([[], [], false])
  })
})

test.each([
  ['commit-a', { tasks: -1 }],
  ['commit-a', { tasks: 1.5 }],
  ['commit-a', { tasks: '2' }],
  ['commit-a', null],
  ['commit-a', '[2]'],
  ['task-a-0', null],
  ['task-a-x', config()],
  ['task-a', config()],
  ['task-a-0', { properties: [] }],
  ['connector-a', { properties: 'x' }],
  ['connector-a', {}],
  ['connector-a', '{"properties":'],
  ['target-state-a', { state: { toString: 1 } }],
  ['unheard-of', {}],
])('%s with %j is logged and changes nothing', (key, value) => {
  const { state, logger, tell } = read(...twoTasks)
  expect(tell([key, value])).toEqual([null])
  expect(logger.lines).toHaveLength(1)
  expect([state.config('a'), versions(state), state.targetState('a')]).toEqual([
    { version: '1' },
    ['t0', 't1'],
    'STARTED',
  ])
})

test('a commit of more tasks than memory could hold is only inconsistent', () => {
  const { state, tell } = read(...twoTasks)
  expect(tell(['commit-a', { tasks: 1e300 }])).toEqual([{ kind: 'tasks-committed', connector: 'a' }])
  expect([state.tasks('a'), state.isInconsistent('a')]).toEqual([[], true])
})

const names = fc.constantFrom('a', 'a-1', 'b')
const keys = fc.oneof(
  fc.string(),
  names.map((name) => `connector-${name}`),
  names.map((name) => `target-state-${name}`),
  fc.tuple(names, fc.nat({ max: 3 })).map(([name, task]) => `task-${name}-${task}`),
  names.map((name) => `commit-${name}`),
  fc.constantFrom('session-key', 'restart-connector-a', 'tasks-fencing-a', 'task-', 'commit-', 'connector-'),
)
const values = fc.oneof(
  fc.constant(null),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc.json().map((text) => Buffer.from(text)),
  fc.oneof(fc.nat({ max: 4 }), fc.double(), fc.jsonValue()).map((tasks) => Buffer.from(JSON.stringify({ tasks }))),
  fc
    .oneof(fc.dictionary(fc.string(), fc.string()), fc.jsonValue())
    .map((properties) => Buffer.from(JSON.stringify({ properties }))),
  fc.constantFrom('STARTED', 'PAUSED', 'STOPPED', {}, null).map((state) => Buffer.from(JSON.stringify({ state }))),
)

test('no sequence of records breaks the state', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(keys, values), { maxLength: 40 }), (records) => {
      const state = new ConfigState(recordingLogger())
      for (const [offset, [key, value]] of records.entries()) {
        state.apply({ key: Buffer.from(key), value, partition: 0, offset: BigInt(offset) })
        expect(state.offset).toBeLessThanOrEqual(offset + 1)
        for (const connector of state.connectors()) {
          expect(state.config(connector)).not.toBeNull()
          expect(['STARTED', 'PAUSED', 'STOPPED']).toContain(state.targetState(connector))
          for (const id of state.tasks(connector)) expect(state.taskConfig(id)).not.toBeNull()
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('every record with a JSON value moves the offset, as on the JVM', () => {
  const { state } = read()
  const offsets = [
    logRecord(41, null, {}),
    logRecord(42, 'unheard-of', {}),
    logRecord(43, 'connector-a', '[]'),
    logRecord(44, 'connector-a', null),
    logRecord(45, 'connector-a', 'no JSON'),
  ].map((record) => {
    state.apply(record)
    return state.offset
  })
  expect(offsets).toEqual([42n, 43n, 44n, 45n, 45n])
})
