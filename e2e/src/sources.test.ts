import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cluster, freshName, NotYet, readRecords, startCluster, until } from './harness/index.ts'

let cluster: Cluster
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'penstock-sources-'))
  cluster = await startCluster({ workers: 2, properties: { 'offset.flush.interval.ms': '500' } })
})
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]()
  if (folder) await rm(folder, { recursive: true, force: true })
})

/** Sends a file's lines to a topic of the connector's name; values are the lines as they are. */
async function startFileSource(config: Readonly<Record<string, string>> = {}) {
  const name = freshName('file')
  const file = join(folder, `${name}.txt`)
  await writeFile(file, '')
  await cluster.createConnector(name, {
    'connector.class': 'org.apache.kafka.connect.file.FileStreamSourceConnector',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    file,
    topic: name,
    ...config,
  })
  await cluster.untilRunning(name, { tasks: 1 })
  const append = (...lines: readonly string[]) => appendFile(file, lines.map((line) => `${line}\n`).join(''))
  return { name, file, append }
}

async function linesIn(topic: string): Promise<(string | undefined)[]> {
  return (await readRecords(topic)).map(({ value }) => value?.toString())
}

function untilLines(topic: string, expected: readonly string[]): Promise<unknown> {
  return until(
    async () => {
      const lines = await linesIn(topic)
      return JSON.stringify(lines) === JSON.stringify(expected) || new NotYet(lines)
    },
    { what: `${expected.length} lines in ${topic}`, deadlineMs: 30_000 },
  )
}

function untilPosition(name: string, position: number): Promise<unknown> {
  return until(
    async () => {
      const { offsets } = await cluster.client.offsets(name)
      return offsets[0]?.offset?.position === position || new NotYet(offsets)
    },
    { what: `${name} to have stored position ${position}` },
  )
}

/** How often work was dealt out since the workers were started. */
async function rebalances(): Promise<number> {
  const logs = await Promise.all(cluster.workers.map((worker) => worker.logs()))
  return logs.join('\n').match(/assigned work as leader/g)?.length ?? 0
}

test('a source goes on where it was after its worker was killed', async () => {
  const { name, append } = await startFileSource()
  await append('one', 'two')
  await untilLines(name, ['one', 'two'])
  await untilPosition(name, 8)
  const { tasks } = await cluster.client.status(name)
  const victim = cluster.workers.find(({ workerId }) => workerId === tasks[0]?.worker_id)!
  await victim.killAll()
  await append('three')
  await untilLines(name, ['one', 'two', 'three'])
  await victim.restart()
})

test('a paused source sends nothing, a resumed one what came meanwhile', async () => {
  const { name, append } = await startFileSource()
  await append('one')
  await untilLines(name, ['one'])
  await cluster.client.pause(name)
  await until(
    async () => {
      const status = await cluster.client.status(name)
      return status.tasks[0]?.state === 'PAUSED' || new NotYet(status)
    },
    { what: 'a PAUSED task' },
  )
  await append('two')
  await untilPosition(name, 4)
  expect(await linesIn(name)).toEqual(['one'])
  await cluster.client.resume(name)
  await untilLines(name, ['one', 'two'])
})

test('positions are altered and reset while the connector is stopped, and nowhere else', async () => {
  const { name, file, append } = await startFileSource()
  await append('one', 'two')
  await untilPosition(name, 8)
  const partition = { filename: file }
  const toTwo = [{ partition, offset: { position: 4 } }]
  await expect(cluster.client.alterOffsets(name, toTwo)).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('Connectors must be in the STOPPED state'),
  })
  await cluster.client.stop(name)
  await until(async () => (await cluster.client.status(name)).tasks.length === 0, { what: `${name} to be stopped` })
  expect(await cluster.client.alterOffsets(name, toTwo)).toEqual({
    message: 'The offsets for this connector have been altered successfully',
  })
  expect(await cluster.client.offsets(name)).toEqual({ offsets: toTwo })
  await cluster.client.resume(name)
  await untilLines(name, ['one', 'two', 'two'])
  await cluster.client.stop(name)
  await until(async () => (await cluster.client.status(name)).tasks.length === 0, { what: `${name} to be stopped` })
  expect(await cluster.client.resetOffsets(name)).toEqual({
    message: 'The offsets for this connector have been reset successfully',
  })
  expect(await cluster.client.offsets(name)).toEqual({ offsets: [] })
  await cluster.client.resume(name)
  await untilLines(name, ['one', 'two', 'two', 'one', 'two'])
})

test('topics are created by the connector’s groups, and remembered as active', async () => {
  const { name, append } = await startFileSource({
    'topic.creation.default.partitions': '1',
    'topic.creation.default.replication.factor': '1',
    'topic.creation.groups': 'wide',
    'topic.creation.wide.include': '.*file.*',
    'topic.creation.wide.partitions': '4',
    'topic.creation.wide.retention.ms': '3600000',
    transforms: 'route',
    'transforms.route.type': 'RegexRouter',
    'transforms.route.regex': '.*',
    'transforms.route.replacement': '$0-routed',
  })
  await append('one')
  await untilLines(`${name}-routed`, ['one'])
  expect(await cluster.partitionCount(`${name}-routed`)).toBe(4)
  await until(
    async () => {
      const topics = await cluster.client.topics(name)
      return topics.join() === `${name}-routed` || new NotYet(topics)
    },
    { what: 'the active topics' },
  )
})

test('forty connectors that are created at once take a few rebalances, not forty', async () => {
  const names = Array.from({ length: 40 }, () => freshName('burst'))
  const before = await rebalances()
  await Promise.all(
    names.map((name) =>
      cluster.createConnector(name, { 'connector.class': 'FileStreamSource', file: join(folder, name), topic: name }),
    ),
  )
  await Promise.all(names.map((name) => cluster.untilRunning(name, { tasks: 1 }, 60_000)))
  expect((await rebalances()) - before).toBeLessThan(names.length)
  await Promise.all(names.map((name) => cluster.client.deleteConnector(name)))
})

test('positions live in a topic of the connector’s own where it names one', async () => {
  const own = freshName('own-offsets')
  const { name, file, append } = await startFileSource({ 'offsets.storage.topic': own })
  await append('one')
  await untilPosition(name, 4)
  const stored = (await readRecords(own)).map(({ key, value }) => [key?.toString(), value?.toString()])
  expect(stored).toEqual([[`["${name}",{"filename":"${file}"}]`, '{"position":4}']])
})
