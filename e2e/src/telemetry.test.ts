/** A worker under the eyes of a real Prometheus and Alertmanager, and of a receiver for OpenTelemetry's own protocol. */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Cluster,
  findDebianProgram,
  freshName,
  MisbehavingPlugin,
  NotYet,
  OtlpReceiver,
  type Prometheus,
  readRecords,
  rulesFolder,
  startCluster,
  startPrometheus,
  until,
} from './harness/index.ts'
import { rootFolder } from './stack/folders.ts'

const API_KEY = 'k9-very-secret-key'
const METRIC_NAME = /\b(?:kafka_connect|penstock|process)_\w+/g

let plugin: MisbehavingPlugin
let receiver: OtlpReceiver
let cluster: Cluster
let prometheus: Prometheus | undefined
beforeAll(async () => {
  plugin = await MisbehavingPlugin.create()
  receiver = await OtlpReceiver.start()
  cluster = await startCluster({
    workers: 1,
    properties: {
      'plugin.path': plugin.folder,
      'executor.processes': '1',
      'offset.flush.interval.ms': '500',
      'log.format': 'json',
    },
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: `api-key=${API_KEY}`,
      OTEL_METRIC_EXPORT_INTERVAL: '500',
      OTEL_BSP_SCHEDULE_DELAY: '200',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    },
  })
  prometheus = await startPrometheus({ workers: [cluster.worker(0).workerId] })
})
afterAll(async () => {
  await Promise.all([cluster, prometheus, receiver, plugin].map((part) => part?.[Symbol.asyncDispose]()))
})

/** A sink with records that wait in their topic for it. */
async function startSink(records: Parameters<Cluster['produce']>[1], config: Record<string, string> = {}) {
  const topic = await cluster.createTopic()
  await cluster.produce(topic, records)
  cluster.index(topic)
  await cluster.createConnector(topic, { 'connector.class': 'ElasticsearchSink', topics: topic, ...config })
  return topic
}

function spanOf(name: string, where: (span: OtlpReceiver['spans'][number]) => boolean = () => true) {
  return until(() => receiver.spans.find((span) => span.name === name && where(span)), { what: `a span ${name}` })
}

test('the rules are right in themselves and pass their own tests', async ({ skip }) => {
  const promtool = await findDebianProgram('prometheus', 'promtool')
  if (promtool === undefined) return skip('there is no promtool')
  const run = (...args: string[]) => promisify(execFile)(promtool, args, { cwd: rulesFolder })
  expect((await run('check', 'config', 'prometheus.yaml')).stdout).toContain('SUCCESS')
  expect((await run('test', 'rules', 'penstock.rules.test.yaml')).stdout).toContain('SUCCESS')
})

test('a sampled record’s trace goes on through the sink, and its log lines name it', async () => {
  const traceId = 'ab'.repeat(16)
  const parentId = 'cd'.repeat(8)
  const headers = { traceparent: `00-${traceId}-${parentId}-01` }
  const topic = await startSink(
    [
      { value: '{"n":1}', headers },
      { value: '{"broken', headers },
    ],
    { 'errors.tolerance': 'all', 'errors.log.enable': 'true', ...hoisting },
  )
  const record = await spanOf(`process ${topic}`, ({ attributes }) => attributes['messaging.kafka.offset'] === 0)
  expect(record).toMatchObject({ traceId, parentId })
  expect(record.attributes).toMatchObject({ 'penstock.connector': topic, 'penstock.task': 0 })
  expect(record.resource).toMatchObject({ 'service.name': 'penstock', 'deployment.environment.name': 'test' })
  for (const stage of ['poll', 'convert', 'transform', 'put']) {
    expect(await spanOf(stage, (span) => span.parentId === record.spanId)).toMatchObject({ traceId })
  }
  const batch = await spanOf(`process ${topic}`, ({ links }) => links.includes(parentId))
  expect(batch.parentId).toBe('')

  const line = await until(
    async () => (await cluster.worker(0).logs()).split('\n').find((text) => text.includes('Error encountered in task')),
    { what: 'the log line of the broken record' },
  )
  expect(JSON.parse(line)).toMatchObject({
    connector: topic,
    task: 0,
    trace_id: traceId,
    span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
  })
})

/** A transformation that looks at values, so that a broken one is met by the framework. */
const hoisting = {
  transforms: 'hoist',
  'transforms.hoist.type': 'HoistField$Value',
  'transforms.hoist.field': 'hoisted',
}

test('records of a source carry the context of the span that sent them', async () => {
  const topic = await cluster.createTopic()
  await cluster.createConnector(freshName('source'), {
    'connector.class': 'DatagenSource',
    'kafka.topic': topic,
    quickstart: 'users',
    'max.interval': '50',
    // Few, so that there is an end to read to.
    iterations: '5',
    'output.schemas': 'false',
  })
  const record = await until(async () => (await readRecords(topic))[0], { what: 'a record of the source' })
  const [, traceId, spanId] = String(record.headers.traceparent).split('-')
  const send = await spanOf(`send ${topic}`, (span) => span.spanId === spanId)
  expect(send).toMatchObject({ traceId, attributes: { 'messaging.kafka.offset': Number(record.offset) } })
  const batch = await until(() => receiver.spans.find((span) => span.spanId === send.parentId), { what: 'its batch' })
  expect(batch.name).toMatch(/^publish source/)
})

test('metrics are sent by OTLP with their units, under the names of the page', async () => {
  const topic = await startSink(100)
  const read = await until(
    () =>
      receiver.points.find(
        ({ name, attributes, value }) =>
          name === 'kafka_connect_sink_task_metrics_sink_record_read_total' &&
          attributes.connector === topic &&
          value === 100,
      ),
    { what: 'the figure of the sink' },
  )
  expect(read.resource).toMatchObject({
    'service.name': 'penstock',
    'service.instance.id': cluster.worker(0).workerId,
    'connect.group.id': cluster.groupId,
  })
  expect(receiver.points.find(({ name }) => name === 'process_resident_memory_bytes')?.unit).toBe('By')
  expect(receiver.headers.every((headers) => headers['api-key'] === API_KEY)).toBe(true)
  expect(await cluster.worker(0).logs()).not.toContain(API_KEY)
})

test('every expression of dashboards and rules is answered, and their metrics are there', async ({ skip }) => {
  if (prometheus === undefined) return skip('there is no Prometheus')
  const server = prometheus
  const rules = await until(
    async () => {
      const found = await server.rules()
      return found.length > 10 && found.every(({ health }) => health !== 'unknown') ? found : new NotYet(found)
    },
    { what: 'the rules to be evaluated' },
  )
  expect(rules.filter(({ health }) => health !== 'ok')).toEqual([])

  const exprs = await dashboardQueries()
  expect(exprs.length).toBeGreaterThan(30)
  for (const expr of exprs) await server.query(expr)
  // Commits and restarts need their time; what is in no answer at all is misspelt.
  const names = new Set([...exprs, ...rules.map(({ query }) => query)].flatMap((expr) => expr.match(METRIC_NAME) ?? []))
  await until(
    async () => {
      const known = new Set(await server.names())
      const missing = [...names].filter((name) => !known.has(name))
      return missing.length === 0 || new NotYet(missing)
    },
    { what: 'all metrics of dashboards and rules' },
  )
})

test('a task that fails is told to whoever Alertmanager tells', async ({ skip }) => {
  if (prometheus === undefined) return skip('there is no Prometheus')
  const { told } = prometheus
  const name = freshName('throwing')
  const topic = await cluster.createTopic()
  await cluster.createConnector(name, { ...(await plugin.config(name, 'throw')), topics: topic })
  await cluster.untilRunning(name, { tasks: 1 })
  await cluster.produce(topic, [{ value: '{"a":1}' }])
  const alert = await until(
    () => told.find(({ labels }) => labels.alertname === 'PenstockTaskFailed' && labels.connector === name),
    { what: 'the alert of the failed task' },
  )
  expect(alert).toMatchObject({
    status: 'firing',
    labels: { severity: 'critical', task: '0', job: 'penstock' },
    annotations: {
      summary: `Task ${name}-0 has failed`,
      runbook_url: 'docs/operations/alerts.md#penstocktaskfailed',
    },
  })
})

/** As Grafana would ask them, of everything there is. */
async function dashboardQueries(): Promise<string[]> {
  const folder = join(rootFolder, 'deploy', 'grafana', 'dashboards')
  const queries: string[] = []
  for (const file of await readdir(folder)) {
    type Panel = { targets?: { expr: string }[] }
    const { panels } = JSON.parse(await readFile(join(folder, file), 'utf8')) as { panels: Panel[] }
    queries.push(...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)))
  }
  return queries.map((expr) =>
    expr.replaceAll('$__rate_interval', '30s').replaceAll(/\$(job|connector|instance)\b/g, '.*'),
  )
}
