/** The index templates and dashboards of deploy/elasticsearch: real dead letters and real metrics fit both. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cluster, freshName, NotYet, stack, startCluster, until } from './harness/index.ts'
import { type ElasticsearchRequest, elasticsearchRequest } from './stack/elasticsearch-request.ts'

const deployed = (name: string): string =>
  readFileSync(new URL(`../../deploy/elasticsearch/${name}`, import.meta.url), 'utf8')

interface Mapping {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Mapping>>
}
interface Connector {
  readonly config: Readonly<Record<string, string>>
}

const run = freshName('run')
const letters = `penstock-dead-letters-${run}`
const metrics = `penstock-metrics-${run}`

async function ask(path: string, request: ElasticsearchRequest = {}): Promise<unknown> {
  const answer = await elasticsearchRequest(stack.elasticsearch, path, request)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`)
  return JSON.parse(text)
}

let cluster: Cluster
beforeAll(async () => {
  for (const name of ['metrics', 'dead-letters']) {
    await ask(`_index_template/penstock-${name}`, { method: 'PUT', body: deployed(`${name}-template.json`) })
  }
  cluster = await startCluster({ workers: 1, properties: { 'offset.flush.interval.ms': '500' } })
})
afterAll(async () => {
  for (const index of [letters, metrics]) {
    await elasticsearchRequest(stack.elasticsearch, `${index}?ignore_unavailable=true`, { method: 'DELETE' })
  }
  for (const name of ['metrics', 'dead-letters']) {
    await elasticsearchRequest(stack.elasticsearch, `_index_template/penstock-${name}`, { method: 'DELETE' })
  }
  await cluster?.[Symbol.asyncDispose]()
})

async function mappingOf(index: string): Promise<Mapping> {
  const answer = (await ask(`${index}/_mapping`)) as Record<string, { mappings: Mapping }>
  return (answer[index] as { mappings: Mapping }).mappings
}

test('dead letters, with what went wrong, fit their template, which is strict', async () => {
  const [topic, queue] = [await cluster.createTopic(), await cluster.createTopic()]
  await cluster.produce(topic, [
    { key: 'k', value: 'no JSON', timestamp: 1_714_557_600_000, headers: { trace: 'abc', 'a.b': 'c' } },
    { value: '{"a":1}' },
  ])
  await cluster.createConnector(topic, {
    'connector.class': 'ElasticsearchSink',
    topics: topic,
    'errors.tolerance': 'all',
    'errors.deadletterqueue.topic.name': queue,
    'errors.deadletterqueue.context.headers.enable': 'true',
  })
  const { config } = JSON.parse(deployed('dead-letters-connector.json')) as Connector
  await cluster.createConnector(queue, {
    ...config,
    ...{ topics: queue, 'topic.index.map': `${queue}:${letters}`, 'connection.url': stack.elasticsearch },
  })
  const index = cluster.index(letters)
  const document = await until(async () => (await index.get(`${queue}+0+0`)) ?? new NotYet('no document'), {
    what: 'the dead letter to be a document',
  })
  const { kafka, ...rest } = JSON.parse(document.source) as { kafka: { headers: Record<string, string> } }
  expect(rest).toEqual({
    '@timestamp': 1_714_557_600_000,
    message: 'no JSON',
    event: { dataset: 'penstock.dead_letters', kind: 'event', outcome: 'failure' },
    ecs: { version: '8.11.0' },
  })
  const { headers, ...place } = kafka
  expect(place).toEqual({ topic: queue, partition: 0, offset: 0, key: 'k' })
  expect(headers).toMatchObject({
    ...{ trace: 'abc', 'a.b': 'c' },
    '__connect.errors.topic': topic,
    '__connect.errors.partition': '0',
    '__connect.errors.offset': '0',
    '__connect.errors.connector.name': topic,
    '__connect.errors.task.id': '0',
    '__connect.errors.stage': 'VALUE_CONVERTER',
  })
  // Elasticsearch tells it as a text.
  const text = deployed('dead-letters-template.json').replaceAll('"dynamic": false', '"dynamic": "false"')
  const { template } = JSON.parse(text) as { template: { mappings: Mapping } }
  expect((await mappingOf(letters)).properties).toEqual(template.mappings.properties)
  await expectPanelsFit('penstock-dead-letters', letters)
})

test('metrics as Metricbeat writes them fit their template', async () => {
  const topic = await cluster.createTopic()
  await cluster.produce(topic, 10)
  await cluster.createConnector(topic, { 'connector.class': 'ElasticsearchSink', topics: topic })
  const documents = await until(
    async () => {
      const text = await (await fetch(`${cluster.worker(0).url}/metrics`)).text()
      const written = /penstock_plugin_documents_written_total\{.*\} [1-9]/.test(text)
      return written ? metricbeatDocuments(text) : new NotYet('nothing is written')
    },
    { what: 'metrics of written documents', everyMs: 200 },
  )
  const body = documents.map((document) => `{"create":{}}\n${JSON.stringify(document)}\n`).join('')
  const request = { method: 'POST', body, contentType: 'application/x-ndjson' }
  expect(await ask(`${metrics}/_bulk?refresh=true`, request)).toMatchObject({ errors: false })
  const { prometheus } = (await mappingOf(metrics)).properties as Record<string, Mapping>
  const types = (group: string) =>
    new Set(Object.values(prometheus?.properties?.[group]?.properties ?? {}).map(({ type }) => type))
  expect([types('metrics'), types('labels')]).toEqual([new Set(['double']), new Set(['keyword'])])
  await expectPanelsFit('penstock-metrics', metrics)
  const ignored = await ask(`${metrics}/_count`, { method: 'POST', body: '{"query":{"exists":{"field":"_ignored"}}}' })
  expect(ignored).toMatchObject({ count: 0 })
})

/** One document for each set of labels; numbers that JSON can't say are left out. */
function metricbeatDocuments(text: string): readonly object[] {
  const byLabels = new Map<string, Record<string, number>>()
  for (const [, name = '', labels = '', value = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)(?: \d+)?$/gm)) {
    if (!Number.isFinite(Number(value))) continue
    const group = byLabels.get(labels) ?? {}
    byLabels.set(labels, group)
    group[name] = Number(value)
  }
  return [...byLabels].map(([labels, values]) => ({
    '@timestamp': new Date().toISOString(),
    event: { dataset: 'prometheus.collector', module: 'prometheus', duration: 115_000 },
    metricset: { name: 'collector', period: 10_000 },
    service: { address: 'http://worker:8083/metrics', type: 'prometheus' },
    prometheus: { labels: { instance: 'worker:8083', job: 'prometheus', ...labelsOf(labels) }, metrics: values },
    agent: { type: 'metricbeat' },
  }))
}

function labelsOf(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name, value]))
}

interface FieldCapabilities {
  readonly fields: Readonly<Record<string, Readonly<Record<string, { readonly aggregatable: boolean }>>>>
}

/** What the dashboards group and count by can be aggregated; metrics of what never happened here may be missing. */
async function expectPanelsFit(view: string, index: string): Promise<void> {
  const panels = deployed('kibana.ndjson')
    .split('\n')
    .filter((line) => line.includes(`"id":"${view}","name":"indexpattern`))
  expect(panels.length).toBeGreaterThan(3)
  const fields = new Set(
    panels.flatMap((line) => {
      const named = [...line.matchAll(/"sourceField":"([^"]+)"/g)].map(([, field]) => field as string)
      const more = [...line.matchAll(/"secondaryFields":\["([^"]+)"\]/g)].map(([, field]) => field as string)
      return [...named, ...more].filter((field) => field !== '___records___')
    }),
  )
  const found = (await ask(`${index}/_field_caps?fields=*`)) as FieldCapabilities
  const unfit = [...fields].filter(
    (field) => !Object.values(found.fields[field] ?? {}).every((type) => type.aggregatable),
  )
  const missing = [...fields].filter((field) => !(field in found.fields))
  expect([unfit, missing.filter((field) => !/penstock_plugin|failed_task_count/.test(field))]).toEqual([[], []])
}
