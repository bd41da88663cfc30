/** The topic `orders` of a property test: what is in it, by which modes it is written, and what documents that is to leave. */
import type { RawConfig, SinkRecord } from '@penstock/core'
import { sinkRecord } from '@penstock/core/testing'
import type { ModelDocument } from './model-elasticsearch.ts'
import type { ModelTopic, Partition } from './model-framework.ts'

/** What somebody writes to the topic; which of it counts depends on the mode. */
export interface Order {
  readonly partition: Partition
  readonly content: 'good' | 'malformed' | 'none'
  /** Its key, with the partition. */
  readonly customer: number
  /** Its index. */
  readonly tenant: number
  /** The field it has beside those that all have. */
  readonly field: number
  /** How many records it is split into. */
  readonly parts: number
}

/** A way for the task to write. */
export interface Mode {
  readonly settings: RawConfig
  /** Ids are keys, and values may be missing. */
  readonly isKeyed?: boolean
  readonly isSplit?: boolean
  readonly indexOf?: (document: ModelDocument) => string
  /** What is left of all that was written to one document, in its order; null for a value that is missing. */
  readonly left: (written: readonly (ModelDocument | null)[]) => object | null
}

/** A record, and what is to become of it. */
export interface Entry {
  readonly record: SinkRecord
  /** Names the record, in reports too. */
  readonly place: string
  /** The document that it goes into, as `index/id`. */
  readonly name: string
  /** Null for a record without a value. */
  readonly document: ModelDocument | null
}

const timestamp = 1_700_000_000_000

const last: Mode['left'] = (written) => written.at(-1) ?? null
const first: Mode['left'] = (written) => written.find((document) => document !== null) ?? null
const merged: Mode['left'] = (written) => {
  let left = null as object | null
  for (const document of written) left = document === null ? null : { ...left, ...document }
  return left
}
const placesOf: Mode['left'] = (written) => {
  const places = written.flatMap((document) => document?.place ?? [])
  return places.length === 0 ? null : { places }
}

const byPosition: Mode = { settings: { 'key.ignore': 'true' }, left: last }
const byTenant: Mode = {
  settings: { ...byPosition.settings, 'index.name.format': '{topic}-{tenant}' },
  indexOf: ({ tenant }) => `orders-${tenant}`,
  left: last,
}
const byKey: Mode = {
  settings: { 'key.ignore': 'false', 'behavior.on.null.values': 'delete' },
  isKeyed: true,
  left: last,
}

function keyed(settings: RawConfig, left: Mode['left']): Mode {
  return { ...byKey, settings: { ...byKey.settings, ...settings }, left }
}

/** By what each is to achieve. */
export const modes: Readonly<Record<string, Mode>> = {
  'every record has its document': byPosition,
  'every record has its document in the index it names': byTenant,
  'every part of a record has its document in the index it names': { ...byTenant, isSplit: true },
  'every record has its document behind an alias that rolls over': {
    ...byPosition,
    settings: { ...byPosition.settings, 'index.rollover': 'true' },
  },
  'every record has its document in a data stream': {
    settings: { ...byPosition.settings, 'data.stream.type': 'logs', 'data.stream.dataset': 'shop' },
    indexOf: () => 'logs-shop-orders',
    left: ([document]) => ({ ...document, '@timestamp': timestamp }),
  },
  'the last value of each key stays, by its version': byKey,
  'the last value of each key stays, without versions': keyed({ 'document.version': 'none' }, last),
  'the values of each key are merged in their order': keyed({ 'write.method': 'upsert' }, merged),
  'scripts get the values of each key in their order': keyed(
    {
      'write.method': 'script',
      'script.source': 'notes the place',
      'script.scripted.upsert': 'true',
      'behavior.on.null.values': 'ignore',
    },
    placesOf,
  ),
  'the first value of each key stays where documents are only created': keyed(
    { 'write.method': 'create', 'behavior.on.null.values': 'ignore' },
    first,
  ),
}

export class OrdersTopic implements ModelTopic {
  readonly #mode: Mode
  readonly #orders: Readonly<Record<Partition, Order[]>> = { 0: [], 1: [] }
  /** How often each record was read, by its place. */
  readonly reads = new Map<string, number>()

  constructor(mode: Mode) {
    this.#mode = mode
  }

  write(order: Order): void {
    this.#orders[order.partition].push(order)
  }

  end(partition: Partition): number {
    return this.#orders[partition].length
  }

  read(partition: Partition, offset: number): readonly SinkRecord[] {
    const entries = this.#entries(partition, offset)
    for (const { place } of entries) this.reads.set(place, (this.reads.get(place) ?? 0) + 1)
    return entries.map(({ record }) => record)
  }

  /** Of all records below an offset. */
  entries(partition: Partition, end = this.end(partition)): readonly Entry[] {
    return Array.from({ length: end }, (_, offset) => this.#entries(partition, offset)).flat()
  }

  /** What is there when all of a partition is written, by `index/id`; null where there is nothing. */
  documents(partition: Partition): ReadonlyMap<string, object | null> {
    const taken = this.entries(partition).filter(({ document }) => document?.malformed !== true)
    const written = Map.groupBy(taken, ({ name }) => name)
    return new Map(
      [...written].map(([name, entries]) => [name, this.#mode.left(entries.map(({ document }) => document))]),
    )
  }

  /** Made anew each time, as reading does. */
  #entries(partition: Partition, offset: number): readonly Entry[] {
    const order = this.#orders[partition][offset]
    if (order === undefined) return []
    const place = `orders-${partition}@${offset}`
    const id = this.#mode.isKeyed ? keyOf(order) : `orders+${partition}+${offset}`
    const whole = this.#entry(order, offset, place, id)
    if (!this.#mode.isSplit) return [whole]
    return Array.from({ length: order.parts }, (_, i) => {
      const part = this.#entry(order, offset, `${place} part ${i}`, `${id}+${i}`)
      const record = whole.record.with({ value: { schema: null, value: part.document } }).asPart(i)
      return { ...part, record }
    })
  }

  #entry(order: Order, offset: number, place: string, id: string): Entry {
    const { isKeyed = false, indexOf = () => 'orders' } = this.#mode
    const { partition, content, tenant, field } = order
    const malformed = content === 'malformed' ? { malformed: true } : {}
    const document = isKeyed && content === 'none' ? null : { place, tenant, [`field${field}`]: offset, ...malformed }
    const record = sinkRecord({
      ...{ topic: 'orders', partition, offset: BigInt(offset), timestamp },
      ...(isKeyed ? { key: keyOf(order) } : {}),
      ...(document === null ? { value: null } : { valueJson: JSON.stringify(document) }),
    })
    return { record, place, name: `${document === null ? 'orders' : indexOf(document)}/${id}`, document }
  }
}

/** The order of one key's records is that of their partition. */
function keyOf({ partition, customer }: Order): string {
  return `customer-${partition}-${customer}`
}
