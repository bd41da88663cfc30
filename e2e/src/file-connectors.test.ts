/** Made-up records and lines of files, through Kafka into files. */
import { appendFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, test } from 'vitest'
import { type Cluster, freshName, NotYet, startCluster, until } from './harness/index.ts'

let cluster: Cluster
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'penstock-files-'))
  const properties = { 'offset.flush.interval.ms': '500', 'scheduled.rebalance.max.delay.ms': '0' }
  cluster = await startCluster({ workers: 2, properties })
})
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]()
  if (folder) await rm(folder, { recursive: true, force: true })
})

const strings = { 'key.converter': 'StringConverter', 'value.converter': 'StringConverter' }

/** Appends what is in a topic to a file. */
async function startFileSink(topic: string, config: Readonly<Record<string, string>> = strings): Promise<string> {
  const name = freshName('sink')
  const file = join(folder, `${name}.txt`)
  await cluster.createConnector(name, { 'connector.class': 'FileStreamSink', topics: topic, file, ...config })
  return file
}

async function linesOf(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(0, -1)
}

test('lines go through Kafka from file to file, in their order, over a rotation of the first', async () => {
  const topic = await cluster.createTopic()
  const name = freshName('lines')
  const from = join(folder, `${name}.txt`)
  const into = await startFileSink(topic)
  await cluster.createConnector(name, { 'connector.class': 'FileStreamSource', file: from, topic, ...strings })
  await cluster.untilRunning(name, { tasks: 1 })
  const untilWritten = (expected: readonly string[]) =>
    until(
      async () => {
        const lines = await linesOf(into)
        return JSON.stringify(lines) === JSON.stringify(expected) || new NotYet(lines)
      },
      { what: `${expected.length} lines` },
    )
  await writeFile(from, 'première\nsecond\r\nun')
  await untilWritten(['première', 'second'])
  await appendFile(from, 'finished\n')
  await untilWritten(['première', 'second', 'unfinished'])
  await rename(from, `${from}.1`)
  await appendFile(`${from}.1`, 'the last one\n')
  await writeFile(from, 'a new file\n')
  await untilWritten(['première', 'second', 'unfinished', 'the last one', 'a new file'])
})

test('no made-up record is lost on its way into a file when the worker of the sink is killed', async () => {
  const topic = await cluster.createTopic({ partitions: 2 })
  const name = freshName('made-up')
  const into = await startFileSink(topic)
  await cluster.createConnector(name, {
    'connector.class': 'DatagenSource',
    'tasks.max': '2',
    'kafka.topic': topic,
    example: '{"id": "{{task}}-{{sequence}}"}',
    'schema.keyfield': 'id',
    'output.schemas': 'false',
    rate: '2000',
    iterations: '10000',
    ...strings,
  })
  await cluster.untilRunning(name, { tasks: 2 })
  await until(async () => (await linesOf(into)).length > 2_000, { what: 'the first lines' })
  const sink = into.slice(folder.length + 1, -'.txt'.length)
  const [task] = (await cluster.client.status(sink)).tasks
  const worker = cluster.workers.find(({ workerId }) => workerId === task?.worker_id)
  if (worker === undefined) throw new Error(`nobody runs ${sink}`)
  await worker.kill('SIGKILL')
  const expected = [0, 1].flatMap((source) => Array.from({ length: 10_000 }, (_, i) => `{id=${source}-${i}}`))
  await until(
    async () => {
      const lines = new Set(await linesOf(into))
      const missing = expected.filter((line) => !lines.has(line))
      return missing.length === 0 || new NotYet(`${missing.length} are missing, the first is ${missing[0]}`)
    },
    { what: 'all records', deadlineMs: 60_000 },
  )
})
