import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { ConfigState } from './config-state.ts'
import { logRecord } from './fixtures/log-records.ts'

type Step =
  | { kind: 'config' | 'delete' }
  | { kind: 'task'; task: number }
  | { kind: 'commit' | 'fenced'; count: number }
  | { kind: 'malformed'; key: string; value: string }

function keyOf(step: Step): [key: string, value: unknown] {
  switch (step.kind) {
    case 'config':
      return ['connector-a', { properties: {} }]
    case 'delete':
      return ['connector-a', null]
    case 'task':
      return [`task-a-${step.task}`, { properties: {} }]
    case 'commit':
      return ['commit-a', { tasks: step.count }]
    case 'fenced':
      return ['tasks-fencing-a', { 'task-count': step.count }]
    case 'malformed':
      return [step.key, step.value]
  }
}

function read(steps: readonly Step[]): ConfigState {
  const state = new ConfigState(recordingLogger())
  for (const [offset, step] of steps.entries()) state.apply(logRecord(offset, ...keyOf(step)))
  return state
}
const committed = (count: number): Step[] => [
  ...Array.from({ length: count }, (_, task): Step => ({ kind: 'task', task })),
  { kind: 'commit', count },
]

describe('fencing', () => {
  test('is pending from a commit of tasks until their number is recorded', () => {
    const before: Step[] = [{ kind: 'config' }, ...committed(2)]
    expect(read(before).fencing('a')).toEqual({ generation: 0, previousCount: null, isPending: true })
    const after: Step[] = [...before, { kind: 'fenced', count: 2 }]
    expect(read(after).fencing('a')).toEqual({ generation: 0, previousCount: 2, isPending: false })
    expect(read([...after, ...committed(1)]).fencing('a')).toEqual({ generation: 1, previousCount: 2, isPending: true })
  })

  test('of a connector that nobody knows is none', () => {
    expect(read([]).fencing('a')).toEqual({ generation: -1, previousCount: null, isPending: false })
  })

  test('remembers the tasks of a connector that was deleted: they may still write', () => {
    const steps: Step[] = [{ kind: 'config' }, ...committed(3), { kind: 'fenced', count: 3 }, { kind: 'delete' }]
    expect(read([...steps, { kind: 'config' }, ...committed(1)]).fencing('a')).toMatchObject({
      previousCount: 3,
      isPending: true,
    })
  })
})

test('whatever records follow each other, fencing is pending exactly since the last commit that nobody has fenced', () => {
  const count = fc.nat({ max: 3 })
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ kind: fc.constantFrom('config' as const, 'config' as const, 'delete' as const) }),
    fc.record({ kind: fc.constant('task' as const), task: fc.nat({ max: 2 }) }),
    fc.record({ kind: fc.constantFrom('commit' as const, 'fenced' as const), count }),
    fc.record({
      kind: fc.constant('malformed' as const),
      key: fc.constantFrom('commit-a', 'tasks-fencing-a', 'task-a-x', 'connector-a', 'unknown'),
      value: fc.constantFrom('{}', '{"tasks":-1}', '{"task-count":"1"}', '[', '3', '{"tasks":1.5,"task-count":1.5}'),
    }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const model = {
        exists: false,
        written: new Set<number>(),
        generation: -1,
        fenced: null as number | null,
        pending: false,
      }
      for (const one of steps) {
        if (one.kind === 'config') model.exists = true
        else if (one.kind === 'task') model.written.add(one.task)
        else if (one.kind === 'fenced') Object.assign(model, { fenced: one.count, pending: false })
        else if (one.kind === 'delete') Object.assign(model, { exists: false, written: new Set() })
        else if (one.kind === 'commit') {
          const complete = Array.from({ length: one.count }, (_, task) => task).every((task) => model.written.has(task))
          if (model.exists && complete) model.generation++
          if (model.exists) model.pending = true
          model.written.clear()
        }
      }
      expect(read(steps).fencing('a')).toEqual({
        generation: model.generation,
        previousCount: model.fenced,
        isPending: model.pending,
      })
    }),
  )
})
