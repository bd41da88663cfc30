/** Records written to and read from Kafka by tests, with where they are. */
import kafka from '@confluentinc/kafka-javascript'
import { stack } from './stack-env.ts'

/** Long enough for a restart of the broker. */
const DELIVERY_MS = 90_000
const ACKNOWLEDGED_MS = DELIVERY_MS + 10_000

export interface RecordToProduce {
  readonly key?: string | Buffer | null
  readonly value: string | Buffer | null
  readonly partition?: number
  readonly headers?: Readonly<Record<string, string | Buffer>>
  readonly timestamp?: number
}

export interface StoredRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, string>>
  readonly timestamp: number | undefined
}

export interface ProduceOptions {
  /** Paces the records; as fast as they go without. */
  readonly perSecond?: number
  /** So many come first, as fast as they go. */
  readonly burst?: number
  /** Stops early; what was produced until then is handed out. */
  readonly signal?: AbortSignal
}

/** topic+partition+offset: the id of a record's document. */
export function idOf({ topic, partition, offset }: Pick<StoredRecord, 'topic' | 'partition' | 'offset'>): string {
  return `${topic}+${partition}+${offset}`
}

/** A log event of about 200 bytes with an integer that a double can't hold. */
export function sampleRecord(topic: string, number: number): RecordToProduce {
  const value = `{"number":${number},"precise":${9007199254740993n + BigInt(number)},"price":${number}.10,"topic":"${topic}","message":"event ${number} happened: höher, schneller, weiter","level":"${number % 10 === 0 ? 'WARN' : 'INFO'}"}`
  return { key: `key-${number % 1000}`, value }
}

/** Writes the records with acks=all, idempotently, and resolves when all are acknowledged, in their given order. */
export async function produceRecords(
  topic: string,
  records: Iterable<RecordToProduce>,
  { perSecond, burst = 0, signal }: ProduceOptions = {},
): Promise<StoredRecord[]> {
  const producer = new kafka.Producer(
    {
      'bootstrap.servers': stack.kafka,
      'enable.idempotence': true,
      'linger.ms': 5,
      'message.max.bytes': 100_000_000,
      'delivery.timeout.ms': DELIVERY_MS,
      dr_cb: true,
    },
    {},
  )
  await connected(producer)
  producer.setPollInterval(10)
  const stored: StoredRecord[] = []
  const sent: RecordToProduce[] = []
  let acknowledged = 0
  let failure: Error | undefined
  producer.on('delivery-report', (error, report) => {
    acknowledged++
    const record = sent[report.opaque as number]
    if (error || !record) failure ??= new Error(`a record for ${topic} was not stored: ${error?.message}`)
    else stored[report.opaque as number] = toStored(record, report.topic, report.partition, report.offset)
  })
  try {
    const startedAt = Date.now()
    for (const record of records) {
      if (signal?.aborted || failure) break
      const paced = sent.length - burst
      if (perSecond !== undefined && paced >= 0) await pause(startedAt + (paced * 1000) / perSecond - Date.now())
      sent.push(record)
      await send(producer, topic, record, sent.length - 1)
    }
    const deadline = Date.now() + ACKNOWLEDGED_MS
    while (acknowledged < sent.length && !failure) {
      if (Date.now() > deadline)
        throw new Error(`${acknowledged} of ${sent.length} records for ${topic} are acknowledged`)
      await pause(5)
    }
    if (failure) throw failure
    return stored
  } finally {
    await disconnected(producer)
  }
}

async function send(producer: kafka.Producer, topic: string, record: RecordToProduce, number: number): Promise<void> {
  const headers = Object.entries(record.headers ?? {}).map(([name, value]) => ({ [name]: value }))
  for (;;) {
    try {
      producer.produce(
        topic,
        record.partition,
        bytes(record.value),
        bytes(record.key),
        record.timestamp,
        number,
        headers,
      )
      return
    } catch (error) {
      if ((error as { code?: number }).code !== kafka.CODES.ERRORS.ERR__QUEUE_FULL) throw error
      await pause(10)
    }
  }
}

function toStored(record: RecordToProduce, topic: string, partition: number, offset: number): StoredRecord {
  const headers = Object.fromEntries(Object.entries(record.headers ?? {}).map(([name, value]) => [name, String(value)]))
  const { timestamp } = record
  return {
    topic,
    partition,
    offset: BigInt(offset),
    key: bytes(record.key),
    value: bytes(record.value),
    headers,
    timestamp,
  }
}

function bytes(data: string | Buffer | null | undefined): Buffer | null {
  return typeof data === 'string' ? Buffer.from(data) : (data ?? null)
}

/** The offset after the last record, by partition. */
export function endsOf(records: readonly Pick<StoredRecord, 'partition' | 'offset'>[]): Map<number, bigint> {
  const ends = new Map<number, bigint>()
  for (const { partition, offset } of records) {
    if (offset >= (ends.get(partition) ?? 0n)) ends.set(partition, offset + 1n)
  }
  return ends
}

/** All committed records that are in the topic now, by partition and offset. */
export async function readRecords(topic: string): Promise<StoredRecord[]> {
  const consumer = new kafka.KafkaConsumer(
    {
      'bootstrap.servers': stack.kafka,
      'group.id': `reader-${process.pid}-${Date.now()}`,
      'enable.auto.commit': false,
      'enable.partition.eof': true,
      'isolation.level': 'read_committed',
    },
    { 'auto.offset.reset': 'earliest' },
  )
  await connected(consumer)
  try {
    const partitions = await partitionsOf(consumer, topic)
    const open = new Set<number>(partitions)
    consumer.on('partition.eof', ({ partition }: { partition: number }) => open.delete(partition))
    consumer.assign(partitions.map((partition) => ({ topic, partition, offset: 0 })))
    consumer.setDefaultConsumeTimeout(100)
    const records: StoredRecord[] = []
    while (open.size > 0) records.push(...(await consumeSome(consumer)))
    return records.sort((a, b) => a.partition - b.partition || Number(a.offset - b.offset))
  } finally {
    await disconnected(consumer)
  }
}

function consumeSome(consumer: kafka.KafkaConsumer): Promise<StoredRecord[]> {
  return new Promise((resolve, reject) => {
    consumer.consume(1_000, (error, messages) => (error ? reject(error) : resolve(messages.map(fromMessage))))
  })
}

function fromMessage(message: kafka.Message): StoredRecord {
  const { topic, partition, offset, value, key, timestamp } = message
  const pairs = (message.headers ?? []).flatMap((header) => Object.entries(header))
  const headers = Object.fromEntries(pairs.map(([name, value]) => [name, value === null ? '' : String(value)]))
  return { topic, partition, offset: BigInt(offset), value, key: bytes(key), headers, timestamp }
}

function partitionsOf(consumer: kafka.KafkaConsumer, topic: string): Promise<number[]> {
  return new Promise((resolve, reject) => {
    consumer.getMetadata({ topic, timeout: 10_000 }, (error, metadata) => {
      const found = metadata?.topics.find(({ name }) => name === topic)
      if (error || !found) reject(error ?? new Error(`no topic ${topic}`))
      else resolve(found.partitions.map(({ id }) => id))
    })
  })
}

type Client = kafka.Producer | kafka.KafkaConsumer

function connected(client: Client): Promise<void> {
  // Told by the calls that fail; unheard, the event would end the process.
  if (client instanceof kafka.Producer) client.on('event.error', () => {})
  else client.on('event.error', () => {})
  return new Promise((resolve, reject) => {
    client.connect({ timeout: 30_000 }, (error) => (error ? reject(error) : resolve()))
  })
}

function disconnected(client: Client): Promise<void> {
  return new Promise((resolve) => client.disconnect(() => resolve()))
}

function pause(ms: number): Promise<void> {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : Promise.resolve()
}
