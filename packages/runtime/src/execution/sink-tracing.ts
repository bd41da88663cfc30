/**
 * Traces of a sink task. A batch has a span with poll, convert, transform and put below it, linked to the records whose
 * headers carry a context. A record whose producer sampled it continues that trace with the same stages of its own.
 * Where nothing is traced there is no object of this class, and the loop asks for none.
 */
import { type Link, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import type { TaskId } from '@penstock/core'
import type { ConsumedMessage } from '../kafka/consumer.ts'
import type { Tracing } from '../telemetry/open-tracing.ts'
import { headerGetter, maxTracedRecords, nowMs, StageSpans, timed } from './stage-spans.ts'

const propagator = new W3CTraceContextPropagator()
const maxLinks = 128

export class SinkTracing {
  readonly #tracing: Tracing
  readonly #attributes: Readonly<Record<string, string | number>>
  #pollStartedAt = 0
  /** What is not put yet: more than one where records came while older ones waited to be put again. */
  #open: SinkBatchTrace[] = []

  constructor(tracing: Tracing, { connector, task }: TaskId, consumerGroup: string) {
    this.#tracing = tracing
    this.#attributes = {
      'penstock.connector': connector,
      'penstock.task': task,
      'messaging.system': 'kafka',
      'messaging.operation.type': 'process',
      'messaging.consumer.group.name': consumerGroup,
    }
  }

  /** The consumer is asked now. */
  polling(): void {
    this.#pollStartedAt = nowMs()
  }

  /** Messages have come; they are converted and transformed next. */
  polled(messages: readonly ConsumedMessage[]): SinkBatchTrace {
    const batch = new SinkBatchTrace(this.#tracing, this.#attributes, messages, this.#pollStartedAt)
    this.#open.push(batch)
    return batch
  }

  /** Puts what is open; it stays open when the put fails. */
  async put(step: () => void | Promise<void>): Promise<void> {
    const batches = this.#open
    await timed(
      batches.at(-1)?.active ?? null,
      async () => step(),
      (startedAt, endedAt, error) => {
        for (const batch of batches) batch.add('put', startedAt, endedAt, error)
      },
    )
    this.#open = []
    for (const batch of batches) batch.end()
  }

  /** The task ends; what it has not put comes again to its next copy. */
  abandon(): void {
    for (const batch of this.#open.splice(0)) batch.end(new Error('the task ended before its records were put'))
  }
}

export class SinkBatchTrace {
  readonly #batch: StageSpans
  readonly #records = new Map<ConsumedMessage, StageSpans>()
  readonly #stagesFrom = nowMs()
  #convertMs = 0
  #transformMs = 0

  constructor(
    tracing: Tracing,
    attributes: Readonly<Record<string, string | number>>,
    messages: readonly ConsumedMessage[],
    pollStartedAt: number,
  ) {
    const links: Link[] = []
    for (const message of messages) {
      const { headers } = message
      if (headers === undefined || headers.length === 0) continue
      const parent = propagator.extract(ROOT_CONTEXT, headers, headerGetter)
      const origin = trace.getSpanContext(parent)
      if (origin === undefined) continue
      if (links.length < maxLinks) links.push({ context: origin })
      if (this.#records.size >= maxTracedRecords) continue
      const span = tracing.tracer.startSpan(
        `process ${message.topic}`,
        {
          kind: SpanKind.CONSUMER,
          startTime: pollStartedAt,
          attributes: {
            ...attributes,
            'messaging.destination.name': message.topic,
            'messaging.destination.partition.id': String(message.partition),
            'messaging.kafka.offset': Number(message.offset),
          },
        },
        parent,
      )
      if (span.isRecording()) this.#records.set(message, new StageSpans(tracing, span, parent))
    }
    const span = tracing.tracer.startSpan(
      `process ${attributes['penstock.connector']}`,
      {
        kind: SpanKind.CONSUMER,
        startTime: pollStartedAt,
        links,
        attributes: { ...attributes, 'messaging.batch.message_count': messages.length },
      },
      ROOT_CONTEXT,
    )
    this.#batch = new StageSpans(tracing, span, ROOT_CONTEXT)
    this.add('poll', pollStartedAt, this.#stagesFrom)
  }

  /** While it is active, logged lines belong to it: the batch's span where that is sampled, else a record's. */
  get active() {
    if (this.#batch.span.isRecording()) return this.#batch.context
    return this.#records.values().next().value?.context ?? null
  }

  convert<T>(message: ConsumedMessage, step: () => T): T {
    return this.#stage('convert', message, step, (ms) => {
      this.#convertMs += ms
    })
  }

  transform<T>(message: ConsumedMessage, step: () => T): T {
    return this.#stage('transform', message, step, (ms) => {
      this.#transformMs += ms
    })
  }

  /** All of the batch is converted and transformed. */
  processed(): void {
    // Records are converted and transformed in turn; the batch shows the one stage after the other.
    const converted = this.#stagesFrom + this.#convertMs
    this.#batch.add('convert', this.#stagesFrom, converted)
    this.#batch.add('transform', converted, converted + this.#transformMs)
  }

  add(stage: string, startedAt: number, endedAt: number, error?: unknown): void {
    for (const spans of this.#all()) spans.add(stage, startedAt, endedAt, error)
  }

  end(error?: unknown): void {
    const now = nowMs()
    for (const spans of this.#all()) spans.end(now, error)
  }

  *#all(): Iterable<StageSpans> {
    yield* this.#records.values()
    yield this.#batch
  }

  #stage<T>(stage: string, message: ConsumedMessage, step: () => T, spent: (ms: number) => void): T {
    const spans = this.#records.get(message)
    return timed(spans?.context ?? this.active, step, (startedAt, endedAt, error) => {
      spent(endedAt - startedAt)
      spans?.add(stage, startedAt, endedAt, error)
    })
  }
}
