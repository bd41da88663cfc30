/** Connections to a group's coordinator, for the raw group protocol calls. */
import { isIP } from 'node:net'
import { RetriableError } from '@penstock/core'
import type { Connection } from '@platformatic/kafka'
import type { ProtocolClientConfig } from './client-config.ts'
import { kafkaErrorCode, kafkaErrors } from './protocol-errors.ts'

// Loaded late: it is large, and executors need it only when a task ends for good.
const client = () => import('@platformatic/kafka')

/** The protocol's numbers for what has a coordinator. */
const keyTypes = { group: 0, transaction: 1 } as const

export interface CoordinatorAddress {
  readonly nodeId: number
  readonly host: string
  readonly port: number
}

/** Opens a connection; rejects when nobody answers within the configured time. */
export async function connectTo(
  config: ProtocolClientConfig,
  broker: { host: string; port: number },
  requestTimeoutMs = config.requestTimeoutMs,
): Promise<Connection> {
  const { Connection } = await client()
  const connection = new Connection(config.clientId, {
    connectTimeout: config.connectTimeoutMs,
    requestTimeout: requestTimeoutMs,
    ...(config.tls ? { tls: config.tls, tlsServerName: isIP(broker.host) === 0 } : {}),
    ...(config.sasl ? { sasl: config.sasl } : {}),
  })
  // Failures reach the caller of each request; the event is only the second telling.
  connection.on('error', () => {})
  await connection.connect(broker.host, broker.port)
  return connection
}

/** Asks the bootstrap brokers in turn. Rejects with a RetriableError while none knows the coordinator. */
export async function findCoordinator(
  config: ProtocolClientConfig,
  name: string,
  kind: 'group' | 'transaction' = 'group',
): Promise<CoordinatorAddress> {
  let failure: unknown
  for (const broker of config.brokers) {
    let connection: Connection | null = null
    try {
      connection = await connectTo(config, broker)
      const { findCoordinatorV4 } = await client()
      const { coordinators } = await findCoordinatorV4.api.async(connection, keyTypes[kind], [name])
      const found = coordinators[0]
      if (found && found.errorCode === 0) return found
      failure = new RetriableError(
        'group.no_coordinator',
        found?.errorMessage ?? `no coordinator for ${kind} ${name} yet`,
      )
    } catch (error) {
      failure = error
    } finally {
      await connection?.close().catch(() => {})
    }
  }
  throw new RetriableError('group.no_coordinator', `can't find the coordinator of ${kind} ${name}`, { cause: failure })
}

/** Loads the protocol client ahead of the moment when it is needed quickly. */
export async function loadProtocolClient(): Promise<void> {
  await client()
}

/** A member of a group: by the id the group gave it, or a static one by its own name. */
export type GroupMember = { readonly memberId: string } | { readonly groupInstanceId: string }

/** Removes members from a group at once (KIP-345); those that are not there are fine. */
export async function removeMembers(
  config: ProtocolClientConfig,
  groupId: string,
  members: readonly GroupMember[],
  reason: string,
): Promise<void> {
  const connection = await connectTo(config, await findCoordinator(config, groupId))
  try {
    const { leaveGroupV5 } = await client()
    const leaving = members.map((member) => ({ memberId: '', groupInstanceId: null, ...member, reason }))
    await leaveGroupV5.api.async(connection, groupId, leaving)
  } catch (error) {
    const code = kafkaErrorCode(error)
    if (code !== kafkaErrors.unknownMemberId && code !== kafkaErrors.groupIdNotFound) throw error
  } finally {
    await connection.close().catch(() => {})
  }
}
