/** A worker by itself: connectors from files, positions in a file, REST, and what is left after its end. */
import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Cluster,
  freshName,
  NotYet,
  readRecords,
  stack,
  startCluster,
  until,
  WorkerProcess,
} from './harness/index.ts'
import { startedWorkers } from './harness/started-workers.ts'
import { freePorts } from './stack/ports.ts'

/** For topics and their end: it has no worker of its own. */
let servers: Cluster
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'penstock-standalone-'))
  servers = await startCluster({ workers: 0 })
})
afterAll(async () => {
  await servers?.[Symbol.asyncDispose]()
  if (folder) await rm(folder, { recursive: true, force: true })
})

interface Standalone {
  readonly worker: WorkerProcess
  readonly offsetFile: string
}

async function standalone(
  connectorFiles: readonly string[],
  properties: Readonly<Record<string, string>> = {},
): Promise<Standalone> {
  const [port = 0] = await freePorts(1)
  const own = await mkdtemp(join(folder, 'worker-'))
  const offsetFile = join(own, 'offsets.json')
  const worker = new WorkerProcess({
    number: 0,
    port,
    folder: own,
    connectorFiles,
    properties: {
      'bootstrap.servers': stack.kafka,
      'offset.storage.file.filename': offsetFile,
      'offset.flush.interval.ms': '200',
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'executor.processes': '2',
      listeners: `http://127.0.0.1:${port}`,
      ...properties,
    },
  })
  startedWorkers.push(worker)
  return { worker, offsetFile }
}

/** Writes a file for the worker's command line; resolves with its path. */
async function connectorFile(name: string, content: string): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, content)
  return file
}

function sourceConfig(name: string, file: string, topic: string): Record<string, string> {
  return { name, 'connector.class': 'FileStreamSource', file, topic, 'batch.size': '200' }
}

const asProperties = (config: Readonly<Record<string, string>>): string =>
  Object.entries(config)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')

async function linesOf(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(0, -1)
}

/** Where the source goes on, as the offset file says; -1 before it is there. */
async function storedPosition(offsetFile: string): Promise<number> {
  const text = await readFile(offsetFile, 'utf8').catch(() => '')
  return Number(/"position":(\d+)/.exec(text)?.[1] ?? -1)
}

function untilState(worker: WorkerProcess, connector: string, state: string, tasks: number): Promise<true> {
  return until(
    async () => {
      const status = await worker.client.status(connector)
      const states = [status.connector, ...status.tasks].map((one) => one.state)
      return (status.tasks.length === tasks && states.every((one) => one === state)) || new NotYet(status)
    },
    { what: `${connector} to be ${state} with ${tasks} tasks` },
  )
}

async function untilEnd(worker: WorkerProcess) {
  return until(() => worker.exit, { what: 'the worker to end', everyMs: 50 })
}

const line = (number: number): string => `line ${number} of a log that somebody writes while it is read`

test('no line is lost from file to file when everything is killed in the middle, and positions come from the file', async () => {
  const topic = await servers.createTopic()
  const [from, into] = [join(folder, 'killed-in.txt'), join(folder, 'killed-out.txt')]
  const sink = { name: freshName('sink'), 'connector.class': 'FileStreamSink', file: into, topics: topic }
  const { worker, offsetFile } = await standalone([
    await connectorFile('killed-source.properties', asProperties(sourceConfig(freshName('source'), from, topic))),
    await connectorFile('killed-sink.json', JSON.stringify(sink)),
  ])
  const count = 40_000
  let written = 0
  const write = async (): Promise<void> => {
    for (; written < count; written += 200) {
      await appendFile(from, Array.from({ length: 200 }, (_, i) => `${line(written + i)}\n`).join(''))
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  await writeFile(from, '')
  await using _ = worker
  await worker.start()
  const writing = write()
  for (const kill of [() => worker.killAll(), () => worker.kill('SIGKILL')]) {
    const before = await storedPosition(offsetFile)
    await until(async () => (await storedPosition(offsetFile)) > before, { what: 'a stored position', everyMs: 5 })
    await kill()
    await worker.restart()
  }
  await writing
  const expected = Array.from({ length: count }, (_, number) => line(number))
  const untilAll = (lines: () => Promise<string[]>, what: string) =>
    until(
      async () => {
        const seen = new Set(await lines())
        const missing = expected.filter((one) => !seen.has(one))
        return missing.length === 0 || new NotYet(`${missing.length} are missing, the first is "${missing[0]}"`)
      },
      { what, deadlineMs: 60_000, everyMs: 500 },
    )
  const inTopic = async () => (await readRecords(topic)).map(({ value }) => String(value))
  await untilAll(inTopic, 'all lines in the topic')
  await untilAll(() => linesOf(into), 'all lines in the file')
  const stored = await inTopic()
  expect(stored.filter((one) => one === line(0))).toHaveLength(1)
  expect([...new Set(stored)]).toEqual(expected)
})

test.each(['SIGTERM', 'SIGINT'] as const)(
  'stopped by %s it ends with 0, and the next start goes on without a line twice',
  async (signal) => {
    const topic = await servers.createTopic()
    const from = join(folder, `${signal}.txt`)
    const name = freshName('stopped')
    const { worker } = await standalone(
      [await connectorFile(`${signal}.properties`, asProperties(sourceConfig(name, from, topic)))],
      { 'offset.flush.interval.ms': '60000' },
    )
    await using _ = worker
    await writeFile(from, 'one\ntwo\n')
    await worker.start()
    const inTopic = async () => (await readRecords(topic)).map(({ value }) => String(value))
    await until(async () => (await inTopic()).length === 2, { what: 'two records' })
    await worker.kill(signal)
    expect(await untilEnd(worker)).toEqual({ code: 0, signal: null })
    await appendFile(from, 'three\n')
    await worker.start()
    await until(async () => (await inTopic()).length >= 3, { what: 'the third record' })
    expect(await inTopic()).toEqual(['one', 'two', 'three'])
  },
)

test('connectors from files of all three forms run, and REST does with them what it does in a cluster', async () => {
  const topic = await servers.createTopic()
  const from = join(folder, 'forms.txt')
  const into = join(folder, 'forms-out.txt')
  await writeFile(from, 'one\ntwo\nthree\n')
  const [source, sink, paused] = [freshName('source'), freshName('sink'), freshName('paused')]
  const sinkConfig = { 'connector.class': 'FileStreamSink', file: into, topics: topic }
  const { worker, offsetFile } = await standalone([
    await connectorFile('form-1.properties', asProperties(sourceConfig(source, from, topic))),
    await connectorFile('form-2.json', JSON.stringify({ name: sink, ...sinkConfig })),
    await connectorFile('form-3.json', JSON.stringify({ name: paused, config: sinkConfig, initial_state: 'PAUSED' })),
  ])
  await using _ = worker
  await worker.start()
  const { client } = worker
  expect(await client.connectors()).toEqual([source, sink, paused].sort())
  await untilState(worker, source, 'RUNNING', 1)
  await untilState(worker, sink, 'RUNNING', 1)
  await until(async () => (await client.status(paused)).connector.state === 'PAUSED', { what: 'the paused one' })
  expect((await client.health()).status).toBe('healthy')
  await until(async () => (await linesOf(into)).join() === 'one,two,three', { what: 'three lines' })
  expect(await client.topics(source)).toEqual([topic])

  await client.pause(source)
  await untilState(worker, source, 'PAUSED', 1)
  await appendFile(from, 'four\n')
  await client.resume(source)
  await until(async () => (await linesOf(into)).length === 4, { what: 'the fourth line' })
  await client.restart(source, { includeTasks: true, onlyFailed: false })
  await untilState(worker, source, 'RUNNING', 1)
  await client.restartTask(source, 0)
  await untilState(worker, source, 'RUNNING', 1)

  const partition = { filename: from }
  await expect(client.resetOffsets(source)).rejects.toThrow('must be in the STOPPED state')
  await client.stop(source)
  await untilState(worker, source, 'STOPPED', 0)
  expect(await client.offsets(source)).toEqual({ offsets: [{ partition, offset: { position: 19 } }] })
  expect(await storedPosition(offsetFile)).toBe(19)
  await client.alterOffsets(source, [{ partition, offset: { position: 14 } }])
  expect(await storedPosition(offsetFile)).toBe(14)
  await client.resume(source)
  await until(async () => (await linesOf(into)).join() === 'one,two,three,four,four', { what: 'the last line again' })
  await client.stop(source)
  await untilState(worker, source, 'STOPPED', 0)
  await client.resetOffsets(source)
  expect(await client.offsets(source)).toEqual({ offsets: [] })
  expect(await storedPosition(offsetFile)).toBe(-1)
  await client.resume(source)
  await until(async () => (await linesOf(into)).length === 9, { what: 'all lines once more' })

  await client.patchConfig(source, { 'batch.size': '10', 'tasks.max': '1' })
  await until(async () => (await client.tasks(source))[0]?.config['batch.size'] === '10', {
    what: 'the new batch size',
  })
  await untilState(worker, source, 'RUNNING', 1)
  await client.setLogger('herder', 'DEBUG', 'cluster')
  expect((await client.logger('herder')).level).toBe('DEBUG')
  for (const path of ['tasks', 'fence']) {
    const method = path === 'tasks' ? 'POST' : 'PUT'
    const request = { method, body: '[]', headers: { 'content-type': 'application/json' } }
    const answer = await fetch(`${worker.url}/connectors/${source}/${path}`, request)
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining('in standalone mode')])
  }
  await client.deleteConnector(paused)
  await client.deleteConnector(sink)
  expect(await client.connectors()).toEqual([source])
  await expect(client.status(sink)).rejects.toMatchObject({ status: 404 })
  await client.createConnector({ name: sink, config: { ...sinkConfig, 'tasks.max': '1' } })
  await untilState(worker, sink, 'RUNNING', 1)
})

test('a source with an offset topic of its own keeps positions there, and a copy in the file', async () => {
  const topic = await servers.createTopic()
  const offsets = freshName('offsets')
  const from = join(folder, 'own-topic.txt')
  await writeFile(from, 'one\n')
  const name = freshName('own')
  const config = { ...sourceConfig(name, from, topic), 'offsets.storage.topic': offsets }
  const { worker, offsetFile } = await standalone([await connectorFile('own-topic.properties', asProperties(config))], {
    'offset.storage.replication.factor': '1',
    'offset.storage.partitions': '2',
  })
  await using _ = worker
  await worker.start()
  await until(async () => (await storedPosition(offsetFile)) === 4, { what: 'the position in the file' })
  const [stored] = await readRecords(offsets)
  expect(`${stored?.key} ${stored?.value}`).toBe(`["${name}",{"filename":"${from}"}] {"position":4}`)
})

test('an offset file that is damaged keeps the worker from starting, and says what to do', async () => {
  const topic = await servers.createTopic()
  const from = join(folder, 'damaged.txt')
  await writeFile(from, 'one\n')
  const { worker, offsetFile } = await standalone([
    await connectorFile('damaged.properties', asProperties(sourceConfig(freshName('damaged'), from, topic))),
  ])
  await using _ = worker
  await worker.start()
  await until(async () => (await storedPosition(offsetFile)) === 4, { what: 'the position' })
  expect((await worker.stop()).code).toBe(0)
  const whole = await readFile(offsetFile)
  await truncate(offsetFile, whole.length - 20)
  await worker.launch()
  expect((await untilEnd(worker)).code).toBe(1)
  expect(await worker.logs()).toMatch(/offset\.storage\.file\.filename: .*offsets\.json is damaged.*move it away/)
  await writeFile(offsetFile, Buffer.from('aced0005737200116a6176612e7574696c2e486173684d6170', 'hex'))
  await worker.launch()
  expect((await untilEnd(worker)).code).toBe(1)
  expect(await worker.logs()).toMatch(/offsets\.json was written by Kafka Connect on the JVM/)
  await writeFile(offsetFile, whole)
  await worker.start()
})

test('nothing is started when one of the files is wrong, and the error names it', async () => {
  const topic = await servers.createTopic()
  const from = join(folder, 'never.txt')
  await writeFile(from, 'one\n')
  const good = await connectorFile('good.properties', asProperties(sourceConfig(freshName('good'), from, topic)))
  const wrong = [
    [await connectorFile('syntax.json', '{"name": "x",}'), /syntax\.json can't be used: it is no JSON/, 1],
    [
      await connectorFile('incomplete.properties', 'name=incomplete\nconnector.class=FileStreamSource\n'),
      /incomplete\.properties: .*Missing required configuration "topic"/s,
      1,
    ],
    [
      await connectorFile('unknown.properties', 'name=unknown\nconnector.class=NoSuchConnector\n'),
      /unknown\.properties: Failed to find any class .*NoSuchConnector/s,
      1,
    ],
  ] as const
  for (const [file, reason, code] of wrong) {
    const { worker } = await standalone([good, file])
    await using _ = worker
    await worker.launch()
    expect((await untilEnd(worker)).code).toBe(code)
    expect(await worker.logs()).toMatch(reason)
  }
  const { worker } = await standalone([good], { 'offset.storage.file.filename': '' })
  await using _ = worker
  await worker.launch()
  expect((await untilEnd(worker)).code).toBe(2)
  expect(await worker.logs()).toContain('offset.storage.file.filename')
  expect(await readRecords(topic)).toEqual([])
})
