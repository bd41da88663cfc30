/** A cluster of Kafka Connect on the JVM is taken over with its topics, and taken back. Skipped where there is no JDK. */
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConnectClient } from '@penstock/client'
import { expect, test } from 'vitest'
import {
  deleteTopics,
  findJvmConnect,
  freshName,
  type JvmConnect,
  NotYet,
  readRecords,
  startCluster,
  startJvmWorker,
  until,
} from './harness/index.ts'

const jvm = await findJvmConnect()

/** The connectors of one group with their files, whoever runs them. */
class Lines implements AsyncDisposable {
  readonly groupId = freshName('taken')
  readonly topic = freshName('lines')
  readonly #folder: string
  #written = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  static async create(): Promise<Lines> {
    const lines = new Lines(await mkdtemp(join(tmpdir(), 'penstock-lines-')))
    await writeFile(lines.#input, '')
    return lines
  }

  get #input(): string {
    return join(this.#folder, 'höhe 🚰.txt') // beyond ASCII: positions are found by the bytes of their keys
  }
  get #output(): string {
    return join(this.#folder, 'out.txt')
  }

  /** Worker properties of a cluster that has the group and topics of this one. */
  get properties(): Record<string, string> {
    return {
      'group.id': this.groupId,
      'config.storage.topic': `${this.groupId}-configs`,
      'offset.storage.topic': `${this.groupId}-offsets`,
      'status.storage.topic': `${this.groupId}-status`,
      'offset.flush.interval.ms': '500',
      'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    }
  }

  async createConnectors(client: ConnectClient): Promise<void> {
    const source = { 'connector.class': 'FileStreamSource', file: this.#input, topic: this.topic, 'tasks.max': '1' }
    const sink = { 'connector.class': 'FileStreamSink', file: this.#output, topics: this.topic, 'tasks.max': '1' }
    await client.createConnector({ name: 'source', config: source })
    await client.createConnector({ name: this.sink, config: sink })
    await client.createConnector({ name: 'paused', config: source, initial_state: 'PAUSED' })
    await client.createConnector({ name: 'stopped', config: sink, initial_state: 'STOPPED' })
  }

  /** Its name is that of its consumer group. */
  get sink(): string {
    return `sink-${this.groupId}`
  }

  async untilInTheirStates(client: ConnectClient): Promise<void> {
    const expected = { source: 'RUNNING', [this.sink]: 'RUNNING', paused: 'PAUSED', stopped: 'STOPPED' }
    for (const [name, state] of Object.entries(expected)) {
      const inState = async () => {
        const { connector, tasks } = await client.status(name)
        const tasksFit = state === 'RUNNING' ? tasks.length === 1 : true
        const all = [connector, ...tasks].every((part) => part.state === state)
        return all && tasksFit ? true : new NotYet({ connector, tasks })
      }
      await until(inState, { what: `${name} to be ${state}`, deadlineMs: 45_000 })
    }
  }

  /** Resolves when the next lines have gone from file to topic to file, and none twice. */
  async pass(count: number): Promise<void> {
    const next = Array.from({ length: count }, (_line, index) => `line ${this.#written + index + 1}`)
    await appendFile(this.#input, next.map((line) => `${line}\n`).join(''))
    this.#written += count
    const all = Array.from({ length: this.#written }, (_line, index) => `line ${index + 1}`)
    const arrived = async () => {
      const written = (await readFile(this.#output, 'utf8').catch(() => '')).trimEnd().split('\n')
      return written.length >= all.length ? written : new NotYet(`${written.length} of ${all.length} lines`)
    }
    expect(await until(arrived, { what: 'the lines to arrive', deadlineMs: 45_000 })).toEqual(all)
    expect((await readRecords(this.topic)).map(({ value }) => String(value))).toEqual(all)
  }

  /** Resolves when the positions of all lines are stored. */
  async untilStored(client: ConnectClient): Promise<void> {
    const stored = async () => {
      const [source] = (await client.offsets('source')).offsets
      const [sink] = (await client.offsets(this.sink)).offsets
      const bytes = (await readFile(this.#input)).length
      const done = source?.offset?.position === bytes && sink?.offset?.kafka_offset === this.#written
      return done ? true : new NotYet({ source, sink, bytes })
    }
    await until(stored, { what: 'positions to be stored', deadlineMs: 30_000 })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await deleteTopics([this.topic, ...['configs', 'offsets', 'status'].map((name) => `${this.groupId}-${name}`)])
    await rm(this.#folder, { recursive: true, force: true })
  }
}

test.skipIf(!jvm)('a cluster on the JVM is taken over with positions and target states, and taken back', async () => {
  await using lines = await Lines.create()
  await onTheJvm(jvm as JvmConnect, lines, async (client) => {
    await lines.createConnectors(client)
    await lines.untilInTheirStates(client)
    await lines.pass(50)
    await lines.untilStored(client)
  })
  {
    await using cluster = await startCluster({ workers: 1, properties: lines.properties })
    await lines.untilInTheirStates(cluster.client)
    expect((await cluster.client.connectors()).sort()).toEqual(['paused', lines.sink, 'source', 'stopped'].sort())
    await lines.pass(50)
    await lines.untilStored(cluster.client)
    expect(await cluster.client.topics('source')).toEqual([lines.topic])
    await cluster.worker(0).stop()
  }
  await onTheJvm(jvm as JvmConnect, lines, async (client) => {
    await lines.untilInTheirStates(client)
    await lines.pass(50)
  })
})

async function onTheJvm(
  jvm: JvmConnect,
  { groupId, properties }: Lines,
  use: (client: ConnectClient) => Promise<void>,
): Promise<void> {
  await using worker = await startJvmWorker(jvm, { groupId, properties })
  await use(worker.client)
  // Its shutdown hooks sometimes wait for each other for ever: then it is killed, with its positions stored before.
  await worker.stop()
}
