/**
 * Traces of a source task. A batch has a span with poll, transform, convert and send below it; each record, up to a
 * bound, has one from its send to Kafka's acknowledgement. Records carry the context on in their headers, unless the
 * source gave them one. Where nothing is traced there is no object of this class, and the loop asks for none.
 */
import { type Context, ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import type { TaskId } from '@penstock/core'
import type { ProducedPlace, ProducedRecord } from '../kafka/producer.ts'
import type { Tracing } from '../telemetry/open-tracing.ts'
import type { Sender } from './source-delivery.ts'
import { fail, maxTracedRecords, nowMs, StageSpans, timed } from './stage-spans.ts'

const propagator = new W3CTraceContextPropagator()
const carriesContext = 'traceparent'

export class SourceTracing {
  readonly #tracing: Tracing
  readonly #attributes: Readonly<Record<string, string | number>>
  readonly #sends = new WeakMap<ProducedRecord, Span>()
  #pollStartedAt = 0

  constructor(tracing: Tracing, { connector, task }: TaskId) {
    this.#tracing = tracing
    this.#attributes = { 'penstock.connector': connector, 'penstock.task': task, 'messaging.system': 'kafka' }
  }

  /** The task is asked now. */
  polling(): void {
    this.#pollStartedAt = nowMs()
  }

  /** The task has returned so many records. */
  polled(count: number): SourceBatchTrace {
    const { tracer } = this.#tracing
    const attributes = { ...this.#attributes, 'messaging.batch.message_count': count }
    const startTime = this.#pollStartedAt
    const name = `publish ${this.#attributes['penstock.connector']}`
    const span = tracer.startSpan(name, { kind: SpanKind.PRODUCER, startTime, attributes }, ROOT_CONTEXT)
    const spans = new StageSpans(this.#tracing, span, ROOT_CONTEXT)
    spans.add('poll', startTime, nowMs())
    return new SourceBatchTrace(spans, this.#attributes, this.#sends)
  }

  /** Ends the span of each record when it is acknowledged, or isn't. */
  sender(sender: Sender): Sender {
    return {
      ready: (record) => sender.ready(record),
      send: (record) => {
        const sent = sender.send(record)
        const span = this.#sends.get(record)
        if (span !== undefined) this.#endWith(span, sent)
        return sent
      },
    }
  }

  #endWith(span: Span, sent: Promise<ProducedPlace>): void {
    sent.then(
      ({ partition, offset }) => {
        span.setAttributes({
          'messaging.destination.partition.id': String(partition),
          'messaging.kafka.offset': Number(offset),
        })
        span.end(nowMs())
      },
      (error: unknown) => {
        fail(span, error, this.#tracing.redact)
        span.end(nowMs())
      },
    )
  }
}

export class SourceBatchTrace {
  readonly #batch: StageSpans
  readonly #attributes: Readonly<Record<string, string | number>>
  readonly #sends: WeakMap<ProducedRecord, Span>
  readonly #stagesFrom = nowMs()
  #transformMs = 0
  #convertMs = 0
  #traced = 0

  constructor(
    batch: StageSpans,
    attributes: Readonly<Record<string, string | number>>,
    sends: WeakMap<ProducedRecord, Span>,
  ) {
    this.#batch = batch
    this.#attributes = attributes
    this.#sends = sends
  }

  transform<T>(step: () => T): T {
    return timed(this.#active, step, (startedAt, endedAt) => {
      this.#transformMs += endedAt - startedAt
    })
  }

  convert<T>(step: () => T): T {
    return timed(this.#active, step, (startedAt, endedAt) => {
      this.#convertMs += endedAt - startedAt
    })
  }

  /** The record as it is to be sent: with the context of its own span, or of the batch's. */
  carrying(record: ProducedRecord): ProducedRecord {
    const headers = record.headers ?? []
    if (headers.some(([name]) => name === carriesContext)) return record
    const span = this.#sendSpan(record)
    const carried: [string, Uint8Array][] = []
    propagator.inject(span === null ? this.#batch.context : trace.setSpan(ROOT_CONTEXT, span), carried, {
      set: (carrier, name, value) => void carrier.push([name, Buffer.from(value)]),
    })
    const made = { ...record, headers: [...headers, ...carried] }
    if (span !== null) this.#sends.set(made, span)
    return made
  }

  /** Sends what came of the batch; the batch's span ends with it. */
  async deliver(step: () => Promise<void>): Promise<void> {
    const converted = this.#stagesFrom + this.#transformMs
    this.#batch.add('transform', this.#stagesFrom, converted)
    this.#batch.add('convert', converted, converted + this.#convertMs)
    await timed(this.#active, step, (startedAt, endedAt, error) => {
      this.#batch.add('send', startedAt, endedAt, error)
      this.#batch.end(endedAt, error)
    })
  }

  /** The batch can't be sent. */
  end(error: unknown): void {
    this.#batch.end(nowMs(), error)
  }

  get #active(): Context | null {
    return this.#batch.span.isRecording() ? this.#batch.context : null
  }

  #sendSpan({ topic }: ProducedRecord): Span | null {
    if (!this.#batch.span.isRecording() || this.#traced >= maxTracedRecords) return null
    this.#traced++
    const span = this.#batch.begin(`send ${topic}`, nowMs(), SpanKind.PRODUCER)
    span.setAttributes({
      ...this.#attributes,
      'messaging.operation.type': 'send',
      'messaging.destination.name': topic,
    })
    return span
  }
}
