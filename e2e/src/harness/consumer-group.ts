import type { Admin } from '@platformatic/kafka'
import { NotYet, type UntilOptions, until } from './until.ts'

export interface GroupMember {
  /** `group.instance.id`; null for a dynamic member. */
  readonly instanceId: string | null
  readonly memberId: string
  readonly clientId: string
}

/** What the broker knows of a consumer group. */
export class ConsumerGroup {
  readonly id: string
  readonly #admin: Admin

  constructor(id: string, admin: Admin) {
    this.id = id
    this.#admin = admin
  }

  async members(): Promise<GroupMember[]> {
    const group = (await this.#admin.describeGroups({ groups: [this.id] })).get(this.id)
    return [...(group?.members.values() ?? [])]
      .map(({ id, groupInstanceId, clientId }) => ({ instanceId: groupInstanceId ?? null, memberId: id, clientId }))
      .sort((a, b) => (a.instanceId ?? '').localeCompare(b.instanceId ?? ''))
  }

  /** The committed offset of each partition that has one. */
  async committed(topic: string): Promise<Map<number, bigint>> {
    const [group] = await this.#admin.listConsumerGroupOffsets({ groups: [this.id] })
    const partitions = group?.topics.find(({ name }) => name === topic)?.partitions ?? []
    return new Map(
      partitions.flatMap(({ partitionIndex, committedOffset }) =>
        committedOffset < 0n ? [] : [[partitionIndex, committedOffset]],
      ),
    )
  }

  /** Resolves when exactly these offsets are committed, by partition; a single one is that of partition 0. */
  async untilCommitted(
    topic: string,
    ends: ReadonlyMap<number, bigint> | bigint,
    patience: Omit<UntilOptions, 'what'> = {},
  ): Promise<void> {
    const wanted = typeof ends === 'bigint' ? new Map([[0, ends]]) : ends
    await until(
      async () => {
        const committed = await this.committed(topic)
        return [...wanted].every(([partition, end]) => committed.get(partition) === end) || new NotYet([...committed])
      },
      { what: `${this.id} to commit ${topic} up to ${[...wanted].map((end) => end.join(':'))}`, ...patience },
    )
  }
}
