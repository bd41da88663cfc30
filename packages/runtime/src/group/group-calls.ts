/**
 * Join, sync, heartbeat and leave: the calls of the classic group protocol, made to whichever broker coordinates the
 * group. Finds the coordinator when it isn't known and forgets it when a call shows that it has moved or gone.
 */
import { ConnectError } from '@penstock/core'
import { type Connection, heartbeatV4, joinGroupV9, leaveGroupV5, syncGroupV5 } from '@platformatic/kafka'
import type { ProtocolClientConfig } from '../kafka/client-config.ts'
import { type CoordinatorAddress, connectTo, findCoordinator } from '../kafka/coordinator.ts'
import { kafkaErrorCode, kafkaErrors } from '../kafka/protocol-errors.ts'

export const protocolType = 'connect'

export interface JoinedGroup {
  readonly generation: number
  readonly memberId: string
  readonly leader: string
  readonly protocolName: string
  /** Filled for the leader only. */
  readonly members: readonly { memberId: string; metadata: Buffer }[]
}

export interface GroupCallsOptions {
  readonly client: ProtocolClientConfig
  readonly groupId: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
}

/** How much longer than the broker's own limit a JoinGroup may stay unanswered. */
const joinGraceMs = 5_000

/** What a member does in its group. */
export type GroupMemberCalls = Pick<GroupCalls, 'join' | 'sync' | 'heartbeat' | 'leave' | 'close'>

export class GroupCalls {
  readonly #options: GroupCallsOptions
  #coordinator: CoordinatorAddress | null = null
  // A JoinGroup waits for the whole group, and answers come in order: heartbeats need a connection of their own.
  #joinConnection: Promise<Connection> | null = null
  #heartbeatConnection: Promise<Connection> | null = null
  #closed = false

  constructor(options: GroupCallsOptions) {
    this.#options = options
  }

  /** Waits for the group to gather. Rejects with the protocol's error; see {@link kafkaErrorCode}. */
  async join(memberId: string, protocols: { name: string; metadata: Buffer }[], reason: string): Promise<JoinedGroup> {
    const { groupId, sessionTimeoutMs, rebalanceTimeoutMs } = this.#options
    return this.#call('join', async (connection) => {
      const response = await joinGroupV9.api.async(
        connection,
        groupId,
        sessionTimeoutMs,
        rebalanceTimeoutMs,
        memberId,
        null,
        protocolType,
        protocols,
        reason,
      )
      return {
        generation: response.generationId,
        memberId: response.memberId,
        leader: response.leader,
        protocolName: response.protocolName ?? '',
        members: response.members,
      }
    })
  }

  /** Hands in the leader's assignments (nothing for the others) and gets this member's own. */
  async sync(
    { generation, memberId, protocolName }: JoinedGroup,
    assignments: { memberId: string; assignment: Buffer }[],
  ): Promise<Buffer> {
    return this.#call('join', async (connection) => {
      const response = await syncGroupV5.api.async(
        connection,
        this.#options.groupId,
        generation,
        memberId,
        null,
        protocolType,
        protocolName,
        assignments,
      )
      return response.assignment
    })
  }

  async heartbeat(generation: number, memberId: string): Promise<void> {
    await this.#call('heartbeat', (connection) =>
      heartbeatV4.api.async(connection, this.#options.groupId, generation, memberId, null),
    )
  }

  async leave(memberId: string, reason: string): Promise<void> {
    await this.#call('heartbeat', (connection) =>
      leaveGroupV5.api.async(connection, this.#options.groupId, [{ memberId, groupInstanceId: null, reason }]),
    )
  }

  /** Ends what is under way; nothing is asked afterwards, not even by a call that was still looking for the coordinator. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#forgetConnections()
  }

  async #call<T>(purpose: 'join' | 'heartbeat', call: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      return await call(await this.#connection(purpose))
    } catch (error) {
      const code = kafkaErrorCode(error)
      const moved = code === kafkaErrors.notCoordinator || code === kafkaErrors.coordinatorNotAvailable
      // No protocol error at all: the connection failed, maybe with its broker.
      if (moved || code === null) {
        this.#coordinator = null
        await this.#forgetConnections()
      }
      throw error
    }
  }

  async #connection(purpose: 'join' | 'heartbeat'): Promise<Connection> {
    const { client, groupId, rebalanceTimeoutMs, sessionTimeoutMs } = this.#options
    const known = purpose === 'join' ? this.#joinConnection : this.#heartbeatConnection
    const connection = known === null ? null : await known
    if (connection?.isConnected()) return connection
    this.#coordinator ??= await findCoordinator(client, groupId)
    if (this.#closed) throw new ConnectError('group.closed', 'this worker has left its group')
    const timeoutMs = purpose === 'join' ? rebalanceTimeoutMs + joinGraceMs : sessionTimeoutMs
    const opening = connectTo(client, this.#coordinator, timeoutMs)
    if (purpose === 'join') this.#joinConnection = opening
    else this.#heartbeatConnection = opening
    return opening
  }

  async #forgetConnections(): Promise<void> {
    const open = [this.#joinConnection, this.#heartbeatConnection]
    this.#joinConnection = null
    this.#heartbeatConnection = null
    await Promise.allSettled(open.map(async (connection) => (await connection)?.close()))
  }
}
