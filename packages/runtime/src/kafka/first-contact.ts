/** The first word with Kafka when a worker starts: it may be there before the brokers, or before its own user is. */
import { ConnectError, type Logger } from '@penstock/core'
import type { Connection } from '@platformatic/kafka'
import { doublingPause } from '../time/doubling-pause.ts'
import { pause } from '../time/pause.ts'
import type { ProtocolClientConfig } from './client-config.ts'
import { connectionProblem } from './connection-problem.ts'
import { connectTo } from './coordinator.ts'

export interface FirstContactOptions {
  /** How long to keep trying. */
  readonly timeoutMs: number
  readonly logger: Logger
  readonly retryBackoffMs: number
  readonly retryBackoffMaxMs: number
  /** Asks once; the brokers themselves, unless a test says otherwise. */
  readonly ask?: (client: ProtocolClientConfig) => Promise<string>
}

/**
 * Resolves with the id of the Kafka cluster as soon as a broker answers. What keeps it from that is logged, each reason
 * once; when the time is up, it rejects with the last one.
 */
export async function untilKafkaAnswers(
  client: ProtocolClientConfig,
  { timeoutMs, logger, retryBackoffMs, retryBackoffMaxMs, ask = askClusterId }: FirstContactOptions,
): Promise<string> {
  const startedAt = performance.now()
  let logged = ''
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask(client)
    } catch (error) {
      const reason = connectionProblem(error)
      const brokers = client.brokers.map(({ host, port }) => `${host}:${port}`).join(',')
      const leftMs = timeoutMs - (performance.now() - startedAt)
      if (leftMs <= 0) {
        throw new ConnectError('kafka.unreachable', `Kafka at ${brokers} can't be used: ${reason}`, { cause: error })
      }
      if (reason !== logged) logger.warn(`Kafka at ${brokers} can't be used yet, trying again: ${reason}`)
      logged = reason
      await pause(Math.min(leftMs, doublingPause(attempt, retryBackoffMs, retryBackoffMaxMs)))
    }
  }
}

/** Asks the bootstrap brokers in turn, over a connection each; rejects with what the last one said. */
async function askClusterId(client: ProtocolClientConfig): Promise<string> {
  const { metadataV9 } = await import('@platformatic/kafka')
  let failure: unknown
  for (const broker of client.brokers) {
    let connection: Connection | null = null
    // A certificate that the broker refuses comes back as an alert after the handshake; the request only ends.
    let alert: Error | null = null
    try {
      connection = await connectTo(client, broker)
      connection.on('error', (error) => {
        alert ??= error
      })
      const { clusterId } = await metadataV9.api.async(connection, [], false, false, false)
      return clusterId ?? ''
    } catch (error) {
      failure = alert ?? error
    } finally {
      await connection?.close().catch(() => {})
    }
  }
  throw failure
}
