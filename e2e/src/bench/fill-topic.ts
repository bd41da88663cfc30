import { setTimeout as sleep } from 'node:timers/promises'
import kafka from '@confluentinc/kafka-javascript'
import { stack } from '../harness/index.ts'

/** Writes the values to the partitions in turn, uncompressed; resolves when all are stored. */
export async function fillTopic(topic: string, partitions: number, values: Iterable<string>): Promise<void> {
  const producer = new kafka.Producer(
    {
      'bootstrap.servers': stack.kafka,
      'enable.idempotence': true,
      'linger.ms': 20,
      'queue.buffering.max.messages': 200_000,
      'delivery.timeout.ms': 300_000,
    },
    {},
  )
  producer.on('event.error', () => {}) // told by the calls that fail
  await new Promise<void>((resolve, reject) =>
    producer.connect({ timeout: 30_000 }, (error) => (error ? reject(error) : resolve())),
  )
  producer.setPollInterval(10) // takes what is delivered off the client's queue
  try {
    let number = 0
    for (const value of values) {
      const bytes = Buffer.from(value)
      while (!tryProduce(producer, topic, number % partitions, bytes)) await sleep(5)
      number++
    }
    await new Promise<void>((resolve, reject) =>
      producer.flush(300_000, (error) => (error ? reject(error) : resolve())),
    )
  } finally {
    await new Promise<void>((resolve) => producer.disconnect(() => resolve()))
  }
}

/** False while the client's queue is full. */
function tryProduce(producer: kafka.Producer, topic: string, partition: number, value: Buffer): boolean {
  try {
    producer.produce(topic, partition, value, null)
    return true
  } catch (error) {
    if ((error as { code?: number }).code === kafka.CODES.ERRORS.ERR__QUEUE_FULL) return false
    throw error
  }
}
