import { setTimeout as wait } from 'node:timers/promises'
import {
  codeOf,
  nothing,
  type Schema,
  type SchemaAndValue,
  type SourcePartition,
  SourceRecord,
  type SourceTask,
  type SourceTaskContext,
  Struct,
} from '@penstock/core'
import type { DatagenConfig } from './config.ts'
import { Dice } from './dice.ts'
import { Pace } from './pace.ts'
import { loadShape, type Shape } from './shape.ts'
import { countOf, offsetAfter, partitionOf } from './source-offsets.ts'

/** Records are made in batches of at most this many. */
const batchSize = 1_000
/** Longest wait of one `poll`. */
const longestWaitMs = 500

/**
 * Makes up records. Each depends on seed, task and its index alone, and the offset is the index of the next: a restarted
 * task goes on with the record that it would have made.
 */
export class DatagenTask implements SourceTask {
  readonly #config: DatagenConfig
  readonly #context: SourceTaskContext
  readonly #topic: string
  readonly #partition: SourcePartition
  readonly #dice: Dice
  readonly #pace: Pace
  readonly #limit: number
  #shape: Shape | null = null
  #count = 0

  constructor(config: DatagenConfig, context: SourceTaskContext) {
    this.#config = config
    this.#context = context
    this.#topic = (config['kafka.topic'] ?? config.topic) as string
    this.#partition = partitionOf(context.task)
    this.#dice = new Dice(config.seed ?? config['random.seed'] ?? 0, context.task)
    this.#pace = new Pace(intervals(config))
    this.#limit = config.iterations < 1 ? Number.POSITIVE_INFINITY : config.iterations
  }

  async start(): Promise<void> {
    this.#shape = await loadShape(this.#config)
    this.#count = countOf(await this.#context.offsets.offset(this.#partition))
  }

  async poll(signal: AbortSignal): Promise<readonly SourceRecord[] | null> {
    const left = this.#limit - this.#count
    const now = this.#context.clock.now()
    const count = left <= 0 ? 0 : this.#pace.take(now, Math.min(left, batchSize))
    if (count > 0) return this.#make(count)
    const ms = left <= 0 ? longestWaitMs : Math.min(longestWaitMs, this.#pace.msToNext(now))
    await wait(ms, undefined, { signal }).catch((error: unknown) => {
      if (codeOf(error) !== 'ABORT_ERR') throw error
    })
    return null
  }

  #make(count: number): SourceRecord[] {
    const shape = this.#shape as Shape
    const typed = this.#config['output.schemas']
    const valueSchema = typed ? shape.value.schema : null
    const keySchema = typed ? (shape.key?.schema ?? null) : null
    const records: SourceRecord[] = []
    for (let made = 0; made < count; made++) {
      const value = shape.value.generate(this.#dice.forRecord(this.#count++), typed)
      records.push(
        new SourceRecord({
          sourcePartition: this.#partition,
          sourceOffset: offsetAfter(this.#count),
          topic: this.#topic,
          key: shape.key === null ? nothing : keyOf(value, shape.key.field, keySchema),
          value: { schema: valueSchema, value },
        }),
      )
    }
    return records
  }
}

function keyOf(value: unknown, field: string, schema: Schema | null): SchemaAndValue {
  const member = value instanceof Struct ? value.get(field) : (value as Readonly<Record<string, unknown>>)[field]
  return { schema, value: member }
}

/** Milliseconds from a record to the next; null for as fast as possible. */
function intervals(config: DatagenConfig): (() => number) | null {
  if (config.rate !== null) {
    const ms = 1000 / config.rate
    return config.rate === 0 ? null : () => ms
  }
  const longest = config['max.interval']
  // When a record comes is no part of it: it need not be repeatable.
  return longest === 0 ? null : () => Math.random() * longest
}
