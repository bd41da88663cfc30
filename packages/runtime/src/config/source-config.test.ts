import { describe, expect, test } from 'vitest'
import { workerWith } from './fixtures/worker.ts'
import { type ExactlyOnceAbilities, exactlyOnceProblems, parseSourceConnectorConfig } from './source-config.ts'

const enabled = { 'exactly.once.source.support': 'enabled' } as const
const silent: ExactlyOnceAbilities = { support: () => null, definesBoundaries: () => false }
const refuse = (): never => {
  throw new Error('no file is given')
}
const keysOf = (raw: Record<string, string>, abilities: Partial<ExactlyOnceAbilities> = {}, worker = enabled) =>
  exactlyOnceProblems(raw, worker, { ...silent, ...abilities }).map(({ key, message }) => `${key}: ${message}`)

describe('exactly.once.support=required', () => {
  const required = { 'exactly.once.support': 'required' }

  test('needs a plugin that supports it, and one that does not know is told how to go on', () => {
    expect(keysOf(required, { support: () => 'SUPPORTED' })).toEqual([])
    expect(keysOf(required, { support: () => 'UNSUPPORTED' })).toEqual([
      expect.stringContaining('does not support exactly-once semantics'),
    ])
    expect(keysOf(required)).toEqual([expect.stringContaining("to 'requested'")])
  })

  test('needs a worker that has it enabled', () => {
    const disabled = { 'exactly.once.source.support': 'disabled' } as never
    expect(keysOf(required, { support: () => 'SUPPORTED' }, disabled)).toEqual([
      'exactly.once.support: This worker does not have exactly-once source support enabled.',
    ])
  })

  test('a plugin that fails to answer is one problem more', () => {
    expect(keysOf(required, { support: refuse })).toEqual([expect.stringContaining('no file is given')])
  })
})

test('boundaries of the connector need a plugin that draws them', () => {
  const drawn = { 'transaction.boundary': 'connector' }
  expect(keysOf(drawn, { definesBoundaries: () => true })).toEqual([])
  expect(keysOf(drawn)).toEqual([expect.stringContaining('does not support connector-defined')])
  expect(keysOf(drawn, { definesBoundaries: refuse })).toEqual([expect.stringContaining('no file is given')])
})

test('a plugin is not asked what nobody needs to know', () => {
  expect(keysOf({}, { support: refuse, definesBoundaries: refuse })).toEqual([])
})

test('groups of topics are there only where the connector names any and the worker creates topics', () => {
  const raw = { name: 'a', 'connector.class': 'A' }
  const creating = {
    ...raw,
    'topic.creation.default.partitions': '3',
    'topic.creation.default.replication.factor': '-1',
  }
  expect(parseSourceConnectorConfig(raw, workerWith()).topicCreation).toBeNull()
  expect(parseSourceConnectorConfig(creating, workerWith()).topicCreation).toMatchObject([
    { name: 'default', partitions: 3, replicationFactor: -1, config: {} },
  ])
  const without = workerWith({ 'topic.creation.enable': 'false' })
  expect(parseSourceConnectorConfig(creating, without).topicCreation).toBeNull()
})
