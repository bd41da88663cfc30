import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { expect, test } from 'vitest'
import type { ProducedRecord } from '../kafka/producer.ts'
import { recordedSpans } from './fixtures/recorded-spans.ts'
import { SourceTracing } from './source-tracing.ts'

const record = (headers: ProducedRecord['headers'] = []): ProducedRecord => ({
  topic: 't',
  key: null,
  value: null,
  headers,
})
const headerOf = ({ headers }: ProducedRecord) => String(headers?.findLast(([name]) => name === 'traceparent')?.[1])
const named = (spans: readonly ReadableSpan[], name: string) => spans.find((span) => span.name === name)

function traced(...args: Parameters<typeof recordedSpans>) {
  const { tracing, spans } = recordedSpans(...args)
  const source = new SourceTracing(tracing, { connector: 'files', task: 0 })
  const begin = (count = 1) => {
    source.polling()
    return source.polled(count)
  }
  return { spans, source, begin }
}

test('a batch shows poll, transform, convert and send; its records carry the context on', async () => {
  const { spans, source, begin } = traced()
  const trace = begin()
  trace.transform(() => 1)
  const sent = trace.carrying(trace.convert(() => record()))
  const sender = source.sender({ ready: () => null, send: async () => ({ topic: 't', partition: 3, offset: 9n }) })
  await trace.deliver(async () => void (await sender.send(sent)))
  const batch = named(spans(), 'publish files')
  const below = spans().filter(({ parentSpanContext }) => parentSpanContext?.spanId === batch?.spanContext().spanId)
  expect(below.map(({ name }) => name).sort()).toEqual(['convert', 'poll', 'send', 'send t', 'transform'])
  const send = named(spans(), 'send t')
  expect(headerOf(sent)).toBe(`00-${batch?.spanContext().traceId}-${send?.spanContext().spanId}-01`)
  expect(send?.attributes).toMatchObject({ 'messaging.destination.partition.id': '3', 'messaging.kafka.offset': 9 })
})

test('a record that Kafka refuses ends its span as failed', async () => {
  const { spans, source, begin } = traced()
  const sent = begin().carrying(record())
  const sender = source.sender({ ready: () => null, send: () => Promise.reject(new Error('no secret topic')) })
  await expect(sender.send(sent)).rejects.toThrow()
  expect(named(spans(), 'send t')?.status.message).toBe('no [hidden] topic')
})

test('a context that the source gave stays as it is', () => {
  const { begin } = traced()
  const given = record([['traceparent', Buffer.from('00-given')]])
  expect(begin().carrying(given)).toBe(given)
})

test('of a batch that is not sampled the decision is carried on, and nothing else', async () => {
  const { spans, begin } = traced({ sampler: 'always_off' })
  const trace = begin()
  expect(headerOf(trace.carrying(record()))).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
  await trace.deliver(async () => {})
  expect(spans()).toEqual([])
})

test('of very many records some have spans, the others carry the batch’s', () => {
  const { begin } = traced()
  const trace = begin(150)
  const parents = new Set(Array.from({ length: 150 }, () => headerOf(trace.carrying(record()))))
  expect(parents.size).toBe(101)
})

test('a batch that can’t be converted ends as failed', () => {
  const { spans, begin } = traced()
  begin().end(new Error('no schema'))
  expect(named(spans(), 'publish files')?.status.message).toBe('no schema')
})
