import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { KafkaAdmin } from '../kafka/admin.ts'
import { toProtocolClient, toRdkafka } from '../kafka/client-config.ts'
import { KafkaProducer } from '../kafka/producer.ts'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { type CompactedLog, KafkaCompactedLog, type LogRecord } from './compacted-log.ts'
import { FileOffsetStore } from './file-offset-store.ts'
import { offsetStoreSuite } from './fixtures/offset-store.suite.ts'
import { KafkaOffsetStore } from './kafka-offset-store.ts'
import { MemoryCompactedLog, MemoryTopic } from './memory-compacted-log.ts'
import { MemoryOffsetStore } from './memory-offset-store.ts'
import { StoredOffsets } from './offset-store.ts'

/** A store on a topic, opened as often as is asked for. */
async function onTopic(makeLog: (onRecord: (record: LogRecord) => void) => CompactedLog) {
  const logs: CompactedLog[] = []
  const open = async (): Promise<KafkaOffsetStore> => {
    const stored = new StoredOffsets(recordingLogger())
    const log = makeLog((record) => stored.apply(record))
    logs.push(log)
    await log.start()
    return new KafkaOffsetStore(log, stored)
  }
  return {
    store: await open(),
    reopened: open,
    close: async () => void (await Promise.all(logs.map((log) => log.stop()))),
  }
}

describe('in memory', () => {
  offsetStoreSuite({
    open: async () => ({ store: new MemoryOffsetStore(), reopened: async () => null, close: async () => {} }),
  })
})

describe('in a file', () => {
  offsetStoreSuite({
    open: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'offsets-'))
      const file = join(folder, 'offsets.json')
      return {
        store: await FileOffsetStore.open(file),
        reopened: () => FileOffsetStore.open(file),
        close: () => rm(folder, { recursive: true }),
      }
    },
  })
})

describe('in a topic in memory', () => {
  offsetStoreSuite({
    open: async () => {
      const topic = new MemoryTopic()
      return onTopic((onRecord) => new MemoryCompactedLog(topic, onRecord))
    },
  })
})

const servers = process.env.KAFKA_BOOTSTRAP_SERVERS ?? ''

describe.skipIf(servers === '')('on Kafka, where KAFKA_BOOTSTRAP_SERVERS names one', { timeout: 60_000 }, () => {
  const properties = { 'bootstrap.servers': servers }
  const { config } = toRdkafka(properties)
  let admin: KafkaAdmin
  let producer: KafkaProducer
  beforeAll(async () => {
    admin = new KafkaAdmin(toProtocolClient(properties))
    producer = new KafkaProducer({ ...config, acks: 'all', 'linger.ms': 0 })
    await producer.connect(30_000)
  }, 60_000)
  afterAll(async () => {
    await producer.close(5_000)
    await admin.close()
  })

  offsetStoreSuite({
    runs: 5,
    open: async () => {
      const name = `offsets-${randomUUID()}`
      return onTopic(
        (onRecord) =>
          new KafkaCompactedLog({
            topic: { name, partitions: 3, replicationFactor: 1, config: {} },
            topicKey: 'offset.storage.topic',
            consumerConfig: { ...config, 'group.id': name },
            producer,
            admin,
            logger: recordingLogger(),
            startTimeoutMs: 30_000,
            onFatal: () => {},
            onRecord,
          }),
      )
    },
  })
})
