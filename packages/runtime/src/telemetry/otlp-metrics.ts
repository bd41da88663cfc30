/** Sends the declared metrics by OTLP at regular intervals. `metrics.ts` imports this file only where that is asked for. */
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import type { Logger } from '@penstock/core'
import { type DeclaredMetrics, declaredProducer } from './declared-producer.ts'
import { logExportErrors } from './export-errors.ts'
import { otelResource } from './otel-resource.ts'
import type { MetricExport } from './otel-settings.ts'

export interface OtlpMetricsOptions extends DeclaredMetrics {
  readonly settings: MetricExport
  readonly resource: Readonly<Record<string, string>>
  readonly logger: Logger
}

export interface OtlpMetrics {
  /** Sends once more, and ends. */
  shutdown(): Promise<void>
}

export function startOtlpMetrics({ settings, resource, logger, ...declared }: OtlpMetricsOptions): OtlpMetrics {
  logExportErrors(logger)
  const reader = new PeriodicExportingMetricReader({
    exporter: settings.protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter(),
    exportIntervalMillis: settings.intervalMs,
    exportTimeoutMillis: settings.timeoutMs,
    metricProducers: [declaredProducer(declared, { withUnits: true })],
  })
  return new MeterProvider({ resource: otelResource(resource), readers: [reader] })
}
