/**
 * librdkafka's consumer with promises and without blocked threads: `poll` takes what is queued and otherwise waits for
 * the queue's own wake-up, so many consumers share the few threads of the process.
 */
import { createRequire } from 'node:module'
import type * as Rdkafka from '@confluentinc/kafka-javascript'
import type { TopicPartition } from '@penstock/core'
import { pause } from '../time/pause.ts'
import { type ConnectingClient, NativeConnection } from './native-connection.ts'
import { partitionKey } from './places.ts'

/** The part of the native consumer used here; the package's own typings lack half of it. */
type NativeConsumer = ConnectingClient & {
  setDefaultConsumeTimeout(ms: number): void
  on(event: 'event.error', listener: (error: RdkafkaError) => void): void
  on(event: 'partition.eof', listener: (end: EndOfPartition) => void): void
  disconnect(done: () => void): void
  subscribe(topics: (string | RegExp)[]): void
  assign(partitions: TopicPartition[]): void
  unassign(): void
  incrementalAssign(partitions: TopicPartition[]): void
  incrementalUnassign(partitions: TopicPartition[]): void
  assignments(): TopicPartition[]
  assignmentLost(): boolean
  getWatermarkOffsets(topic: string, partition: number): { highOffset: number }
  rebalanceProtocol(): 'NONE' | 'EAGER' | 'COOPERATIVE'
  consume(max: number, done: (error: RdkafkaError | null, messages: ConsumedMessage[]) => void): void
  pause(partitions: TopicPartition[]): void
  resume(partitions: TopicPartition[]): void
  seek(position: Position, timeoutMs: number, done: (error?: RdkafkaError) => void): void
  committed(
    partitions: TopicPartition[],
    timeoutMs: number,
    done: (error: RdkafkaError | null, offsets: CommittedPosition[]) => void,
  ): void
  commitCb(offsets: Position[], done: (error: RdkafkaError | null) => void): void
}
interface RdkafkaError extends Error {
  code: number
  isFatal?: boolean
}

/** A partition with an offset of librdkafka: a double, exact to 2^53; negative values have meanings of their own. */
export type Position = TopicPartition & { readonly offset: number }

/** What is known of a partition's committed offset, or why it isn't. */
export type CommittedPosition = Position & { readonly error?: Error }

// CommonJS and native: required, so that importing this module is the only thing that loads it.
const { KafkaConsumer: Native } = createRequire(import.meta.url)('@confluentinc/kafka-javascript') as {
  KafkaConsumer: new (config: object, topicConfig: object) => NativeConsumer
}

/** A record as it comes from Kafka; offsets of librdkafka are doubles, exact to 2^53. */
export type ConsumedMessage = Rdkafka.Message

/** Codes of librdkafka this code decides on. */
export const rdkafkaErrors = {
  assignPartitions: -175,
  revokePartitions: -174,
  fatal: -150,
  authentication: -169,
  autoOffsetReset: -140,
  topicAuthorizationFailed: 29,
  groupAuthorizationFailed: 30,
  fencedInstanceId: 82,
} as const

const positionTimeoutMs = 5_000
const positionRetryMs = 250
const noOffset = -1001
/** Logical offsets for `auto.offset.reset`; by the others librdkafka decides what a partition without offset means. */
const firstOffsets: Readonly<Record<string, number>> = {
  earliest: -2,
  smallest: -2,
  beginning: -2,
  latest: -1,
  largest: -1,
  end: -1,
}
/** How long a fatal error of a call waits for the event that explains it. */
const explanationMs = 2_000

/** Nothing that another poll would get over: these end the task, as they do in Kafka Connect. */
const endingErrors: readonly number[] = [
  rdkafkaErrors.fatal,
  rdkafkaErrors.authentication,
  rdkafkaErrors.autoOffsetReset,
  rdkafkaErrors.topicAuthorizationFailed,
  rdkafkaErrors.groupAuthorizationFailed,
  rdkafkaErrors.fencedInstanceId,
]

/** Events without more than these words; why it is so stands in the log. */
const connectionEvents =
  /^(all broker connections are down|broker transport failure|ssl error|authentication failure|host resolution failure)$/

export interface RebalanceHandler {
  /** Partitions were given to this member; resolves when their records may flow. */
  onAssigned(partitions: readonly TopicPartition[]): Promise<void>
  /** Partitions are about to be taken away (`lost`: already were, nothing may be committed). */
  onRevoked(partitions: readonly TopicPartition[], lost: boolean): Promise<void>
}

export interface EndOfPartition extends TopicPartition {
  readonly offset: number
}

export class KafkaConsumer {
  readonly #client: NativeConsumer
  readonly #connection: NativeConnection
  readonly #firstOffset: number
  #queued = true
  #wake: (() => void) | null = null
  #fatal: Error | null = null
  #rebalancing: Promise<void> = Promise.resolve()
  #connecting: Promise<void> | null = null
  #closed = false
  readonly #paused = new Set<string>()
  /** Called at the end of a partition, when `enable.partition.eof` is set. */
  onEndOfPartition: ((end: EndOfPartition) => void) | null = null
  /** Called for errors that librdkafka mends by itself (a broker went away). */
  onWarning: ((error: Error) => void) | null = null

  constructor(config: Record<string, string | number | boolean>, rebalance: RebalanceHandler | null = null) {
    const callbacks = {
      queue_non_empty_cb: () => {
        this.#queued = true
        this.#wake?.()
      },
      ...(rebalance === null
        ? {}
        : {
            rebalance_cb: (error: { code: number } | undefined, partitions: TopicPartition[]) => {
              this.#rebalancing = this.#rebalancing.then(() => this.#rebalance(rebalance, error, partitions))
            },
          }),
    }
    this.#client = new Native(
      { ...config, ...callbacks },
      { 'auto.offset.reset': config['auto.offset.reset'] ?? 'earliest' },
    )
    this.#firstOffset = firstOffsets[String(config['auto.offset.reset'] ?? 'earliest')] ?? noOffset
    this.#connection = new NativeConnection(this.#client)
    this.#connection.onTrouble = (reason) => this.onWarning?.(new Error(reason))
    this.#connection.onRefused = (error) => this.#end(error)
    this.#client.setDefaultConsumeTimeout(0)
    this.#client.on('event.error', (error) => this.#onError(error))
    this.#client.on('partition.eof', (end) => this.onEndOfPartition?.(end))
  }

  async connect(timeoutMs: number): Promise<void> {
    this.#connecting = this.#connection.connect(timeoutMs)
    await this.#connecting
  }

  subscribe(topics: readonly (string | RegExp)[]): void {
    this.#client.subscribe([...topics])
  }

  /** Takes partitions without a group. Offset -2 is the beginning. */
  assign(partitions: readonly Position[]): void {
    this.#client.assign([...partitions])
  }

  /** Up to `max` records; waits at most `timeoutMs` for the first. Throws what makes the consumer unusable. */
  async poll(max: number, timeoutMs: number): Promise<ConsumedMessage[]> {
    this.#queued = false
    const messages = await this.#consume(max)
    if (messages.length > 0 || timeoutMs <= 0) return messages
    await this.#waitForQueue(timeoutMs)
    return this.#consume(max)
  }

  /** Ends a waiting {@link poll} early. */
  wakeup(): void {
    this.#queued = true
    this.#wake?.()
  }

  /** Also of partitions that are being assigned: none of their records comes before {@link resume}, unless they are revoked. */
  pause(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#paused.add(partitionKey(partition))
    if (partitions.length > 0) this.#client.pause([...partitions])
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#paused.delete(partitionKey(partition))
    if (partitions.length > 0) this.#client.resume([...partitions])
  }

  async seek(position: Position, timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#client.seek(position, timeoutMs, (error) => (error ? reject(error) : resolve()))
    })
  }

  /** Offsets committed for the partitions; -1001 where there is none. */
  async committed(partitions: readonly TopicPartition[], timeoutMs: number): Promise<CommittedPosition[]> {
    return new Promise((resolve, reject) => {
      this.#client.committed([...partitions], timeoutMs, (error, offsets) => (error ? reject(error) : resolve(offsets)))
    })
  }

  async commit(offsets: readonly Position[]): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#client.commitCb([...offsets], (error) => (error ? reject(error) : resolve()))
    })
  }

  /** The offset after a partition's last record as of the last fetch; -1 while unknown. */
  highWatermark({ topic, partition }: TopicPartition): number {
    if (this.#closed) return -1
    try {
      return this.#client.getWatermarkOffsets(topic, partition).highOffset
    } catch {
      return -1 // nothing was fetched yet
    }
  }

  assignment(): readonly TopicPartition[] {
    return this.#closed ? [] : this.#client.assignments()
  }

  /** Leaves, unless it is a static member, and frees the native client. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.wakeup()
    await this.#rebalancing
    // Closing what was never connected crashes the native client, and with it the process.
    if (this.#connecting === null) return
    await this.#connecting.catch(() => {})
    await new Promise<void>((resolve) => {
      this.#client.disconnect(() => resolve())
    })
  }

  /** A fatal error of a call is no more than that; what happened is told by an event at about the same time. */
  #whenExplained(done: () => void): void {
    if (this.#fatal) done()
    else setTimeout(done, explanationMs)
  }

  async #consume(max: number): Promise<ConsumedMessage[]> {
    if (this.#fatal) throw this.#fatal
    if (this.#closed) return []
    return new Promise((resolve, reject) => {
      this.#client.consume(max, (error, messages) => {
        if (!error) resolve(messages)
        else if (isEnding(error)) this.#whenExplained(() => reject(this.#fatal ?? error))
        else {
          this.onWarning?.(error)
          resolve([])
        }
      })
    })
  }

  async #waitForQueue(timeoutMs: number): Promise<void> {
    if (this.#queued) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, timeoutMs)
      const self = this
      function done() {
        clearTimeout(timer)
        self.#wake = null
        resolve()
      }
      this.#wake = done
    })
  }

  async #rebalance(
    handler: RebalanceHandler,
    error: { code: number } | undefined,
    partitions: TopicPartition[],
  ): Promise<void> {
    try {
      if (error?.code === rdkafkaErrors.assignPartitions) {
        // Opened first: no record may come before.
        await handler.onAssigned(partitions)
        const positions = await this.#startPositions(partitions)
        if (this.#isCooperative()) this.#client.incrementalAssign(positions)
        else this.#client.assign(positions)
        // librdkafka has ignored a pause of what it had not assigned yet.
        const paused = partitions.filter((partition) => this.#paused.has(partitionKey(partition)))
        if (paused.length > 0) this.#client.pause(paused)
      } else {
        const lost = this.#closed ? false : this.#client.assignmentLost()
        await handler.onRevoked(partitions, lost)
        // librdkafka keeps a pause beyond the assignment: should they come back, they must flow.
        const paused = partitions.filter((partition) => this.#paused.delete(partitionKey(partition)))
        if (paused.length > 0) this.#client.resume(paused)
        if (this.#isCooperative()) this.#client.incrementalUnassign(partitions)
        else this.#client.unassign()
      }
    } catch (failure) {
      this.#fatal ??= failure as Error
    }
    this.wakeup()
  }

  /**
   * Where each partition begins. Without offsets librdkafka asks for them by itself, but if that fails once (the broker
   * restarts) it leaves the partition alone until it is assigned again.
   */
  async #startPositions(partitions: readonly TopicPartition[]): Promise<Position[]> {
    while (!this.#closed) {
      try {
        const committed = await this.committed(partitions, positionTimeoutMs)
        const failed = committed.find(({ error }) => error)
        if (failed?.error) throw failed.error
        return committed.map(({ topic, partition, offset }) => ({
          topic,
          partition,
          offset: offset >= 0 ? offset : this.#firstOffset,
        }))
      } catch (error) {
        if (isEnding(error as RdkafkaError)) throw error
        this.onWarning?.(error as Error)
        await pause(positionRetryMs)
      }
    }
    return []
  }

  #isCooperative(): boolean {
    return this.#client.rebalanceProtocol() === 'COOPERATIVE'
  }

  #onError(error: RdkafkaError): void {
    if (isEnding(error)) this.#end(error)
    // Of connections the log says more, and says it once.
    else if (!connectionEvents.test(error.message)) this.onWarning?.(error)
  }

  #end(error: Error): void {
    this.#fatal ??= error
    this.wakeup()
  }
}

function isEnding(error: RdkafkaError): boolean {
  return error.isFatal === true || endingErrors.includes(error.code)
}
