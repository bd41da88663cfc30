/** Makes the Kafka clients of one task, from the worker's settings and the connector's overrides; closes them in the end. */
import type { Logger, RawConfig, TaskId } from '@penstock/core'
import { type ClientKind, connectorClientProperties } from '../config/client-properties.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import { KafkaAdmin } from '../kafka/admin.ts'
import { type ClientProperties, toProtocolClient, toRdkafka } from '../kafka/client-config.ts'
import { KafkaProducer } from '../kafka/producer.ts'

/** What is to be closed when the task ends, last opened first. */
export type Closer = () => Promise<void> | void

export const connectTimeoutMs = 30_000

export class TaskClients {
  readonly #id: TaskId
  readonly #connector: RawConfig
  readonly #worker: WorkerConfig
  readonly #logger: Logger
  readonly #closers: Closer[] = []
  #admin: KafkaAdmin | null = null

  constructor(parts: { id: TaskId; connector: RawConfig; worker: WorkerConfig; logger: Logger }) {
    this.#id = parts.id
    this.#connector = parts.connector
    this.#worker = parts.worker
    this.#logger = parts.logger
  }

  /** Java-style properties of a client: `base`, then the worker's prefixed keys, then the connector's overrides. */
  properties(kind: ClientKind, base: ClientProperties): ClientProperties {
    return connectorClientProperties(kind, { base, worker: this.#worker.raw, connector: this.#connector })
  }

  /** The same for librdkafka; what can't be translated is warned of. */
  rdkafka(properties: ClientProperties): Record<string, string | number | boolean> {
    const { config, warnings } = toRdkafka(properties)
    for (const warning of warnings) this.#logger.warn(warning)
    return config
  }

  /** One for all that the task asks; connects with its first call. */
  admin(): KafkaAdmin {
    if (this.#admin === null) {
      const { connector, task } = this.#id
      const base = { 'client.id': `connector-adminclient-${connector}-${task}` }
      const admin = new KafkaAdmin(toProtocolClient(this.properties('admin', base)))
      this.#closers.push(() => admin.close())
      this.#admin = admin
    }
    return this.#admin
  }

  /**
   * A connected producer. What it still holds in the end is sent within `offset.flush.timeout.ms`, but none of it once
   * `cancelled` has aborted.
   */
  async producer(properties: ClientProperties, cancelled?: AbortSignal): Promise<KafkaProducer> {
    const producer = new KafkaProducer(this.rdkafka(properties))
    producer.onWarning = (error) =>
      this.#logger.warn('the producer reports a problem it goes on from', { reason: error.message })
    this.#closers.push(() => producer.close(cancelled?.aborted === true ? 0 : this.#worker['offset.flush.timeout.ms']))
    await producer.connect(connectTimeoutMs)
    return producer
  }

  onClose(closer: Closer): void {
    this.#closers.push(closer)
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close()
      } catch (error) {
        this.#logger.warn('closing a client failed', { error })
      }
    }
  }
}
