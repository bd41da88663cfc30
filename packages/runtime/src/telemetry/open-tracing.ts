/** Whether tasks are traced. Where they aren't, nothing of OpenTelemetry's tracing is loaded. */
import type { Tracer } from '@opentelemetry/api'
import type { Logger } from '@penstock/core'
import type { OtelSettings } from './otel-settings.ts'

export interface Tracing {
  readonly tracer: Tracer
  /** Takes secrets out of texts that spans are to carry. */
  readonly redact: (text: string) => string
  /** The span that is being worked on, if it is sampled: for the lines that are logged meanwhile. */
  activeSpan(): { readonly trace_id: string; readonly span_id: string } | null
  /** Sends what is left, and ends. */
  shutdown(): Promise<void>
}

export interface OpenTracingOptions {
  readonly settings: OtelSettings
  readonly resource: Readonly<Record<string, string>>
  readonly logger: Logger
  readonly redact: (text: string) => string
}

/** Null where no traces are asked for. */
export async function openTracing({ settings, ...options }: OpenTracingOptions): Promise<Tracing | null> {
  if (settings.traces === null) return null
  const { createTracing } = await import('./tracing.ts')
  return createTracing({ ...options, settings: settings.traces })
}
