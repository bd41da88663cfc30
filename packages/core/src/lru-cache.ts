/** Keeps the `capacity` most recently used entries; 0 keeps nothing. */
export class LruCache<Key, Value> {
  readonly capacity: number
  readonly #entries = new Map<Key, Value>()

  constructor(capacity: number) {
    this.capacity = capacity
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: Key): Value | undefined {
    const value = this.#entries.get(key)
    if (value !== undefined && this.#entries.size > 1) {
      this.#entries.delete(key)
      this.#entries.set(key, value)
    }
    return value
  }

  set(key: Key, value: Value): void {
    if (this.capacity < 1) return
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size > this.capacity) this.#entries.delete(this.#entries.keys().next().value as Key)
  }

  /** The entry of `key`, made by `make` when there is none. */
  through(key: Key, make: () => NonNullable<Value>): Value {
    const found = this.get(key)
    if (found !== undefined) return found
    const made = make()
    this.set(key, made)
    return made
  }
}
