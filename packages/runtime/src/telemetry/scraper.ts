/**
 * Collects the declared metrics by OpenTelemetry and writes them for Prometheus. Loading OpenTelemetry takes some tenths
 * of a second, so `metrics.ts` imports this file at the first scrape, not at the start of the worker.
 */
import { resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { type DeclaredMetrics, declaredProducer } from './declared-producer.ts'
import { exposition } from './exposition.ts'
import { metricGroups } from './metric-groups.ts'

export interface ScraperOptions extends DeclaredMetrics {
  /** Shown as labels of `target_info`. */
  readonly resource: Readonly<Record<string, string>>
}

export interface Scraper {
  /** The metrics as they are now, and what went wrong with some of them. */
  scrape(): Promise<{ text: string; errors: readonly unknown[] }>
  shutdown(): Promise<void>
}

/** Reads when it is told to. */
class ScrapeReader extends MetricReader {
  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}
}

export function createScraper({ resource, ...declared }: ScraperOptions): Scraper {
  const metrics = metricGroups.flatMap((group) => group.metrics)
  const counters = new Set(metrics.filter(({ type }) => type === 'counter').map(({ name }) => name))
  const reader = new ScrapeReader({ metricProducers: [declaredProducer(declared, { withUnits: false })] })
  const provider = new MeterProvider({ resource: resourceFromAttributes(resource), readers: [reader] })
  return {
    async scrape() {
      const { resourceMetrics, errors } = await reader.collect()
      return { text: exposition(resourceMetrics, counters), errors }
    },
    shutdown: () => provider.shutdown(),
  }
}
