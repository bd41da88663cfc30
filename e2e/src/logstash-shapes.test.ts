/** Runs the examples of docs/elasticsearch/logstash.md: its connectors must make its documents of its records. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Cluster,
  comparableText,
  exactText,
  parseExactly,
  type RecordToProduce,
  stack,
  startCluster,
} from './harness/index.ts'
import { elasticsearchRequest } from './stack/elasticsearch-request.ts'

interface Example {
  readonly title: string
  readonly connector: { readonly name: string; readonly config: Readonly<Record<string, string>> }
  readonly records: readonly RecordToProduce[]
  /** Hits of a search, in the order of their ids. */
  readonly documents: readonly string[]
}

const guide = readFileSync(new URL('../../docs/elasticsearch/logstash.md', import.meta.url), 'utf8')

function blocks(text: string, kind: string): unknown[] {
  const found = text.matchAll(new RegExp(`^\`\`\`json ${kind}\\n(.*?)^\`\`\``, 'gms'))
  return [...found].map(([, json]) => parseExactly(json as string))
}

function recordOf(block: unknown): RecordToProduce {
  const { value, ...exact } = block as { value: unknown }
  const rest = JSON.parse(exactText(exact)) as Omit<RecordToProduce, 'value'>
  if (value === null || typeof value === 'string') return { ...rest, value }
  return { ...rest, value: exactText(value) }
}

const examples: readonly Example[] = guide
  .split(/^### /m)
  .slice(1)
  .map((section) => ({
    title: section.slice(0, section.indexOf('\n')),
    connectors: blocks(section, 'connector') as Example['connector'][],
    records: blocks(section, 'record').map(recordOf),
    documents: blocks(section, 'document').map((document) => comparableText(exactText(document))),
  }))
  .flatMap(({ connectors, ...rest }) => connectors.map((connector) => ({ ...rest, connector })))

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster({ workers: 1, properties: { 'offset.flush.interval.ms': '500' } })
  const pipeline = { method: 'PUT', body: '{"processors":[]}' }
  expect((await elasticsearchRequest(stack.elasticsearch, '_ingest/pipeline/payments', pipeline)).status).toBe(200)
})
afterAll(async () => {
  await elasticsearchRequest(stack.elasticsearch, '_ingest/pipeline/payments', { method: 'DELETE' })
  await cluster?.[Symbol.asyncDispose]()
})

test('the guide has examples', () => {
  expect(examples.length).toBeGreaterThan(4)
  for (const { records, documents } of examples) expect([records.length, documents.length]).not.toContain(0)
})

test.each(examples)('$title', async ({ connector, records, documents }) => {
  const named = connector.config.topics as string
  const topic = await cluster.createTopic()
  // Names of the test's own; `payments` is the name of a pipeline too.
  const own = (text: string): string =>
    text
      .replaceAll(`"_id":"${named}+`, `"_id":"${topic}+`)
      .replaceAll(`"_index":"${named}`, `"_index":"${topic}`)
      .replaceAll(`"_index":"ecs-${named}`, `"_index":"ecs-${topic}`)
      .replaceAll(`"topic":"${named}"`, `"topic":"${topic}"`)
  await cluster.produce(topic, records)
  const { 'index.name.format': format = '', ...config } = connector.config
  await cluster.createConnector(topic, {
    ...config,
    ...(format === '' ? {} : { 'index.name.format': format.replace(named, topic) }),
    ...{ topics: topic, 'connection.url': stack.elasticsearch },
  })
  await cluster.group(topic).untilCommitted(topic, BigInt(records.length))
  expect(await hits(`*${topic}*`)).toEqual(documents.map(own))
  await elasticsearchRequest(stack.elasticsearch, (await indices(`*${topic}*`)).join(','), { method: 'DELETE' })
})

async function ask(path: string, body?: string): Promise<string> {
  const answer = await elasticsearchRequest(
    stack.elasticsearch,
    path,
    body === undefined ? {} : { method: 'POST', body },
  )
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`)
  return text
}

async function indices(pattern: string): Promise<string[]> {
  return Object.keys(JSON.parse(await ask(`${pattern}/_settings`)) as object)
}

async function hits(pattern: string): Promise<string[]> {
  await ask(`${pattern}/_refresh`, '')
  const found = parseExactly(await ask(`${pattern}/_search`, '{"size":100}')) as { hits: { hits: object[] } }
  return found.hits.hits
    .map((hit) => {
      const { _score, ...rest } = hit as Record<string, unknown>
      return comparableText(exactText(rest))
    })
    .sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1))
}

function idOf(hit: string): string {
  return (JSON.parse(hit) as { _id: string })._id
}
