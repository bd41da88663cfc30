/** A source: counts. Replace `poll` by reading from your system, and the count by your position in it. @module */
import { setTimeout as wait } from 'node:timers/promises'
import {
  type ConfigOf,
  configDef,
  definePlugin,
  key,
  SourceRecord,
  type SourceTask,
  type SourceTaskContext,
  Struct,
  schema,
} from '@penstock/core'

// Declared once: parsing, validation, REST answers and forms read this.
const config = configDef({
  topic: key.string({ importance: 'high', doc: 'The topic to write to.' }),
  'counter.name': key.string({
    default: 'counter',
    importance: 'medium',
    doc: 'Names the count; each has its position.',
  }),
  'counter.end': key.long({ default: 100, min: 1, importance: 'medium', doc: 'How far to count.' }),
})

const valueSchema = schema.struct([
  ['number', schema.int64()],
  ['text', schema.string()],
])

class CounterTask implements SourceTask {
  readonly #config: ConfigOf<typeof config>
  readonly #context: SourceTaskContext
  readonly #partition: { readonly counter: string }
  #count = 0

  constructor(parsed: ConfigOf<typeof config>, context: SourceTaskContext) {
    this.#config = parsed
    this.#context = context
    this.#partition = { counter: parsed['counter.name'] }
  }

  async start(): Promise<void> {
    // Null when this source never ran; whole numbers may come back as bigint.
    const stored = await this.#context.offsets.offset(this.#partition)
    this.#count = Number(stored?.count ?? 0)
  }

  async poll(signal: AbortSignal): Promise<readonly SourceRecord[] | null> {
    if (this.#count >= this.#config['counter.end']) {
      // Nothing to read at present. `signal` ends the wait when the task shall pause or stop.
      await wait(1_000, undefined, { signal }).catch(() => {})
      return null
    }
    const records: SourceRecord[] = []
    while (records.length < 100 && this.#count < this.#config['counter.end']) {
      this.#count++
      const value = new Struct(valueSchema, { number: BigInt(this.#count), text: `number ${this.#count}` })
      records.push(
        new SourceRecord({
          sourcePartition: this.#partition,
          // Where to go on when this record is in Kafka.
          sourceOffset: { count: this.#count },
          topic: this.#config.topic,
          value: { schema: valueSchema, value },
        }),
      )
    }
    return records
  }
}

export const counterSource = definePlugin({
  kind: 'source',
  name: 'CounterSource',
  aliases: ['com.example.CounterSource'],
  summary: 'Counts.',
  config,
  createTask: (parsed, context) => new CounterTask(parsed, context),
  // True because a task goes on exactly behind the stored offset.
  exactlyOnceSupport: () => 'SUPPORTED',
})
