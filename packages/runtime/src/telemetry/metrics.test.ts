import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from '@penstock/core'
import { afterEach, describe, expect, test } from 'vitest'
import { TaskMeter } from '../execution/task-meter.ts'
import type { TaskMetrics, WorkerFigures } from './figures.ts'
import { type ParsedFamily, parseExposition } from './fixtures/parse-exposition.ts'
import { metricGroups } from './metric-groups.ts'
import { createMetrics, type Metrics, type MetricsOptions } from './metrics.ts'
import { pluginMetricFamilies } from './plugin-metrics.ts'
import { droppedSeries } from './snapshot-producer.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

function startMetrics(options: Partial<MetricsOptions> = {}) {
  const problems: unknown[] = []
  const note = (message: string, fields?: Record<string, unknown>) => void problems.push(fields?.error ?? message)
  const logger: Logger = { error: note, warn: note, info: note, debug: note }
  const metrics = createMetrics({
    groupId: 'connect-cluster',
    workerId: 'a:8083',
    kafkaClusterId: 'XYZ',
    version: '1.2.3',
    commit: 'abc',
    enabled: true,
    otlp: null,
    logger,
    ...options,
  })
  closers.push(() => metrics.shutdown())
  return { metrics, problems }
}

async function get(metrics: Metrics) {
  const server = createServer(metrics.handler)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  try {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`)
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

async function scrape(metrics: Metrics): Promise<Map<string, ParsedFamily>> {
  const { status, text } = await get(metrics)
  expect(status, text).toBe(200)
  return parseExposition(text)
}

function task(connector: string, number: number, change: Partial<TaskMetrics> = {}): TaskMetrics {
  const meter = new TaskMeter()
  meter.state = 'RUNNING'
  meter.add('sink-record-read-total', 120)
  meter.add('sink-record-send-total', 100)
  meter.add('total-record-failures', 3)
  meter.set('partition-count', 2)
  meter.observe('put-batch-time-ms', 12)
  meter.observe('put-batch-time-ms', 30)
  meter.addOfPlugin('documents_written', 99)
  meter.observeOfPlugin('bulk_bytes', 2048)
  meter.setOfPlugin('requests_limit', 7)
  meter.setOfPlugin('requests_limit', 5)
  const lags = [
    { topic: 'orders', partition: 0, lag: 5 },
    { topic: 'orders', partition: 1, lag: 7 },
  ]
  const id = { connector, task: number }
  meter.set('transaction-size-min', 3)
  const plugin = (name: string) => ({ class: name, version: '1' })
  meter.plugins = {
    connector: plugin('ElasticsearchSink'),
    keyConverter: plugin('StringConverter'),
    valueConverter: plugin('JsonConverter'),
    headerConverter: plugin('SimpleHeaderConverter'),
    transforms: [{ alias: 'route', ...plugin('RegexRouter') }],
    predicates: [{ alias: 'isOrder', ...plugin('TopicNameMatches') }],
  }
  return { ...meter.snapshot({ id, kind: 'sink', connectorClass: 'ElasticsearchSink', lags }, 0), ...change }
}

const worker: WorkerFigures = {
  connectors: [
    { connector: 'orders', state: 'RUNNING', type: 'sink', connectorClass: 'ElasticsearchSink', version: '0.1.0' },
  ],
  tasks: [
    { id: { connector: 'orders', task: 0 }, state: 'RUNNING' },
    { id: { connector: 'orders', task: 1 }, state: 'FAILED' },
  ],
  connectorStartups: { attempts: 1, successes: 1, failures: 0 },
  taskStartups: { attempts: 3, successes: 2, failures: 1 },
  group: {
    protocol: 'sessioned',
    leaderUrl: 'http://a:8083/',
    isLeader: true,
    generation: 27,
    rebalancing: false,
    completedRebalances: 3,
    lastRebalanceMs: 12,
    rebalanceMs: { sum: 600, count: 3, max: 483 },
    msSinceLastRebalance: Number.POSITIVE_INFINITY,
    calls: {
      joins: { sum: 40, count: 2, max: 30 },
      syncs: { sum: 9, count: 2, max: 7 },
      heartbeats: { sum: 22, count: 11, max: 5 },
      rebalances: { sum: 60, count: 2, max: 45 },
      failedRebalances: 1,
    },
    secondsSinceLastHeartbeat: 1.5,
  },
  connections: {
    open: 2,
    opened: 5,
    closed: 3,
    failed: 1,
    brokers: [
      {
        broker: 'k:9092',
        requests: 9,
        responses: 8,
        bytesIn: 70,
        bytesOut: 60,
        latencyMs: { sum: 5, count: 8, max: 2 },
      },
    ],
  },
  executors: [
    { index: 0, pid: 4711, memoryBytes: 1e8, cpuSeconds: 1.25, restarts: 0 },
    { index: 1, pid: 4712, memoryBytes: 1e8, cpuSeconds: 0.0000001, restarts: 2 },
  ],
}

function value(
  families: Map<string, ParsedFamily>,
  name: string,
  labels: Record<string, string> = {},
): number | undefined {
  const family = families.get(name) ?? families.get(name.replace(/_(sum|count|bucket)$/, ''))
  return family?.samples.find(
    (sample) => sample.name === name && Object.entries(labels).every(([key, wanted]) => sample.labels[key] === wanted),
  )?.value
}

describe('a scrape', () => {
  test('shows every declared metric under its name, with its type, labels and help', async () => {
    const { metrics, problems } = startMetrics()
    metrics.taskMetrics(() => [task('orders', 0), task('orders', 1), task('files', 0, { kind: 'source' })])
    metrics.workerMetrics(() => worker)
    const families = await scrape(metrics)
    const declared = [...metricGroups.flatMap((group) => group.metrics), droppedSeries]
    for (const { name, type, labels, help } of declared) {
      const family = families.get(name)
      expect(family, name).toBeDefined()
      expect(family?.type, name).toBe(type === 'distribution' ? 'histogram' : type)
      expect(family?.help, name).toBe(help)
      for (const sample of family?.samples ?? []) {
        expect(
          Object.keys(sample.labels).filter((label) => label !== 'le'),
          name,
        ).toEqual(labels)
      }
      families.delete(name)
    }
    expect([...families.keys()]).toEqual([
      'target_info',
      'penstock_plugin_documents_written_total',
      'penstock_plugin_bulk_bytes',
      'penstock_plugin_bulk_bytes_max',
      'penstock_plugin_requests_limit',
    ])
    expect(problems).toEqual([])
  })

  test('tells the figures of tasks and worker', async () => {
    const { metrics } = startMetrics()
    metrics.taskMetrics(() => [task('orders', 0)])
    metrics.workerMetrics(() => worker)
    const families = await scrape(metrics)
    const zero = { connector: 'orders', task: '0' }
    expect(value(families, 'kafka_connect_sink_task_metrics_sink_record_read_total', zero)).toBe(120)
    expect(value(families, 'kafka_connect_task_error_metrics_total_record_failures', zero)).toBe(3)
    expect(value(families, 'kafka_connect_task_error_metrics_deadletterqueue_produce_requests', zero)).toBe(0)
    expect(value(families, 'kafka_connect_sink_task_metrics_put_batch_time_ms_sum', zero)).toBe(42)
    expect(value(families, 'kafka_connect_sink_task_metrics_put_batch_time_ms_count', zero)).toBe(2)
    expect(value(families, 'kafka_connect_sink_task_metrics_put_batch_time_ms_bucket', { ...zero, le: '+Inf' })).toBe(2)
    expect(value(families, 'kafka_connect_sink_task_metrics_put_batch_max_time_ms', zero)).toBe(30)
    expect(value(families, 'penstock_sink_task_consumer_lag', { ...zero, topic: 'orders', partition: '1' })).toBe(7)
    expect(value(families, 'penstock_sink_task_consumer_lag_records', zero)).toBe(12)
    expect(value(families, 'kafka_connect_connector_task_metrics_status', { task: '1', state: 'failed' })).toBe(1)
    expect(value(families, 'kafka_connect_connector_task_metrics_status', { task: '1', state: 'running' })).toBe(0)
    expect(
      value(families, 'kafka_connect_connect_worker_metrics_connector_failed_task_count', { connector: 'orders' }),
    ).toBe(1)
    expect(value(families, 'kafka_connect_connect_worker_rebalance_metrics_time_since_last_rebalance_ms')).toBe(
      Number.POSITIVE_INFINITY,
    )
    expect(value(families, 'penstock_executor_restarts_total', { executor: '1' })).toBe(2)
    expect(
      value(families, 'penstock_plugin_documents_written_total', { ...zero, connector_class: 'ElasticsearchSink' }),
    ).toBe(99)
    expect(value(families, 'penstock_plugin_requests_limit', zero)).toBe(5)
    expect(families.get('target_info')?.samples[0]?.labels).toEqual({
      service_name: 'penstock',
      service_instance_id: 'a:8083',
      service_version: '1.2.3',
      vcs_ref_head_revision: 'abc',
      connect_group_id: 'connect-cluster',
      connect_kafka_cluster_id: 'XYZ',
    })
  })

  test('carries what metrics.context says of the worker, but Kafka Connect’s own names stay its own', async () => {
    const { metrics } = startMetrics({ context: { team: 'blue', 'connect.group.id': 'other', empty: null } })
    expect((await scrape(metrics)).get('target_info')?.samples[0]?.labels).toMatchObject({
      team: 'blue',
      connect_group_id: 'connect-cluster',
    })
  })

  test('is declared as the text format of Prometheus', async () => {
    const { metrics } = startMetrics()
    expect(await get(metrics)).toMatchObject({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' })
  })

  test('forgets what no longer runs here, and totals begin at 0 with a restarted task', async () => {
    const { metrics } = startMetrics()
    let tasks = [task('orders', 0), task('orders', 1)]
    metrics.taskMetrics(() => tasks)
    await scrape(metrics)
    tasks = [task('orders', 1, { totals: { 'sink-record-read-total': 4 } })]
    const families = await scrape(metrics)
    const read = families.get('kafka_connect_sink_task_metrics_sink_record_read_total')
    expect(read?.samples.map(({ labels, value }) => [labels.task, value])).toEqual([['1', 4]])
    tasks = []
    expect((await scrape(metrics)).has('kafka_connect_sink_task_metrics_sink_record_read_total')).toBe(false)
  })

  test('of a worker that has nothing to tell yet is complete in itself', async () => {
    const { metrics } = startMetrics({ groupId: null, kafkaClusterId: null })
    expect([...(await scrape(metrics)).keys()]).toEqual([
      'target_info',
      'process_resident_memory_bytes',
      'process_cpu_seconds_total',
      'process_start_time_seconds',
      'penstock_metrics_dropped_series',
    ])
  })
})

describe('odd figures', () => {
  test('of a task that two executors tell of are shown once, the later ones', async () => {
    const { metrics } = startMetrics()
    const newer = task('orders', 0, { totals: { 'sink-record-read-total': 1 }, id: { task: 0, connector: 'orders' } })
    metrics.taskMetrics(() => [task('orders', 0), newer])
    expect(value(await scrape(metrics), 'kafka_connect_sink_task_metrics_sink_record_read_total')).toBe(1)
  })

  test('names with any characters come out as they went in', async () => {
    const { metrics } = startMetrics()
    const name = 'a"b\\c\nd{e="f"} ü\\n'
    metrics.taskMetrics(() => [task(name, 0)])
    const info = (await scrape(metrics)).get('kafka_connect_connector_task_metrics_info')
    expect(info?.samples[0]?.labels.connector).toBe(name)
  })

  test('values that are no numbers are left out', async () => {
    const { metrics } = startMetrics()
    const summaries = { 'put-batch-time-ms': { sum: Number.NaN, count: 1, max: Number.NaN } }
    const totals = { 'sink-record-read-total': 'many' as never, 'sink-record-send-total': 1e300 }
    metrics.taskMetrics(() => [task('orders', 0, { summaries, totals })])
    const families = await scrape(metrics)
    expect(families.has('kafka_connect_sink_task_metrics_put_batch_time_ms')).toBe(false)
    expect(families.has('kafka_connect_sink_task_metrics_sink_record_read_total')).toBe(false)
    expect(value(families, 'kafka_connect_sink_task_metrics_sink_record_send_total')).toBe(1e300)
  })

  test('plugins can neither take a name twice nor one that is taken', async () => {
    const { metrics, problems } = startMetrics()
    const one = { sum: 1, count: 1, max: 1 }
    const plugin = {
      totals: { 'docs.written': 1, docs_written: 2, docsWritten_total: 4, '': 8, '{}': 16, ['x'.repeat(500)]: 1 },
      gauges: {},
      summaries: { size: one, size_max: one, docs_written_total: one, Größe: one },
    }
    metrics.taskMetrics(() => [task('orders', 0, { plugin })])
    const families = await scrape(metrics)
    expect(value(families, 'penstock_plugin_docs_written_total')).toBe(7)
    expect(value(families, 'penstock_plugin_unnamed_total')).toBe(24)
    expect(families.get('penstock_plugin_size_max')?.type).toBe('histogram')
    expect(value(families, 'penstock_metrics_dropped_series')).toBe(2)
    expect([...families.keys()].every((name) => name.length < 150)).toBe(true)
    expect(problems).toEqual([])
  })

  test('in too great a number are cut, and the answer says so', async () => {
    const { metrics } = startMetrics({ maxSeries: 10 })
    const lags = Array.from({ length: 25 }, (_, partition) => ({ topic: 'orders', partition, lag: 1 }))
    const totals = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`count${i}`, 1]))
    metrics.taskMetrics(() => [task('orders', 0, { lags, plugin: { totals, gauges: {}, summaries: {} } })])
    const families = await scrape(metrics)
    expect(families.get('penstock_sink_task_consumer_lag')?.samples).toHaveLength(10)
    expect(value(families, 'penstock_sink_task_consumer_lag_records')).toBe(25)
    expect([...families.keys()].filter((name) => name.startsWith('penstock_plugin_'))).toHaveLength(200)
    expect(value(families, 'penstock_metrics_dropped_series')).toBe(15 + 100)
  })
})

describe('when something is wrong', () => {
  test('a provider that throws leads to 500 and a line in the log', async () => {
    const { metrics, problems } = startMetrics()
    metrics.workerMetrics(() => {
      throw new Error('no figures')
    })
    expect(await get(metrics)).toMatchObject({ status: 500, type: 'application/json' })
    expect(problems).toEqual([new Error('no figures')])
  })

  test('figures that lack a part cost only the metrics made of it', async () => {
    const { metrics, problems } = startMetrics()
    metrics.workerMetrics(() => ({ ...worker, connectorStartups: undefined as never }))
    const families = await scrape(metrics)
    expect(value(families, 'kafka_connect_connect_worker_metrics_task_count')).toBe(2)
    expect(problems).toHaveLength(3)
  })

  test('metrics that are switched off or shut down are not answered', async () => {
    const off = startMetrics({ enabled: false }).metrics
    expect(await get(off)).toMatchObject({ status: 404, text: '{"error_code":404,"message":"HTTP 404 Not Found"}' })
    const { metrics } = startMetrics()
    await metrics.shutdown()
    await metrics.shutdown()
    expect((await get(metrics)).status).toBe(503)
  })
})

test('whatever tasks count is shown', () => {
  const read = new Set<string>()
  const recording = <T>(values: T) =>
    new Proxy({} as Record<string, T>, {
      get: (_, key) => {
        read.add(String(key))
        return values
      },
    })
  const tasks = (['sink', 'source'] as const).map((kind) =>
    task('orders', 0, {
      kind,
      totals: recording(1),
      gauges: recording(1),
      summaries: recording({ sum: 1, count: 1, max: 1 }),
    }),
  )
  for (const metric of metricGroups.flatMap((group) => group.metrics)) [...metric.read({ tasks, worker })]
  const folder = new URL('../execution/', import.meta.url)
  const counted = readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) => [
      ...readFileSync(new URL(file, folder), 'utf8').matchAll(/meter\.(?:add|set|observe)\(\s*'([^']+)'/g),
    ])
    .map(([, name]) => name)
  expect(counted.length).toBeGreaterThan(10)
  expect(counted.filter((name) => !read.has(name!))).toEqual([])
})

test('names are those that Prometheus and Kafka Connect expect', () => {
  const metrics = metricGroups.flatMap((group) => group.metrics)
  for (const { name, type, help } of [...metrics, droppedSeries]) {
    expect(name).toMatch(/^(kafka_connect|penstock|process)(_[a-z0-9]+)+$/)
    expect(name).not.toMatch(/_total_total|_(sum|count|bucket)_/)
    expect(help).toMatch(/^[^\n|]+\.$/)
    if (type === 'counter') expect(name).toMatch(/_total$|^kafka_connect_task_error_metrics_/)
    else expect(name).not.toMatch(/_total$/)
  }
  expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length)
  expect(pluginMetricFamilies).toHaveLength(4)
})
