/** Who is in the group, as its coordinator knows: the leader alone hears it from the protocol, operators ask any worker. */
import { type Clock, ConnectError } from '@penstock/core'
import type { ProtocolClientConfig } from '../kafka/client-config.ts'
import { connectTo, findCoordinator } from '../kafka/coordinator.ts'
import { within } from '../time/within.ts'
import { decodeMetadata } from './protocol-codec.ts'

export interface MembersSeen {
  /** REST URLs of the members. */
  readonly present: readonly string[]
  /** Those that were members a while ago, and when they were last seen (epoch milliseconds). */
  readonly gone: readonly { readonly url: string; readonly lastSeenAt: number }[]
}

export interface GroupMembersParts {
  /** URLs of the members; null while the group rebalances. */
  readonly describe: () => Promise<readonly string[] | null>
  /** One that is gone is told for so long. */
  readonly rememberMs: number
  /** A coordinator that takes longer is not waited for: whoever asks wants to know most while brokers are away. */
  readonly timeoutMs: number
  readonly clock: Clock
}

/** Members seldom change: within a generation they are asked for again after this time. */
const freshMs = 5_000

export class GroupMembers {
  readonly #parts: GroupMembersParts
  readonly #lastSeenAt = new Map<string, number>()
  #present: readonly string[] = []
  #lookedAt = Number.NEGATIVE_INFINITY
  #generation: number | null = null
  #looking: Promise<void> | null = null

  constructor(parts: GroupMembersParts) {
    this.#parts = parts
  }

  /** Rejects when the coordinator does not tell and never did. `generation` is the one that this worker is in. */
  async look(generation: number): Promise<MembersSeen> {
    const { clock, rememberMs, timeoutMs } = this.#parts
    if (this.#generation !== generation || clock.now() - this.#lookedAt >= freshMs) {
      this.#looking ??= this.#refresh(generation).finally(() => {
        this.#looking = null
      })
      await within(timeoutMs, this.#looking, () => {
        if (this.#present.length > 0) return
        throw new ConnectError('group.silent', `the coordinator of the group did not answer within ${timeoutMs} ms`)
      })
    }
    const since = clock.now() - rememberMs
    for (const [url, at] of this.#lastSeenAt) {
      if (at < since && !this.#present.includes(url)) this.#lastSeenAt.delete(url)
    }
    const gone = [...this.#lastSeenAt].filter(([url]) => !this.#present.includes(url))
    return { present: this.#present, gone: gone.map(([url, lastSeenAt]) => ({ url, lastSeenAt })) }
  }

  async #refresh(generation: number): Promise<void> {
    const { describe, clock } = this.#parts
    let urls: readonly string[] | null
    try {
      urls = await describe()
    } catch (error) {
      // What was known before is better than nothing while the coordinator is away.
      if (this.#present.length === 0) throw error
      return
    }
    if (urls === null) return
    this.#present = urls
    this.#generation = generation
    this.#lookedAt = clock.now()
    for (const url of urls) this.#lastSeenAt.set(url, clock.now())
  }
}

/** The REST URLs of a group's members; null while it rebalances, when the coordinator does not tell them. */
export async function describeMembers(config: ProtocolClientConfig, groupId: string): Promise<string[] | null> {
  const connection = await connectTo(config, await findCoordinator(config, groupId))
  try {
    const { describeGroupsV5 } = await import('@platformatic/kafka')
    const { groups } = await describeGroupsV5.api.async(connection, [groupId], false)
    const members = groups[0]?.members ?? []
    if (members.length === 0 || members.some(({ memberMetadata }) => memberMetadata.length === 0)) return null
    return members.map(({ memberMetadata }) => decodeMetadata(memberMetadata).url)
  } finally {
    await connection.close().catch(() => {})
  }
}
