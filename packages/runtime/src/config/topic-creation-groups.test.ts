import { expect, test } from 'vitest'
import { topicCreationGroups, topicCreationProblems } from './topic-creation-groups.ts'

const defaults = { 'topic.creation.default.partitions': '2', 'topic.creation.default.replication.factor': '3' }
const logs = {
  ...defaults,
  'topic.creation.groups': 'compacted, logs',
  'topic.creation.compacted.include': 'state-.*, last',
  'topic.creation.compacted.exclude': 'state-old',
  'topic.creation.compacted.cleanup.policy': 'compact',
  'topic.creation.logs.include': '.*log',
  'topic.creation.logs.partitions': '7',
}

test('a topic falls to the first group that includes and does not exclude it, else to the default', () => {
  const groups = topicCreationGroups(logs)
  const groupOf = (topic: string) => groups.find((group) => group.matches(topic))?.name
  expect(['state-a', 'state-old', 'last', 'lastly', 'state-log', 'a-log', 'orders'].map(groupOf)).toEqual([
    ...['compacted', 'default', 'compacted', 'default', 'compacted', 'logs', 'default'],
  ])
})

test('a group has the sizes of the default where it names none, and its further keys are the topic’s', () => {
  expect(topicCreationGroups(logs)).toMatchObject([
    { name: 'compacted', partitions: 2, replicationFactor: 3, config: { 'cleanup.policy': 'compact' } },
    { name: 'logs', partitions: 7, replicationFactor: 3, config: {} },
    { name: 'default', partitions: 2, replicationFactor: 3, config: {} },
  ])
})

test.each([
  [{}, []],
  [logs, []],
  [{ 'topic.creation.default.partitions': '1' }, ['topic.creation.default.replication.factor']],
  [{ ...defaults, 'topic.creation.default.partitions': '0' }, ['topic.creation.default.partitions']],
  [{ ...defaults, 'topic.creation.default.replication.factor': '1.5' }, ['topic.creation.default.replication.factor']],
  [{ ...defaults, 'topic.creation.groups': 'a' }, ['topic.creation.a.include']],
  [{ ...logs, 'topic.creation.groups': 'logs,logs' }, expect.arrayContaining(['topic.creation.groups'])],
  [{ ...logs, 'topic.creation.logs.exclude': '(' }, ['topic.creation.logs.exclude']],
])('every problem of the groups names its key: %j', (raw, keys) => {
  expect(topicCreationProblems(raw).map(({ key }) => key)).toEqual(keys)
})
