/** What the spans of sink and source tasks have in common: how they begin, end and tell of failures. */
import {
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  trace,
} from '@opentelemetry/api'
import { messageOf } from '@penstock/core'
import type { Tracing } from '../telemetry/open-tracing.ts'

/** More records of one batch have no spans of their own, however many of them are sampled. */
export const maxTracedRecords = 100

/** Epoch milliseconds, with fractions. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now()
}

/** The spans of a batch or of a record: one for the whole, and one below it for each stage. */
export class StageSpans {
  readonly #tracing: Tracing
  readonly #span: Span
  readonly #context: Context

  constructor(tracing: Tracing, span: Span, parent: Context) {
    this.#tracing = tracing
    this.#span = span
    this.#context = trace.setSpan(parent, span)
  }

  get span(): Span {
    return this.#span
  }

  get context(): Context {
    return this.#context
  }

  /** A stage that is over. */
  add(stage: string, startTime: number, endTime: number, error?: unknown): void {
    const span = this.begin(stage, startTime)
    if (error !== undefined) fail(span, error, this.#tracing.redact)
    span.end(endTime)
  }

  begin(stage: string, startTime: number, kind = SpanKind.INTERNAL): Span {
    return this.#tracing.tracer.startSpan(stage, { kind, startTime }, this.#context)
  }

  end(endTime: number, error?: unknown): void {
    if (error !== undefined) fail(this.#span, error, this.#tracing.redact)
    this.#span.end(endTime)
  }
}

/** Runs a step while a span is the active one; its result or failure is told with the time it took. */
export function timed<T>(
  active: Context | null,
  step: () => T,
  done: (startedAt: number, endedAt: number, error?: unknown) => void,
): T {
  const startedAt = nowMs()
  const settle = (error?: unknown) => done(startedAt, nowMs(), error)
  try {
    const result = active === null ? step() : context.with(active, step)
    if (!(result instanceof Promise)) {
      settle()
      return result
    }
    result.then(
      () => settle(),
      (error: unknown) => settle(error),
    )
    return result
  } catch (error) {
    settle(error)
    throw error
  }
}

/** The message alone: stacks and causes are in the log. */
export function fail(span: Span, error: unknown, redact: Tracing['redact']): void {
  const message = redact(messageOf(error))
  span.setStatus({ code: SpanStatusCode.ERROR, message })
  span.setAttribute('error.type', errorType(error))
}

function errorType(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'error'
}

/** Headers of records as Kafka's client gives them; the last of a name counts. */
export const headerGetter: TextMapGetter<readonly Readonly<Record<string, unknown>>[]> = {
  keys: (headers) => headers.flatMap((header) => Object.keys(header)),
  get: (headers, name) => {
    const value = headers.findLast((header) => name in header)?.[name]
    return value === undefined || value === null ? undefined : String(value)
  },
}
