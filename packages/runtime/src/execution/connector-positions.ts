/**
 * Reads and changes the stored positions of connectors that don't run, and fences their producers: on an executor,
 * because that needs the connector's client settings and its plugin's word (KIP-875, KIP-618).
 */
import { ConnectError, type Logger, type RawConfig, RetriableError } from '@penstock/core'
import { sinkConsumerGroup } from '../config/connector-config.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import { toProtocolClient } from '../kafka/client-config.ts'
import { fenceProducers } from '../kafka/fence-producers.ts'
import type { KafkaProducer } from '../kafka/producer.ts'
import { kafkaErrorCode, kafkaErrors } from '../kafka/protocol-errors.ts'
import type { PluginRegistry } from '../plugins/registry.ts'
import { type OffsetStore, offsetKey, offsetValue } from '../storage/offset-store.ts'
import { openConnectorOffsets, transactionTopic } from './connector-offsets.ts'
import type { SinkOffset, SinkOffsetChange, SourceOffsetChange } from './ipc.ts'
import { TaskClients } from './task-clients.ts'
import { transactionalId } from './task-parts.ts'

export interface ConnectorPositionsParts {
  readonly registry: PluginRegistry
  readonly worker: WorkerConfig
  readonly workerStore: () => Promise<OffsetStore>
  readonly logger: (name: string, context?: Record<string, unknown>) => Logger
}

const fenceTimeoutMs = 90_000
const transactionTimeoutMs = 30_000

export class ConnectorPositions {
  readonly #parts: ConnectorPositionsParts

  constructor(parts: ConnectorPositionsParts) {
    this.#parts = parts
  }

  async fence(connector: string, config: RawConfig, count: number): Promise<void> {
    const { worker } = this.#parts
    await this.#withClients(connector, config, async (clients) => {
      const properties = clients.properties('admin', { 'client.id': `connector-fence-${connector}` })
      const ids = Array.from({ length: count }, (_, task) => transactionalId(worker, { connector, task }))
      await fenceProducers(toProtocolClient(properties), ids, fenceTimeoutMs)
    })
  }

  async ofSink(connector: string, config: RawConfig): Promise<readonly SinkOffset[]> {
    return this.#withClients(connector, config, (clients) => clients.admin().groupOffsets(groupOf(connector, config)))
  }

  async ofSource(connector: string, config: RawConfig): Promise<readonly SourceOffsetChange[]> {
    const { worker, workerStore } = this.#parts
    return this.#withClients(connector, config, async (clients, logger) => {
      const parts = { connector, raw: config, worker, clients, producer: null, workerStore, logger }
      return (await openConnectorOffsets(parts)).store.positions(connector)
    })
  }

  /** Null resets all. True when the plugin has altered what it keeps itself. */
  async alterSink(connector: string, config: RawConfig, changes: readonly SinkOffsetChange[] | null): Promise<boolean> {
    return this.#withClients(connector, config, async (clients) => {
      const admin = clients.admin()
      const group = groupOf(connector, config)
      const { plugin } = this.#parts.registry.findConnector(config)
      const wanted = changes ?? (await admin.groupOffsets(group)).map((one) => ({ ...one, offset: null }))
      const altered =
        plugin.kind === 'sink' &&
        (await plugin.alterOffsets?.(
          config,
          wanted.map(({ topic, partition, offset }) => ({ partition: { topic, partition }, offset })),
        )) === true
      try {
        if (changes === null) await admin.deleteGroup(group)
        else {
          const set = changes.flatMap(({ offset, ...rest }) => (offset === null ? [] : [{ ...rest, offset }]))
          const removed = changes.filter(({ offset }) => offset === null)
          if (set.length > 0) await admin.alterGroupOffsets(group, set)
          if (removed.length > 0) await admin.deleteGroupOffsets(group, removed)
        }
      } catch (error) {
        throw explained(error, connector, group)
      }
      return altered
    })
  }

  async alterSource(
    connector: string,
    config: RawConfig,
    changes: readonly SourceOffsetChange[] | null,
  ): Promise<boolean> {
    const { worker, workerStore, registry } = this.#parts
    return this.#withClients(connector, config, async (clients, logger) => {
      const producer = await clients.producer(this.#producerProperties(clients, connector))
      const parts = { connector, raw: config, worker, clients, producer, workerStore, logger }
      const opened = await openConnectorOffsets(parts)
      const { store, secondary } = opened
      const wanted = changes ?? (await store.positions(connector)).map(({ partition }) => ({ partition, offset: null }))
      const { plugin } = registry.findConnector(config)
      const altered = plugin.kind === 'source' && (await plugin.alterOffsets?.(config, wanted)) === true
      if (wanted.length === 0) return altered
      if (worker['exactly.once.source.support'] === 'enabled') {
        // What is taken away goes from the second store first, or it would come back from there.
        await secondary?.write(connector, wanted)
        await writeInTransaction(producer, transactionTopic(opened), connector, wanted)
      } else {
        await store.write(connector, wanted)
      }
      return altered
    })
  }

  #producerProperties(clients: TaskClients, connector: string): Readonly<Record<string, string>> {
    const { worker } = this.#parts
    const exactlyOnce = worker['exactly.once.source.support'] === 'enabled'
    return {
      ...clients.properties('producer', {
        'client.id': `connector-offsets-${connector}`,
        acks: 'all',
        'delivery.timeout.ms': String(transactionTimeoutMs),
      }),
      ...(exactlyOnce
        ? { 'enable.idempotence': 'true', 'transactional.id': transactionalId(worker, { connector, task: 0 }) }
        : { 'enable.idempotence': 'false' }),
    }
  }

  async #withClients<T>(
    connector: string,
    config: RawConfig,
    work: (clients: TaskClients, logger: Logger) => Promise<T>,
  ): Promise<T> {
    const logger = this.#parts.logger('offsets', { connector })
    const clients = new TaskClients({
      id: { connector, task: 0 },
      connector: config,
      worker: this.#parts.worker,
      logger,
    })
    try {
      return await work(clients, logger)
    } finally {
      await clients.close()
    }
  }
}

function groupOf(connector: string, config: RawConfig): string {
  return sinkConsumerGroup({ ...config, name: connector })
}

async function writeInTransaction(
  producer: KafkaProducer,
  topic: string,
  connector: string,
  changes: readonly SourceOffsetChange[],
): Promise<void> {
  await producer.initTransactions(transactionTimeoutMs)
  await producer.beginTransaction()
  await Promise.all(
    changes.map(({ partition, offset }) =>
      producer.send({ topic, key: offsetKey(connector, partition), value: offsetValue(offset) }),
    ),
  )
  await producer.commitTransaction(transactionTimeoutMs)
}

function explained(error: unknown, connector: string, group: string): ConnectError {
  const code = kafkaErrorCode(error)
  const busy: readonly (number | null)[] = [
    kafkaErrors.unknownMemberId,
    kafkaErrors.nonEmptyGroup,
    kafkaErrors.groupSubscribedToTopic,
  ]
  if (busy.includes(code)) {
    return new RetriableError(
      'offsets.group_in_use',
      `The offsets of connector ${connector} can't be changed while its consumer group ${group} has members: some of its tasks have not stopped yet, or it was resumed meanwhile. While the connector is stopped, the request can be safely retried`,
      { cause: error },
    )
  }
  return new ConnectError('offsets.failed', `The offsets of consumer group ${group} could not be changed`, {
    cause: error,
  })
}
