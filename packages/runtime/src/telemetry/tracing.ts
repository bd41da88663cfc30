/**
 * Spans of tasks, sent by OTLP. Executors import this file only where the variables of OpenTelemetry ask for traces
 * (`open-tracing.ts`); which spans there are is in `execution/sink-tracing.ts` and `execution/source-tracing.ts`.
 */
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Logger } from '@penstock/core'
import { logExportErrors } from './export-errors.ts'
import type { Tracing } from './open-tracing.ts'
import { otelResource } from './otel-resource.ts'
import type { SamplerName, TraceExport } from './otel-settings.ts'

export interface TracingOptions {
  readonly settings: Omit<TraceExport, 'protocol'> & Partial<Pick<TraceExport, 'protocol'>>
  readonly resource: Readonly<Record<string, string>>
  readonly logger: Logger
  /** Takes secrets out of texts. */
  readonly redact: (text: string) => string
  /** Instead of the exporter. */
  readonly processor?: SpanProcessor
}

export function createTracing({ settings, resource, logger, redact, processor }: TracingOptions): Tracing {
  logExportErrors(logger)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const provider = new TracerProvider({
    resource: otelResource(resource),
    sampler: samplerOf(settings.sampler, settings.ratio),
    spanProcessors: [processor ?? batches(settings)],
  })
  return {
    tracer: provider.getTracer('penstock'),
    redact,
    activeSpan() {
      const active = trace.getSpan(context.active())
      if (active?.isRecording() !== true) return null
      const { traceId, spanId } = active.spanContext()
      return { trace_id: traceId, span_id: spanId }
    },
    shutdown: () => provider.shutdown(),
  }
}

function batches(settings: TracingOptions['settings']): SpanProcessor {
  return new BatchSpanProcessor({
    exporter: settings.protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter(),
    maxQueueSize: settings.maxQueueSize,
    maxExportBatchSize: settings.maxExportBatchSize,
    scheduledDelayMillis: settings.scheduledDelayMs,
  })
}

function samplerOf(name: SamplerName, ratio: number): Sampler {
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler()
    case 'always_off':
      return new AlwaysOffSampler()
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio)
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() })
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() })
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) })
  }
}
