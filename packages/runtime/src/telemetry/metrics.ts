/**
 * The worker's metrics, as OpenTelemetry data shown to Prometheus. What there is stands in `task-metrics.ts`,
 * `worker-metrics.ts` and `plugin-metrics.ts`; nothing is computed before somebody asks. Next on the way of a scrape is
 * `scraper.ts`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from '@penstock/core'
import { within } from '../time/within.ts'
import type { TaskMetrics, WorkerFigures } from './figures.ts'
import type { MetricExport } from './otel-settings.ts'
import type { OtlpMetrics } from './otlp-metrics.ts'
import { resourceAttributes } from './resource-attributes.ts'
import type { Scraper } from './scraper.ts'

export interface MetricsOptions {
  /** `group.id`; null for a standalone worker. */
  readonly groupId: string | null
  /** `host:port` */
  readonly workerId: string
  readonly kafkaClusterId: string | null
  readonly version: string
  readonly commit: string
  /** `metrics.context.…`, without the prefix. */
  readonly context?: Readonly<Record<string, string | null>>
  /** False: `/metrics` answers 404. */
  readonly enabled: boolean
  /** How metrics are sent by OTLP too; null: not at all. */
  readonly otlp: MetricExport | null
  readonly logger: Logger
  readonly maxSeries?: number
}

export interface Metrics {
  /** Answers a scrape; never throws. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void
  /** Names where the latest figures of the tasks on this worker are. Asked at each scrape; replaces an earlier provider. */
  taskMetrics(provider: () => readonly TaskMetrics[]): void
  workerMetrics(provider: () => WorkerFigures): void
  /** Sends what is to be sent; from now on scrapes are answered with 503. */
  shutdown(): Promise<void>
}

const defaultMaxSeries = 10_000
/** A collector that can't be reached must not keep the worker from ending. */
const lastSendMs = 2_000
const expositionType = 'text/plain; version=0.0.4; charset=utf-8'

export function createMetrics(options: MetricsOptions): Metrics {
  let readTasks: () => readonly TaskMetrics[] = () => []
  let readWorker: () => WorkerFigures | null = () => null
  let stopped = false
  let loading: Promise<Scraper> | null = null

  const declared = {
    resource: resourceAttributes(options),
    snapshot: () => ({ tasks: latestByTask(readTasks()), worker: readWorker() }),
    maxSeries: options.maxSeries ?? defaultMaxSeries,
  }
  const load = async (): Promise<Scraper> => {
    const { createScraper } = await import('./scraper.ts')
    return createScraper(declared)
  }
  const sending = options.otlp === null ? null : startSending(options.otlp)
  async function startSending(settings: MetricExport): Promise<OtlpMetrics | null> {
    try {
      const { startOtlpMetrics } = await import('./otlp-metrics.ts')
      return startOtlpMetrics({ ...declared, settings, logger: options.logger })
    } catch (error) {
      options.logger.error('metrics are not sent by OTLP', { error })
      return null
    }
  }
  const answer = async (response: ServerResponse): Promise<void> => {
    try {
      loading ??= load()
      const { text, errors } = await (await loading).scrape()
      for (const error of errors) {
        options.logger.warn('a metric could not be read, it is missing from the answer', { error })
      }
      send(response, 200, expositionType, text)
    } catch (error) {
      options.logger.error('the metrics could not be collected', { error })
      sendError(response, 500, 'the metrics could not be collected, see the log of the worker')
    }
  }

  return {
    handler: (_request, response) => {
      if (!options.enabled) sendError(response, 404, 'HTTP 404 Not Found')
      else if (stopped) sendError(response, 503, 'the worker is shutting down')
      else void answer(response)
    },
    taskMetrics(provider) {
      readTasks = provider
    },
    workerMetrics(provider) {
      readWorker = provider
    },
    async shutdown() {
      if (stopped) return
      stopped = true
      const scraper = await loading?.catch(() => null)
      await scraper?.shutdown()
      const sender = await sending
      await within(lastSendMs, sender?.shutdown() ?? Promise.resolve(), () => {})
    },
  }
}

/** While a task moves between executors both may tell of it; the later entry is the newer. */
function latestByTask(tasks: readonly TaskMetrics[]): TaskMetrics[] {
  return [...new Map(tasks.map((task) => [JSON.stringify([task.id.connector, task.id.task]), task])).values()]
}

function sendError(response: ServerResponse, status: number, message: string): void {
  send(response, status, 'application/json', JSON.stringify({ error_code: status, message }))
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  if (response.writableEnded) return
  response.statusCode = status
  response.setHeader('content-type', type)
  response.end(body)
}
