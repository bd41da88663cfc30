/**
 * The worker's metrics, as OpenTelemetry data shown to Prometheus. What there is stands in `task-metrics.ts`,
 * `worker-metrics.ts` and `plugin-metrics.ts`; nothing is computed before somebody asks.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import type { Logger } from '@penstock/core'
import { exposition, expositionType } from './exposition.ts'
import type { TaskMetrics, WorkerFigures } from './figures.ts'
import type { Metric, MetricGroup } from './metric.ts'
import { pluginMetricFamilies } from './plugin-metrics.ts'
import { SnapshotProducer } from './snapshot-producer.ts'
import { taskMetricGroups } from './task-metrics.ts'
import { workerMetricGroups } from './worker-metrics.ts'

export const metricGroups: readonly MetricGroup[] = [...workerMetricGroups, ...taskMetricGroups]

export interface MetricsOptions {
  /** `group.id`; null for a standalone worker. */
  readonly groupId: string | null
  /** `host:port` */
  readonly workerId: string
  readonly kafkaClusterId: string | null
  /** False: `/metrics` answers 404. */
  readonly enabled: boolean
  readonly logger: Logger
  readonly maxSeries?: number
}

export interface Metrics {
  /** Answers a scrape; never throws. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void
  /** Names where the latest figures of the tasks on this worker are. Asked at each scrape; replaces an earlier provider. */
  taskMetrics(provider: () => readonly TaskMetrics[]): void
  workerMetrics(provider: () => WorkerFigures): void
  /** From now on scrapes are answered with 503. */
  shutdown(): Promise<void>
}

const defaultMaxSeries = 10_000
const maxPluginMetrics = 200

/** Reads when it is told to, for a scrape. */
class ScrapeReader extends MetricReader {
  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}
}

export function createMetrics(options: MetricsOptions): Metrics {
  let readTasks: () => readonly TaskMetrics[] = () => []
  let readWorker: () => WorkerFigures | null = () => null
  let stopped = false
  const metrics = metricGroups.flatMap((group) => group.metrics)
  const reader = new ScrapeReader({
    metricProducers: [
      new SnapshotProducer({
        metrics,
        families: pluginMetricFamilies,
        snapshot: () => ({ tasks: latestByTask(readTasks()), worker: readWorker() }),
        maxSeries: options.maxSeries ?? defaultMaxSeries,
        maxFamilyNames: maxPluginMetrics,
      }),
    ],
  })
  const provider = new MeterProvider({
    resource: resourceFromAttributes(resourceAttributes(options)),
    readers: [reader],
  })

  const answer = async (response: ServerResponse): Promise<void> => {
    try {
      const { resourceMetrics, errors } = await reader.collect()
      for (const error of errors)
        options.logger.warn('a metric could not be read, it is missing from the answer', { error })
      send(response, 200, expositionType, exposition(resourceMetrics, countersOf(metrics)))
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
      await provider.shutdown()
    },
  }
}

/** While a task moves between executors both may tell of it; the later entry is the newer. */
function latestByTask(tasks: readonly TaskMetrics[]): TaskMetrics[] {
  return [...new Map(tasks.map((task) => [JSON.stringify([task.id.connector, task.id.task]), task])).values()]
}

function countersOf(metrics: readonly Metric[]): ReadonlySet<string> {
  return new Set(metrics.filter(({ type }) => type === 'counter').map(({ name }) => name))
}

/** Shown as labels of `target_info`; named as Kafka's metrics context names them. */
function resourceAttributes({ groupId, workerId, kafkaClusterId }: MetricsOptions): Record<string, string> {
  return {
    'service.name': 'penstock',
    'service.instance.id': workerId,
    ...(groupId === null ? {} : { 'connect.group.id': groupId }),
    ...(kafkaClusterId === null ? {} : { 'connect.kafka.cluster.id': kafkaClusterId }),
  }
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
