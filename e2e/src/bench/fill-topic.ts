import { Producer } from './producer.ts'

/** Writes the values to the partitions in turn, uncompressed; resolves when all are stored. */
export async function fillTopic(
  topic: string,
  partitions: number,
  values: Iterable<string> | Iterable<Buffer>,
): Promise<void> {
  await using producer = await Producer.connect()
  let number = 0
  for (const value of values) {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value
    const partition = number++ % partitions
    if (!producer.tryProduce(topic, partition, bytes)) await producer.produce(topic, partition, bytes)
  }
  await producer.flush()
}
