import { expect, test } from 'vitest'
import type { WorkerMetadata } from './assignment.ts'
import { assignEagerly } from './eager-assignor.ts'

const worker = (url: string, configOffset = 5n): WorkerMetadata => ({ version: 0, url, configOffset, allocation: null })
const round = {
  generation: 1,
  lastCompletedGeneration: -1,
  protocolVersion: 0,
  leader: 'm1',
  leaderUrl: 'http://w1/',
  members: new Map([
    ['m2', worker('http://w2/')],
    ['m1', worker('http://w1/')],
  ]),
  configured: {
    connectors: ['b', 'c', 'a'],
    tasks: [10, 0, 2].map((task) => ({ connector: 'b', task })).concat([{ connector: 'a', task: 0 }]),
  },
  configOffset: 5n,
} as const

test('connectors are dealt in a circle, and tasks from where the connectors stopped', () => {
  const { assignments, owners } = assignEagerly(round)
  const header = { version: 0, error: 0, leader: 'm1', leaderUrl: 'http://w1/', configOffset: 5n }
  const rest = { revoked: { connectors: [], tasks: [] }, delayMs: 0 }
  const b = (task: number) => ({ connector: 'b', task })
  expect(assignments.get('m1')).toEqual({
    ...header,
    assigned: { connectors: ['a', 'c'], tasks: [b(0), b(10)] },
    ...rest,
  })
  expect(assignments.get('m2')).toEqual({
    ...header,
    assigned: { connectors: ['b'], tasks: [{ connector: 'a', task: 0 }, b(2)] },
    ...rest,
  })
  expect(owners.ofConnector('b')).toBe('http://w2/')
  expect(owners.ofTask(b(10))).toBe('http://w1/')
  expect(owners.ofTask(b(11))).toBeUndefined()
})

test('nothing is assigned while a member has read more of the config topic than the leader', () => {
  const members = new Map([...round.members, ['m3', worker('http://w3/', 9n)]])
  const { assignments } = assignEagerly({ ...round, members })
  expect([...assignments.keys()]).toEqual(['m1', 'm2', 'm3'])
  expect(assignments.get('m2')).toMatchObject({ error: 1, configOffset: 9n, assigned: { connectors: [], tasks: [] } })
})
