import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe } from 'vitest'
import { KafkaAdmin } from '../kafka/admin.ts'
import { toProtocolClient, toRdkafka } from '../kafka/client-config.ts'
import { KafkaProducer } from '../kafka/producer.ts'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { KafkaCompactedLog } from './compacted-log.ts'
import { compactedLogSuite } from './fixtures/compacted-log.suite.ts'
import { MemoryCompactedLog, MemoryTopic } from './memory-compacted-log.ts'

describe('in memory', () => {
  compactedLogSuite({
    open: async () => {
      const topic = new MemoryTopic()
      return (onRecord) => new MemoryCompactedLog(topic, onRecord)
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
    producer = new KafkaProducer({
      ...config,
      acks: 'all',
      'max.in.flight.requests.per.connection': 1,
      'linger.ms': 0,
    })
    await producer.connect(30_000)
  }, 60_000)
  afterAll(async () => {
    await producer.close(5_000)
    await admin.close()
  })

  compactedLogSuite({
    open: async () => {
      const name = `compacted-log-${randomUUID()}`
      const logger = recordingLogger()
      return (onRecord) =>
        new KafkaCompactedLog({
          topic: { name, partitions: 1, replicationFactor: 1, config: {} },
          topicKey: 'config.storage.topic',
          consumerConfig: { ...config, 'group.id': name },
          producer,
          admin,
          logger,
          startTimeoutMs: 30_000,
          onFatal: () => {},
          onRecord,
        })
    },
  })
})
