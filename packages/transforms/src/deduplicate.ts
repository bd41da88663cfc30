import { createHash } from 'node:crypto'
import { type Clock, ConfigError, type ConnectRecord, configDef, definePlugin, key } from '@penstock/core'
import { identityText, pathOfKey, valueAtPath } from './value-at-path.ts'

const config = configDef({
  field: key.string({
    default: '',
    importance: 'high',
    doc: 'Path of the field in the value that tells records apart; dots lead into nested fields. Without field and header it is the record key.',
  }),
  header: key.string({
    default: '',
    importance: 'high',
    doc: 'Name of the header that tells records apart; the last one of the name counts.',
  }),
  'window.size': key.int({
    default: 100_000,
    min: 1,
    importance: 'medium',
    doc: 'How many keys a task remembers; the oldest is forgotten first.',
  }),
  'window.ttl.ms': key.long({
    default: 600_000,
    min: 0,
    importance: 'medium',
    doc: 'For how long a key is remembered, in milliseconds from the record that was let through. 0: until window.size is reached.',
  }),
})

export const deduplicate = definePlugin({
  kind: 'transformation',
  name: 'Deduplicate',
  aliases: ['io.penstock.transforms.Deduplicate'],
  summary: 'Drops records whose key was seen a short while ago; records without one are kept.',
  config,
  create: (options, { clock }) => {
    const { field, header } = options
    if (field !== '' && header !== '') {
      throw new ConfigError([{ key: 'header', message: 'field and header are both set: leave one of them out' }])
    }
    const path = field === '' ? null : pathOfKey('field', field)
    const keyOf = (record: ConnectRecord): unknown => {
      if (path !== null) return valueAtPath(record.value.value, path)
      if (header === '') return record.key.value
      return record.headers.findLast(({ name }) => name === header)?.value ?? null
    }
    const window = new Window(options['window.size'], options['window.ttl.ms'], clock)
    return {
      apply(record) {
        const value = keyOf(record)
        if (value === null || value === undefined) return record
        return window.isFirst(identityOf(value), String(record)) ? record : null
      },
    }
  },
})

/** Long keys are kept as their hash, so that the window's size bounds its memory. */
function identityOf(value: unknown): string {
  const text = `${typeof value}:${identityText(value)}`
  return text.length <= 64 ? text : createHash('sha256').update(text).digest('base64')
}

interface Seen {
  readonly at: number
  /** The record that was let through. It may come again, after a retry or a rewind, and is no duplicate of itself. */
  readonly record: string
}

/** The keys seen last, oldest first. */
class Window {
  readonly #seen = new Map<string, Seen>()
  readonly #size: number
  readonly #ttlMs: number
  readonly #clock: Clock

  constructor(size: number, ttlMs: number, clock: Clock) {
    this.#size = size
    this.#ttlMs = ttlMs
    this.#clock = clock
  }

  /** Whether this record is the one to let through. */
  isFirst(identity: string, record: string): boolean {
    const at = this.#clock.now()
    const seen = this.#seen.get(identity)
    if (seen !== undefined && (this.#ttlMs === 0 || at - seen.at < this.#ttlMs)) return seen.record === record
    this.#seen.delete(identity)
    this.#seen.set(identity, { at, record })
    this.#forget(at)
    return true
  }

  #forget(now: number): void {
    for (const [identity, { at }] of this.#seen) {
      const expired = this.#ttlMs > 0 && now - at >= this.#ttlMs
      if (!expired && this.#seen.size <= this.#size) return
      this.#seen.delete(identity)
    }
  }
}
