/** What a sink tells about records without writing any: what it would send for one, and which have arrived. */
import type { Logger } from './plugin.ts'
import type { SinkRecord } from './record.ts'

/** One write that a sink would make of a record. */
export interface PlannedWrite {
  /** What would be done, in the other system's words: `index`, `delete`. */
  readonly action: string
  /** Where: an index, a table, a file. */
  readonly target: string
  /** What names the record there; null where the other system gives it a name. */
  readonly id: string | null
  /** What would be sent, as text. */
  readonly text: string
}

/** What has become of a record in the other system. */
export type Finding =
  | { readonly kind: 'once' }
  | { readonly kind: 'missing' }
  /** More than once: `where` names the places. */
  | { readonly kind: 'several'; readonly where: readonly string[] }
  /** The sink makes nothing of such a record. */
  | { readonly kind: 'skipped' }
  /** The sink refuses such a record. */
  | { readonly kind: 'refused'; readonly error: unknown }
  /** Nothing there tells whether it has arrived. */
  | { readonly kind: 'not_verifiable'; readonly why: string }

export interface FindOptions {
  /** Where to look, in the sink's words (`logs-*`); null for the place that each record goes to. */
  readonly within: string | null
}

/** What the framework gives an inspector. */
export interface InspectorContext {
  readonly connector: string
  readonly logger: Logger
  /** Aborts when nobody waits for an answer any more. */
  readonly signal: AbortSignal
}

/** Answers questions about records that have been through the connector's converters and transformations. */
export interface SinkInspector {
  /**
   * What would be written for a record; null where nothing would be. Writes nothing and asks nobody. Throws what makes the
   * record one that can't be written.
   */
  preview(record: SinkRecord): PlannedWrite | null
  /**
   * Looks for records that were written and acknowledged before; the answers are in the order of the records. Memory and
   * requests are bounded by the number of records given. Rejects when the other system can't be asked.
   */
  find(records: readonly SinkRecord[], options: FindOptions): Promise<readonly Finding[]>
  close?(): Promise<void> | void
}
