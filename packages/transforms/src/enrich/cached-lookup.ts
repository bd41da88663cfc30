import type { Clock, JsonValue } from '@penstock/core'
import { LruCache } from '@penstock/core'
import type { Lookup } from './lookup.ts'

export interface CacheOptions {
  readonly size: number
  readonly ttlMs: number
  /** For how long it is remembered that there is nothing under a key. */
  readonly missingTtlMs: number
}

interface Entry {
  readonly found: JsonValue | null
  readonly until: number
}

/** Remembers what another look-up has found. Keys asked for at the same time are looked up once; failures are not kept. */
export class CachedLookup implements Lookup {
  readonly #lookup: Lookup
  readonly #options: CacheOptions
  readonly #clock: Clock
  readonly #entries: LruCache<string, Entry>
  readonly #pending = new Map<string, Promise<JsonValue | null>>()

  constructor(lookup: Lookup, options: CacheOptions, clock: Clock) {
    this.#lookup = lookup
    this.#options = options
    this.#clock = clock
    this.#entries = new LruCache(options.size)
  }

  find(key: string): JsonValue | null | Promise<JsonValue | null> {
    const entry = this.#entries.get(key)
    if (entry !== undefined && this.#clock.now() < entry.until) return entry.found
    const pending = this.#pending.get(key)
    if (pending !== undefined) return pending
    const asked = this.#ask(key).finally(() => this.#pending.delete(key))
    this.#pending.set(key, asked)
    return asked
  }

  close(): Promise<void> {
    return this.#lookup.close()
  }

  async #ask(key: string): Promise<JsonValue | null> {
    const found = await this.#lookup.find(key)
    const ttlMs = found === null ? this.#options.missingTtlMs : this.#options.ttlMs
    if (ttlMs > 0) this.#entries.set(key, { found, until: this.#clock.now() + ttlMs })
    return found
  }
}
