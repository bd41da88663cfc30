import { type ConnectRecord, DataError, schema as make, type Schema } from '@penstock/core'
import { Branch, type Leaf, opensTo, type Path } from './branch.ts'
import { type EventTime, ofMs } from './event-time.ts'
import { type ConflictRule, expandDots, put } from './put.ts'
import { kafkaField, recordField, textOf, withoutSchema } from './record-fields.ts'
import type { Move } from './settings.ts'

export interface EcsSettings {
  readonly moves: readonly Move[]
  readonly timestampPath: Path
  readonly failInvalidTimestamps: boolean
  readTime(schema: Schema | null, value: unknown): EventTime | null
  readonly eventValues: ReadonlyMap<string, string | readonly string[]>
  readonly recordFields: readonly string[]
  readonly labels: ReadonlyMap<string, string>
  readonly tags: readonly string[]
  readonly kafkaFields: readonly string[]
  readonly version: string
  readonly expandDots: boolean
  readonly onConflict: ConflictRule
}

const text = make.string({ optional: true })
const texts = make.array(text, { optional: true })
const timestamp = make.timestamp({ optional: true })
/** As Logstash marks such events. */
const invalidTimestamp = { tag: '_timestampparsefailure', field: '_@timestamp' } as const

/** Turns opened values into documents of ECS, in place. */
export class EcsEvent {
  readonly #settings: EcsSettings

  constructor(settings: EcsSettings) {
    this.#settings = settings
  }

  /** Says which of the two shapes the document has that a value's schema can lead to. Throws DataError. */
  apply(root: Branch, record: ConnectRecord, typed: boolean): 'usual' | 'tagged' {
    const { expandDots: expand, onConflict, labels, eventValues, recordFields, kafkaFields, version } = this.#settings
    if (expand) expandDots(root, onConflict)
    const time = this.#read(root, record)
    // All fields leave their places before anything is put, so that two may change places.
    const { moves } = this.#settings
    const taken = moves.map(({ from }) => root.take(from))
    this.#putTime(root, record, typed, time)
    for (const [i, { from, to }] of moves.entries()) {
      const node = taken[i]
      if (node !== undefined) this.#putMoved(root, from, to, node)
    }
    const own = (path: Path, leaf: Leaf): void => {
      const shown = typed ? leaf : withoutSchema(leaf)
      if (typed || shown.value !== null) put(root, path, shown, onConflict)
    }
    for (const [name, value] of eventValues) {
      own(['event', name], { schema: typeof value === 'string' ? text : texts, value })
    }
    for (const name of recordFields) own(['event', name], recordField(record, name))
    for (const name of kafkaFields) own(['kafka', name], kafkaField(record, name))
    for (const [name, value] of labels) own(['labels', name], { schema: text, value })
    // The writer of a document knows better.
    if (version !== '') put(root, ['ecs', 'version'], { schema: typed ? text : null, value: version }, 'keep')
    const valid = time !== null
    this.#tag(root, valid ? this.#settings.tags : [...this.#settings.tags, invalidTimestamp.tag], typed)
    return valid ? 'usual' : 'tagged'
  }

  /** The time in the field for it; undefined where there is nothing, null where that is no time. */
  #read(root: Branch, record: ConnectRecord): EventTime | null | undefined {
    const { timestampPath, readTime, failInvalidTimestamps } = this.#settings
    const found = root.find(timestampPath)
    if (found === undefined || (!(found instanceof Branch) && found.value === null)) return undefined
    const read = found instanceof Branch ? null : readTime(found.schema, found.value)
    if (read !== null || !failInvalidTimestamps) return read
    throw new DataError(
      'ecs.invalid_timestamp',
      `the field ${timestampPath.join('.')} of record ${record} holds no time; set timestamp.format to how it is written, or on.invalid.timestamp to "record"`,
    )
  }

  #putTime(root: Branch, record: ConnectRecord, typed: boolean, read: EventTime | null | undefined): void {
    const { timestampPath, onConflict } = this.#settings
    const atItsPlace = timestampPath.length === 1 && timestampPath[0] === '@timestamp'
    const taken = read !== null || atItsPlace ? root.take(timestampPath) : undefined
    if (read === null && taken !== undefined) put(root, [invalidTimestamp.field], taken, 'replace')
    const time = read ?? (record.timestamp === null ? null : ofMs(record.timestamp))
    if (time === null) {
      throw new DataError(
        'ecs.no_timestamp',
        `record ${record} has no timestamp, nor a time in the field ${timestampPath.join('.')}; name the field that has one by timestamp.field`,
      )
    }
    const made: Leaf = typed ? { schema: timestamp, value: new Date(time.ms) } : { schema: null, value: time.text }
    const left = put(root, ['@timestamp'], made, onConflict)
    if (left !== undefined && taken !== undefined) put(root, timestampPath, taken, 'keep')
  }

  #putMoved(root: Branch, from: Path, to: Path, node: Branch | Leaf): void {
    const moved = to[0] === 'labels' ? labelOf(node, from) : node
    const left = put(root, to, moved, this.#settings.onConflict)
    if (left === undefined || put(root, from, left, 'keep') === undefined) return
    throw new DataError(
      'ecs.conflict',
      `the field ${from.join('.')} can neither become ${to.join('.')} nor stay: both places are taken`,
    )
  }

  #tag(root: Branch, tags: readonly string[], typed: boolean): void {
    if (tags.length === 0) return
    const found = root.members.get('tags')
    const before = tagsOf(found)
    if (before === null) {
      put(root, ['tags'], { schema: typed ? texts : null, value: [...tags] }, this.#settings.onConflict)
      return
    }
    root.members.set('tags', { schema: typed ? texts : null, value: [...new Set([...before, ...tags])] })
  }
}

/** The tags that are there, one or a list of them; null for anything else. */
function tagsOf(found: Branch | Leaf | undefined): readonly string[] | null {
  if (found === undefined) return []
  if (found instanceof Branch) return null
  const { schema, value } = found
  if (schema === null) {
    if (value === null) return []
    if (typeof value === 'string') return [value]
    return Array.isArray(value) && value.every((tag) => typeof tag === 'string') ? value : null
  }
  if (schema.type === 'STRING') return value === null ? [] : [value as string]
  return schema.type === 'ARRAY' && schema.valueSchema.type === 'STRING' ? ((value ?? []) as string[]) : null
}

/** Labels are texts. Throws DataError for an object or a list. */
function labelOf(node: Branch | Leaf, from: Path): Leaf {
  const typed = !(node instanceof Branch) && node.schema !== null
  const nested =
    node instanceof Branch ||
    opensTo(node) !== null ||
    Array.isArray(node.value) ||
    (typed && ['ARRAY', 'MAP', 'STRUCT'].includes((node.schema as Schema).type))
  if (nested) {
    throw new DataError(
      'ecs.label',
      `the field ${from.join('.')} holds an object or a list, labels hold single values; move fields of it one by one`,
    )
  }
  return { schema: typed ? text : null, value: node.value === null ? null : textOf(node.value) }
}
