import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KafkaAdmin } from './admin.ts'
import { toProtocolClient, toRdkafka } from './client-config.ts'
import { KafkaConsumer } from './consumer.ts'
import { KafkaProducer } from './producer.ts'

const servers = process.env.KAFKA_BOOTSTRAP_SERVERS ?? ''

const nowhere = { 'bootstrap.servers': '127.0.0.1:1', 'group.id': 'g' }
const waits = { onAssigned: async () => {}, onRevoked: async () => {} }

// A native crash would end the test's process.
test('clients that were never connected can be closed', async () => {
  await new KafkaConsumer(nowhere, waits).close()
  await new KafkaConsumer(nowhere).close()
  await new KafkaProducer({ 'bootstrap.servers': '127.0.0.1:1' }).close(100)
})

test('clients that could not connect say so, and can be closed', async () => {
  const consumer = new KafkaConsumer(nowhere, waits)
  const producer = new KafkaProducer({ 'bootstrap.servers': '127.0.0.1:1' })
  const refused = { code: 'kafka.unreachable', retriable: true }
  await Promise.all([
    expect(consumer.connect(200)).rejects.toMatchObject(refused),
    expect(producer.connect(200)).rejects.toMatchObject(refused),
  ])
  await Promise.all([consumer.close(), producer.close(100)])
})

test('a consumer that is closed while it connects waits for that', async () => {
  const consumer = new KafkaConsumer(nowhere, waits)
  const connected = consumer.connect(200)
  await Promise.all([expect(connected).rejects.toThrow(), consumer.close()])
  expect(await consumer.poll(1, 0)).toEqual([])
})

describe.skipIf(servers === '')('on Kafka, where KAFKA_BOOTSTRAP_SERVERS names one', { timeout: 60_000 }, () => {
  const properties = { 'bootstrap.servers': servers }
  const { config } = toRdkafka(properties)
  let admin: KafkaAdmin
  let producer: KafkaProducer
  beforeAll(async () => {
    admin = new KafkaAdmin(toProtocolClient(properties))
    producer = new KafkaProducer(config)
    await producer.connect(30_000)
  }, 60_000)
  afterAll(async () => {
    await producer.close(5_000)
    await admin.close()
  })

  test('partitions paused while they are assigned give no record before they are resumed', async () => {
    const topic = `consumer-${randomUUID()}`
    await admin.createTopic({ name: topic, partitions: 1, replicationFactor: 1, config: {} })
    await producer.send({ topic, partition: 0, key: null, value: Buffer.from('x') })
    let assigned = false
    const consumer: KafkaConsumer = new KafkaConsumer(
      { ...config, 'group.id': topic, 'auto.offset.reset': 'earliest' },
      {
        onAssigned: async (partitions) => {
          assigned = true
          consumer.pause(partitions)
        },
        onRevoked: async () => {},
      },
    )
    await consumer.connect(30_000)
    try {
      consumer.subscribe([topic])
      while (!assigned) expect(await consumer.poll(10, 100)).toEqual([])
      for (let polls = 0; polls < 10; polls++) expect(await consumer.poll(10, 100)).toEqual([])
      consumer.resume([{ topic, partition: 0 }])
      await expect.poll(() => consumer.poll(10, 100), { timeout: 20_000 }).toHaveLength(1)
    } finally {
      await consumer.close()
    }
  })
})
