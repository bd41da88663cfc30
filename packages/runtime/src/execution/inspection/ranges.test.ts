import { expect, test } from 'vitest'
import { parseSinkConnectorConfig } from '../../config/connector-config.ts'
import { workerWith } from '../../config/fixtures/worker.ts'
import type { VerifyRequest } from './job.ts'
import { type RangeAdmin, rangesToVerify, topicsOf, wholeTopic } from './ranges.ts'

/** Topic `t` with two partitions: offsets 10 to 100 and 0 to 50, a record a second from second 0 of each on. */
const admin: RangeAdmin = {
  topics: async () => ['t', 'u', 't-dlq', 'x'],
  partitionCount: async (topic) => (topic === 't' ? 2 : null),
  endOffsets: async () =>
    new Map([
      [0, 100],
      [1, 50],
    ]),
  startOffsets: async (_topic, _partitions, time = null) => {
    const seconds = Math.ceil((time ?? 0) / 1_000)
    return new Map(
      [
        [0, 10 + seconds],
        [1, seconds],
      ].filter(([partition, at]) => (at ?? 0) < (partition === 0 ? 100 : 50)) as [number, number][],
    )
  },
}
const everything = { partitions: null, from: null, to: null }
const committed = [{ topic: 't', partition: 0, offset: 60n }]
const rangesOf = async (request: Partial<VerifyRequest>) =>
  (await rangesToVerify(['t'], { ...everything, ...request }, committed, admin)).map(
    ({ partition, from, to }) => `${partition}: ${from}-${to}`,
  )

test('by default everything up to what is committed is verified', async () => {
  expect(await rangesOf({})).toEqual(['0: 10-60', '1: 0-0'])
})

test('offsets and times bound it, within what there is', async () => {
  const offsets = (...pairs: [number, number][]) => ({ kind: 'offsets', byPartition: new Map(pairs) }) as const
  const time = (seconds: number) => ({ kind: 'time', ms: seconds * 1_000 }) as const
  expect(await rangesOf({ from: offsets([0, 5]), to: offsets([0, 1_000], [1, 20]) })).toEqual(['0: 10-100', '1: 0-20'])
  expect(await rangesOf({ from: offsets([1, 7]), to: offsets([1, 20]) })).toEqual(['0: 10-60', '1: 7-20'])
  expect(await rangesOf({ from: time(20), to: time(40) })).toEqual(['0: 30-50', '1: 20-40'])
  expect(await rangesOf({ from: time(60), to: time(1_000) })).toEqual(['0: 70-100', '1: 50-50'])
  expect(await rangesOf({ from: offsets([0, 80]) })).toEqual(['0: 80-80', '1: 0-0'])
  expect(await rangesOf({ partitions: [0] })).toEqual(['0: 10-60'])
})

test('only topics that the connector reads are looked at', async () => {
  const worker = workerWith()
  const dlq = { 'errors.deadletterqueue.topic.name': 't-dlq' }
  const listed = parseSinkConnectorConfig({ name: 'c', topics: 't,u', 'connector.class': 'S' }, worker)
  expect(await topicsOf(listed, null, admin)).toEqual(['t', 'u'])
  expect(await topicsOf(listed, 'u', admin)).toEqual(['u'])
  await expect(topicsOf(listed, 'x', admin)).rejects.toMatchObject({ code: 'config.topic_not_read' })
  const matched = parseSinkConnectorConfig({ name: 'c', 'topics.regex': 't|u', 'connector.class': 'S', ...dlq }, worker)
  expect(await topicsOf(matched, null, admin)).toEqual(['t', 'u'])
  await expect(topicsOf(matched, 't-dlq', admin)).rejects.toMatchObject({ code: 'config.topic_not_read' })
})

test('a topic that does not exist is named', async () => {
  await expect(wholeTopic('gone', admin)).rejects.toMatchObject({ message: expect.stringContaining('gone') })
  expect(await wholeTopic('t', admin)).toEqual([
    { topic: 't', partition: 0, from: 10, to: 100 },
    { topic: 't', partition: 1, from: 0, to: 50 },
  ])
})
