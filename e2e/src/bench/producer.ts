/** The native producer with promises: fast enough to fill topics, and tells when it is full. */
import { setTimeout as sleep } from 'node:timers/promises'
import kafka from '@confluentinc/kafka-javascript'
import { stack } from '../harness/index.ts'

const flushMs = 300_000

export class Producer implements AsyncDisposable {
  readonly #client: kafka.Producer

  private constructor(client: kafka.Producer) {
    this.#client = client
  }

  static async connect(lingerMs = 20): Promise<Producer> {
    const client = new kafka.Producer(
      {
        'bootstrap.servers': stack.kafka,
        'enable.idempotence': true,
        'linger.ms': lingerMs,
        'queue.buffering.max.messages': 200_000,
        'delivery.timeout.ms': flushMs,
      },
      {},
    )
    client.on('event.error', () => {}) // told by the calls that fail
    await new Promise<void>((resolve, reject) =>
      client.connect({ timeout: 30_000 }, (error) => (error ? reject(error) : resolve())),
    )
    client.setPollInterval(10) // takes what is delivered off the client's queue
    return new Producer(client)
  }

  /** Resolves when the client has taken the record; records of a partition keep their order. */
  async produce(topic: string, partition: number, value: Buffer): Promise<void> {
    while (!this.tryProduce(topic, partition, value)) await sleep(5)
  }

  /** False while the client's queue is full. */
  tryProduce(topic: string, partition: number, value: Buffer): boolean {
    try {
      this.#client.produce(topic, partition, value, null)
      return true
    } catch (error) {
      if ((error as { code?: number }).code === kafka.CODES.ERRORS.ERR__QUEUE_FULL) return false
      throw error
    }
  }

  /** Resolves when all records are stored. */
  async flush(): Promise<void> {
    await new Promise<void>((resolve, reject) =>
      this.#client.flush(flushMs, (error) => (error ? reject(error) : resolve())),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#client.disconnect(() => resolve()))
  }
}
