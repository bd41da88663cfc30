import { expect, test } from 'vitest'
import type { TopicView } from './kafka-view.ts'
import { type Right, rightsOf } from './rights.ts'
import { clusterRightFindings, type ExaminedTopic, topicFindings } from './topic-findings.ts'

const all: ReadonlySet<Right> = new Set(['DESCRIBE', 'READ', 'WRITE'])

function topic(seen: Partial<TopicView> | null, more: Partial<ExaminedTopic> = {}): ExaminedTopic {
  const good: TopicView = {
    partitions: 1,
    replicationFactor: 3,
    leaderless: 0,
    rights: all,
    config: new Map([['cleanup.policy', 'compact']]),
  }
  return {
    name: 'configs',
    key: 'config.storage.topic',
    partitions: 1,
    replicationFactor: 3,
    config: {},
    seen: seen === null ? null : { ...good, ...seen },
    ...more,
  }
}

const problems = (examined: ExaminedTopic, brokers = 3) =>
  topicFindings(examined, brokers).map(({ status, message }) => `${status}: ${message}`)

test('a topic as it must be is fine', () => {
  expect(problems(topic({}))).toEqual(['ok: config.storage.topic: compacted, 1 partitions, replication factor 3'])
})

test('one that is not compacted loses what the cluster knows, and the command to mend it is told', () => {
  const [finding] = topicFindings(topic({ config: new Map([['cleanup.policy', 'delete']]) }), 3)
  expect(finding).toMatchObject({ status: 'failed', message: expect.stringContaining('cleanup.policy is delete') })
  expect(finding?.advice).toContain('--topic configs --add-config cleanup.policy=compact')
})

test('a config topic has one partition; others may differ from the properties, which is told', () => {
  expect(problems(topic({ partitions: 3 }))).toEqual([
    expect.stringContaining('failed: config.storage.topic has 3 partitions'),
  ])
  const offsets = topic({ partitions: 3 }, { key: 'offset.storage.topic', partitions: 25 })
  expect(problems(offsets)).toEqual([expect.stringContaining('warning: it has 3 partitions')])
})

test('replicas that don’t suffice are told', () => {
  expect(problems(topic({ replicationFactor: 1 }))).toEqual([
    expect.stringContaining('warning: it has 1 replicas on 3 brokers'),
  ])
  expect(problems(topic({ replicationFactor: 1 }), 1)).toEqual([expect.stringContaining('ok')])
  const config = new Map([
    ['cleanup.policy', 'compact'],
    ['min.insync.replicas', '4'],
  ])
  expect(problems(topic({ config }))).toEqual([expect.stringContaining('failed: min.insync.replicas is 4')])
})

test('missing rights are told with the command that grants them', () => {
  const [finding] = topicFindings(topic({ rights: new Set<Right>(['DESCRIBE']) }), 3)
  expect(finding).toMatchObject({ area: 'rights', status: 'failed', message: 'this user may not READ, WRITE' })
  expect(finding?.advice).toContain('--operation read --operation write --topic configs')
})

test('a topic that is missing needs the right to create it', () => {
  expect(problems(topic(null))).toEqual([expect.stringContaining('warning')])
  expect(clusterRightFindings(new Set(), true)).toMatchObject([{ status: 'failed' }])
  expect(clusterRightFindings(new Set<Right>(['CREATE']), true)).toMatchObject([{ status: 'ok' }])
  expect(clusterRightFindings(new Set(), false)).toMatchObject([{ status: 'ok' }])
  expect(clusterRightFindings(null, true)).toMatchObject([{ status: 'unknown' }])
})

test('rights are read from the bits of the protocol', () => {
  expect(rightsOf((1 << 3) | (1 << 8))).toEqual(new Set(['READ', 'DESCRIBE']))
  expect(rightsOf(-2_147_483_648)).toBeNull()
})
