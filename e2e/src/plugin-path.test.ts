/** The plugin template, installed by npm as a third party does it and found by `plugin.path`, on a real worker. */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cluster, freshName, InstalledTemplate, NotYet, startCluster, until } from './harness/index.ts'

let template: InstalledTemplate
let cluster: Cluster
beforeAll(async () => {
  template = await InstalledTemplate.create()
  cluster = await startCluster({ workers: 1, properties: { 'plugin.path': template.pluginPath } })
})
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]()
  await template?.[Symbol.asyncDispose]()
})

async function jsonLines(file: string): Promise<unknown[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

test('its types are right and its own tests pass outside of the checkout', async () => {
  await template.npm('run', 'typecheck')
  expect(await template.npm('test')).toMatch(/fail 0/)
})

test('the worker lists its plugins with the version of the package', async () => {
  const listed = await cluster.client.plugins({ connectorsOnly: false })
  const own = listed.filter(({ class: name }) => name.startsWith('com.example.'))
  expect(own).toEqual([
    { class: 'com.example.JsonLinesSink', type: 'sink', version: '0.1.0' },
    { class: 'com.example.CounterSource', type: 'source', version: '0.1.0' },
    { class: 'com.example.Uppercase', type: 'transformation', version: '0.1.0' },
    { class: 'com.example.KeyValueConverter', type: 'converter', version: '0.1.0' },
  ])
})

test('its example connectors are valid', async () => {
  for (const file of ['source.json', 'sink.json']) {
    const config = await template.connector(file)
    const { error_count } = await cluster.client.validate(config['connector.class'] as string, {
      name: file,
      ...config,
    })
    expect([file, error_count]).toEqual([file, 0])
  }
})

test('records go from its source through its transformation and converter into Kafka and on into its sink', async () => {
  const topic = await cluster.createTopic()
  const file = template.file(`${topic}.jsonl`)
  const [source, sink] = [freshName('source'), freshName('sink')]
  await cluster.createConnector(source, { ...(await template.connector('source.json')), topic })
  await cluster.createConnector(sink, { ...(await template.connector('sink.json')), topics: topic, file })
  await cluster.untilRunning(source, { tasks: 1 })
  await cluster.untilRunning(sink, { tasks: 1 })
  const lines = await until(
    async () => {
      const written = await jsonLines(file)
      return written.length >= 1_000 ? written : new NotYet(written.length)
    },
    { what: '1,000 lines' },
  )
  const expected = Array.from({ length: 1_000 }, (_, i) => ({ number: `${i + 1}`, text: `NUMBER ${i + 1}` }))
  expect(lines).toEqual(expected)
})

test('its source goes on behind its stored position when the connector is restarted', async () => {
  const topic = await cluster.createTopic()
  const file = template.file(`${topic}.jsonl`)
  const [source, sink] = [freshName('source'), freshName('sink')]
  const counter = { ...(await template.connector('source.json')), topic, 'counter.name': topic }
  await cluster.createConnector(sink, { ...(await template.connector('sink.json')), topics: topic, file })
  await cluster.createConnector(source, { ...counter, 'counter.end': '100' })
  const untilWritten = (count: number) =>
    until(async () => (await jsonLines(file)).length >= count, { what: `${count} lines` })
  await untilWritten(100)
  await cluster.client.stop(source)
  await until(async () => (await cluster.client.status(source)).connector.state === 'STOPPED', { what: 'the stop' })
  await cluster.client.putConfig(source, { ...counter, 'counter.end': '150' })
  await cluster.client.resume(source)
  await untilWritten(150)
  const numbers = (await jsonLines(file)).map((line) => Number((line as { number: string }).number))
  expect(numbers).toEqual(Array.from({ length: 150 }, (_, i) => i + 1))
})
