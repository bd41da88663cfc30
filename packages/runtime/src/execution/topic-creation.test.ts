import { expect, test } from 'vitest'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { TopicCreation, type TopicCreationParts } from './topic-creation.ts'

const group = (name: string, matches: (topic: string) => boolean, partitions: number) => ({
  name,
  matches,
  partitions,
  replicationFactor: 1,
  config: { 'cleanup.policy': 'compact' },
})

function creation(groups: TopicCreationParts['groups'], existing: readonly string[] = []) {
  const topics = new Set(existing)
  const asked: string[] = []
  const created: { name: string; partitions: number }[] = []
  const made = new TopicCreation({
    groups,
    logger: recordingLogger(),
    admin: {
      partitionCount: async (topic) => {
        asked.push(topic)
        return topics.has(topic) ? 1 : null
      },
      createTopic: async ({ name, partitions }) => {
        if (name === 'refused') throw new Error('TOPIC_AUTHORIZATION_FAILED')
        created.push({ name, partitions })
        return true
      },
    },
  })
  return { made, asked, created }
}

const groups = [group('logs', (topic) => topic.startsWith('log'), 7), group('default', () => true, 3)]

test('a topic is created by the first group that matches it', async () => {
  const { made, created } = creation(groups)
  await made.ensure('log-a')
  await made.ensure('orders')
  expect(created).toEqual([
    { name: 'log-a', partitions: 7 },
    { name: 'orders', partitions: 3 },
  ])
})

test('a topic that is there stays as it is, and is looked at once', async () => {
  const { made, asked, created } = creation(groups, ['orders'])
  expect(made.isReady('orders')).toBe(false)
  await made.ensure('orders')
  await made.ensure('orders')
  expect(made.isReady('orders')).toBe(true)
  expect({ asked, created }).toEqual({ asked: ['orders'], created: [] })
})

test('without groups creation is left to the brokers', async () => {
  const { made, asked } = creation(null)
  expect(made.isReady('orders')).toBe(true)
  await made.ensure('orders')
  expect(asked).toEqual([])
})

test('a topic that Kafka refuses is tried again the next time', async () => {
  const { made, asked } = creation(groups)
  await expect(made.ensure('refused')).rejects.toThrow('TOPIC_AUTHORIZATION_FAILED')
  await expect(made.ensure('refused')).rejects.toThrow('TOPIC_AUTHORIZATION_FAILED')
  expect(asked).toEqual(['refused', 'refused'])
})
