/** Fences transactional producers by their ids: who still holds one can write no more (KIP-618). */
import { ConnectError, RetriableError } from '@penstock/core'
import type { Connection } from '@platformatic/kafka'
import { pause } from '../time/pause.ts'
import type { ProtocolClientConfig } from './client-config.ts'
import { connectTo, findCoordinator } from './coordinator.ts'
import { kafkaErrorCode, kafkaErrors } from './protocol-errors.ts'

/** The timeout is that of the transaction which the call could begin, and never does. */
const transactionTimeoutMs = 60_000
const retryPauseMs = 200

/** Resolves when all of them are fenced. Rejects after the time, or with what the brokers refuse. */
export async function fenceProducers(
  config: ProtocolClientConfig,
  transactionalIds: readonly string[],
  timeoutMs: number,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  const connections = new Map<string, Connection>()
  try {
    // One after another: a coordinator keeps its own log, and there are as many as the connector has had tasks.
    for (const id of transactionalIds) await fence(config, id, connections, deadline)
  } finally {
    await Promise.all([...connections.values()].map((connection) => connection.close().catch(() => {})))
  }
}

async function fence(
  config: ProtocolClientConfig,
  transactionalId: string,
  connections: Map<string, Connection>,
  deadline: number,
): Promise<void> {
  const { initProducerIdV4 } = await import('@platformatic/kafka')
  for (;;) {
    let address = ''
    try {
      const coordinator = await findCoordinator(config, transactionalId, 'transaction')
      address = `${coordinator.host}:${coordinator.port}`
      const connection = connections.get(address) ?? (await connectTo(config, coordinator))
      connections.set(address, connection)
      await initProducerIdV4.api.async(connection, transactionalId, transactionTimeoutMs)
      return
    } catch (error) {
      const code = kafkaErrorCode(error)
      const passing = code === null || kafkaErrors.retriable.has(code) || code === kafkaErrors.concurrentTransactions
      if (!passing) {
        throw new ConnectError('kafka.fence', `the producer ${transactionalId} can't be fenced`, { cause: error })
      }
      if (Date.now() > deadline) {
        throw new RetriableError('kafka.fence', `the producer ${transactionalId} could not be fenced in time`, {
          cause: error,
        })
      }
      // A connection that was lost stays so: the next try makes its own.
      if (code === null) {
        await connections
          .get(address)
          ?.close()
          .catch(() => {})
        connections.delete(address)
      }
      await pause(retryPauseMs)
    }
  }
}
