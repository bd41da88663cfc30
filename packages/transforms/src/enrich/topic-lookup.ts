import type { JsonValue, TopicTable } from '@penstock/core'
import { foundValue, type ValueFormat } from './found-text.ts'
import type { Lookup } from './lookup.ts'

/** Looks up in a compacted topic, which is read into memory at the first look-up; keys and values are UTF-8. */
export class TopicLookup implements Lookup {
  readonly #topic: string
  readonly #format: ValueFormat
  readonly #open: () => Promise<TopicTable>
  #opening: Promise<TopicTable> | null = null
  #table: TopicTable | null = null

  constructor(topic: string, format: ValueFormat, open: () => Promise<TopicTable>) {
    this.#topic = topic
    this.#format = format
    this.#open = open
  }

  find(key: string): JsonValue | null | Promise<JsonValue | null> {
    return this.#table === null ? this.#opened().then((table) => this.#get(table, key)) : this.#get(this.#table, key)
  }

  async close(): Promise<void> {
    const opening = this.#opening
    this.#table = null
    this.#opening = null
    if (opening === null) return
    // A table that could not be opened needs no closing.
    const table = await opening.catch(() => null)
    await table?.close()
  }

  async #opened(): Promise<TopicTable> {
    this.#opening ??= this.#open()
    try {
      this.#table = await this.#opening
      return this.#table
    } catch (error) {
      // The next record tries again.
      this.#opening = null
      throw error
    }
  }

  #get(table: TopicTable, key: string): JsonValue | null {
    const bytes = table.get(Buffer.from(key))
    return bytes === null ? null : foundValue(Buffer.from(bytes).toString(), this.#format, `topic ${this.#topic}`)
  }
}
