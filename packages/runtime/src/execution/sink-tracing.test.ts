import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { RetriableError } from '@penstock/core'
import { expect, test } from 'vitest'
import type { ConsumedMessage } from '../kafka/consumer.ts'
import { jsonConverters, message } from './fixtures/messages.ts'
import { recordedSpans } from './fixtures/recorded-spans.ts'
import { errorPolicy, link } from './fixtures/task-parts.ts'
import { RecordPipeline } from './record-pipeline.ts'
import { SinkTracing } from './sink-tracing.ts'
import { TransformationChain } from './transformation-chain.ts'

const traceId = 'a'.repeat(32)
const parentId = 'b'.repeat(16)
const carrying = (flags: '00' | '01', offset = 0): ConsumedMessage =>
  message({ offset, headers: [{ traceparent: Buffer.from(`00-${traceId}-${parentId}-${flags}`) }] as never })

function traced(...args: Parameters<typeof recordedSpans>) {
  const { tracing, spans } = recordedSpans(...args)
  const sink = new SinkTracing(tracing, { connector: 'orders', task: 1 }, 'connect-orders')
  const { policy } = errorPolicy()
  const pipeline = new RecordPipeline({
    converters: jsonConverters().converters,
    chain: new TransformationChain([link((record) => record)]),
    policy,
    decodeFirst: false,
    signal: new AbortController().signal,
  })
  const take = async (...messages: ConsumedMessage[]) => {
    sink.polling()
    return await pipeline.process(messages, sink.polled(messages))
  }
  return { tracing, spans, sink, take }
}

/** Names of the spans below one, in the order of their starts. */
function below(spans: readonly ReadableSpan[], parent: ReadableSpan | undefined): string[] {
  const id = parent?.spanContext().spanId
  return spans.filter((span) => span.parentSpanContext?.spanId === id).map(({ name }) => name)
}
const named = (spans: readonly ReadableSpan[], name: string) => spans.find((span) => span.name === name)

test('a record goes on with the trace of its producer, stage by stage', async () => {
  const { spans, sink, take } = traced()
  await take(carrying('01', 41))
  await sink.put(() => {})
  const record = named(spans(), 'process t')
  expect(record?.spanContext().traceId).toBe(traceId)
  expect(record?.parentSpanContext).toMatchObject({ spanId: parentId, isRemote: true })
  expect(record?.attributes).toMatchObject({
    'messaging.destination.name': 't',
    'messaging.destination.partition.id': '0',
    'messaging.kafka.offset': 41,
    'penstock.connector': 'orders',
    'penstock.task': 1,
  })
  expect(below(spans(), record)).toEqual(['poll', 'convert', 'transform', 'put'])
})

test('a batch has a trace of its own, linked to those of its records', async () => {
  const { spans, sink, take } = traced()
  await take(carrying('01'), carrying('00', 1), message({ offset: 2 }))
  await sink.put(() => {})
  const batch = named(spans(), 'process orders')
  expect(batch?.parentSpanContext).toBeUndefined()
  expect(batch?.attributes['messaging.batch.message_count']).toBe(3)
  expect(batch?.links.map(({ context }) => context.spanId)).toEqual([parentId, parentId])
  expect(below(spans(), batch)).toEqual(['poll', 'convert', 'transform', 'put'])
  expect(spans().filter(({ name }) => name === 'process t')).toHaveLength(1)
})

test('a put that fails and is tried again shows as two, and ends the batch with the second', async () => {
  const { spans, sink, take } = traced()
  await take(message())
  const refused = new RetriableError('sink.busy', 'the password is secret')
  await expect(sink.put(() => Promise.reject(refused))).rejects.toBe(refused)
  expect(named(spans(), 'process orders')).toBeUndefined()
  await sink.put(() => {})
  const puts = spans().filter(({ name }) => name === 'put')
  expect(puts.map(({ status }) => status.message)).toEqual(['the password is [hidden]', undefined])
  expect(puts[0]?.attributes['error.type']).toBe('sink.busy')
  expect(below(spans(), named(spans(), 'process orders'))).toEqual(['poll', 'convert', 'transform', 'put', 'put'])
})

test('a task that ends leaves no span open', async () => {
  const { spans, sink, take } = traced()
  await take(carrying('01'))
  sink.abandon()
  expect(
    spans()
      .filter(({ name }) => name.startsWith('process'))
      .map(({ status }) => status.message),
  ).toEqual(['the task ended before its records were put', 'the task ended before its records were put'])
})

test('while records are put, the active span is theirs; afterwards there is none', async () => {
  const { tracing, spans, sink, take } = traced({ sampler: 'parentbased_always_off' })
  await take(carrying('01'), carrying('01', 1))
  let active: ReturnType<typeof tracing.activeSpan> = null
  await sink.put(async () => {
    await Promise.resolve()
    active = tracing.activeSpan()
  })
  expect(active).toMatchObject({ trace_id: traceId })
  expect(tracing.activeSpan()).toBeNull()
  expect(named(spans(), 'process orders')).toBeUndefined()
})

test('of very many sampled records some have spans', async () => {
  const { spans, sink, take } = traced()
  await take(...Array.from({ length: 300 }, (_, offset) => carrying('01', offset)))
  await sink.put(() => {})
  expect(spans().filter(({ name }) => name === 'process t')).toHaveLength(100)
  expect(named(spans(), 'process orders')?.links).toHaveLength(128)
})

test('headers that are no context of a trace are passed over', async () => {
  const { spans, sink, take } = traced()
  await take(message({ headers: [{ traceparent: Buffer.from('nonsense') }, { other: null }] as never }))
  await sink.put(() => {})
  expect(named(spans(), 'process t')).toBeUndefined()
  expect(named(spans(), 'process orders')?.links).toEqual([])
})
