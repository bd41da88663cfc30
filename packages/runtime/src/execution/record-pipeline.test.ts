import { RetriableError, type SinkRecord } from '@penstock/core'
import { expect, test } from 'vitest'
import type { ErrorPolicyConfig } from './error-policy.ts'
import { jsonConverters, message } from './fixtures/messages.ts'
import { deadLetters, errorPolicy, link } from './fixtures/task-parts.ts'
import { RecordPipeline } from './record-pipeline.ts'
import { type ChainLink, TransformationChain } from './transformation-chain.ts'

function pipelineOf(parts: { links?: ChainLink[]; decodeFirst?: boolean; config?: Partial<ErrorPolicyConfig> } = {}) {
  const { converters, decoded } = jsonConverters()
  const { queue, produced } = deadLetters()
  const { policy, figures } = errorPolicy(parts.config, queue)
  const pipeline = new RecordPipeline({
    converters,
    chain: new TransformationChain(parts.links ?? []),
    policy,
    decodeFirst: parts.decodeFirst ?? false,
    signal: new AbortController().signal,
  })
  return { pipeline, decoded, produced, figures }
}
const values = (...texts: string[]) => texts.map((text, offset) => message({ offset, value: Buffer.from(text) }))
const offsets = (records: readonly SinkRecord[]) => records.map(({ offset }) => Number(offset))

test('nothing is decoded for a task that copes with undecoded values', async () => {
  const { pipeline, decoded } = pipelineOf()
  expect(offsets(await pipeline.process(values('1', '{', '3')))).toEqual([0, 1, 2])
  expect(decoded).toEqual([])
})

test('for other tasks everything is decoded, and what can’t be is handled here', async () => {
  const { pipeline, produced, figures } = pipelineOf({ decodeFirst: true, config: { tolerance: 'all' } })
  expect(offsets(await pipeline.process(values('1', '{', '3')))).toEqual([0, 2])
  expect(produced.map(({ value }) => String(value))).toEqual(['{'])
  expect(figures()).toMatchObject({ 'total-records-skipped': 1 })
})

test('a transformation that looks at the value meets its converter’s failure', async () => {
  const { pipeline, produced } = pipelineOf({
    links: [link((record) => (record.value.value === 1 ? null : record))],
    config: { tolerance: 'all' },
  })
  expect(offsets(await pipeline.process(values('1', '{', '3')))).toEqual([2])
  const stages = produced.map(({ headers }) => String(headers?.find(([name]) => name.endsWith('.stage'))?.[1]))
  expect(stages).toEqual(['VALUE_CONVERTER'])
})

test('dead letters hold the record as it was consumed, whatever transformations did before', async () => {
  const rename = link((record) => record.with({ topic: 'renamed', value: { schema: null, value: 'changed' } }))
  const fail = link(() => {
    throw new Error('no such field')
  })
  const { pipeline, produced } = pipelineOf({ links: [rename, fail], config: { tolerance: 'all' } })
  await pipeline.process(values('1'))
  const headers = new Map(produced[0]?.headers?.map(([name, bytes]) => [name, String(bytes)]))
  expect([String(produced[0]?.value), headers.get('__connect.errors.topic')]).toEqual(['1', 't'])
  expect(headers.get('__connect.errors.stage')).toBe('TRANSFORMATION')
})

test('a record that is not tolerated ends the batch', async () => {
  const { pipeline } = pipelineOf({ decodeFirst: true })
  await expect(pipeline.process(values('1', '{', '3'))).rejects.toMatchObject({ code: 'record.not_tolerated' })
})

test('a passing failure is tried again, from the message on', async () => {
  let tries = 0
  const flaky = link((record) => {
    if (tries++ === 0) throw new RetriableError('x', 'try later')
    return record
  })
  const { pipeline, figures } = pipelineOf({ links: [flaky], config: { retryTimeoutMs: 1_000, retryDelayMaxMs: 1 } })
  expect(offsets(await pipeline.process(values('1', '2')))).toEqual([0, 1])
  expect([tries, figures()]).toEqual([3, { 'total-record-failures': 1, 'total-retries': 1 }])
})
