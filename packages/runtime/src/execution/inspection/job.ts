/**
 * What may be asked about the records of a sink connector, and what is answered. Offsets are numbers, exact to 2^53 as
 * those of the consumer.
 */
import type { RawConfig, Stage, TopicPartition } from '@penstock/core'

/** Offsets from `from` up to, not including, `to`. */
export interface OffsetRange extends TopicPartition {
  readonly from: number
  readonly to: number
}

/** One end of what is looked at: an offset for some partitions, or a time for all. */
export type Bound =
  | { readonly kind: 'offsets'; readonly byPartition: ReadonlyMap<number, number> }
  /** Epoch milliseconds: the first record that is not older. */
  | { readonly kind: 'time'; readonly ms: number }

export interface VerifyRequest {
  /** Null: every topic of the connector. */
  readonly topic: string | null
  /** Null: every partition. */
  readonly partitions: readonly number[] | null
  /** Null, or for partitions it does not name: the first record there is. */
  readonly from: Bound | null
  /** The same: what the connector has committed. */
  readonly to: Bound | null
  /** Where to look; null for the place that each record goes to. */
  readonly within: string | null
}

export interface DeadLetterFilter {
  /** Part of the stage, exception class or message, in any case; null for all. */
  readonly reason: string | null
  /** The topic that the record came from; null for all. */
  readonly topic: string | null
}

export interface RedriveRequest {
  readonly filter: DeadLetterFilter
  /** Replaces keys of the connector's config; null removes one. */
  readonly config: RawConfig
  /** Null: as many as the worker allows. */
  readonly maxRecords: number | null
  /** False: goes on where the last one ended. */
  readonly fromBeginning: boolean
}

/** The gaps of a verification. */
export interface KnownGaps {
  readonly gaps: readonly OffsetRange[]
  /** False: there are more than were listed. */
  readonly areAll: boolean
}

/** Something that takes long: it runs on an executor, can be watched and cancelled. */
export type InspectionJob =
  | ({ readonly kind: 'verify' } & VerifyRequest)
  | ({ readonly kind: 'redrive-gaps' } & KnownGaps)
  | ({ readonly kind: 'redrive-dead-letters' } & Omit<RedriveRequest, 'config'>)
export type InspectionKind = InspectionJob['kind']

export interface InspectionProgress {
  readonly recordsRead: number
  /** Offsets passed, of those to pass: some may hold no record. */
  readonly offsetsDone: number
  readonly offsetsTotal: number
  /** Over the whole time so far. */
  readonly recordsPerSecond: number
}

/** A record with what was wrong with it. */
export interface Refusal extends TopicPartition {
  readonly offset: number
  readonly stage: Stage
  /** Class of the plugin that failed. */
  readonly executingClass: string
  readonly exceptionClass: string
  readonly message: string
}

/** Records counted by what became of them; `read` is the sum of the others. */
export interface VerifyCounts {
  readonly read: number
  readonly found: number
  readonly missing: number
  readonly duplicated: number
  /** By a transformation, or by the sink, which makes nothing of them. */
  readonly dropped: number
  /** Refused by a converter, a transformation or the sink. */
  readonly failed: number
  readonly notVerifiable: number
}

export interface VerifiedPartition extends OffsetRange, VerifyCounts {}

/** A run of missing records with none between them that is there. `to` is the offset after the last. */
export interface Gap extends OffsetRange {
  readonly records: number
}

export interface VerifyReport {
  readonly kind: 'verify'
  readonly total: VerifyCounts
  readonly partitions: readonly VerifiedPartition[]
  /** The first ones; each partition's in the order of offsets. */
  readonly gaps: readonly Gap[]
  readonly gapsNotListed: number
  readonly duplicates: readonly (TopicPartition & { readonly offset: number; readonly where: readonly string[] })[]
  readonly failures: readonly Refusal[]
  /** Why records could not be looked for, and how many. */
  readonly notVerifiable: readonly { readonly why: string; readonly records: number }[]
}

export interface RedriveReport {
  readonly kind: 'redrive'
  /** Records that were put to the task again. */
  readonly taken: number
  readonly written: number
  readonly refused: number
  readonly dropped: number
  /** Passed over: they do not match, do not say where they came from, or are older copies of a record. */
  readonly skipped: number
  /** The first ones. */
  readonly refusals: readonly Refusal[]
  readonly refusalsNotListed: number
  /** Dead letters: nothing is left up to where the topic ended when this began. Gaps: all were taken, none was too many to be listed. */
  readonly complete: boolean
}

export interface InspectionSnapshot {
  readonly progress: InspectionProgress
  readonly report: VerifyReport | RedriveReport
}

/** How an inspection has ended. */
export interface InspectionEnd {
  readonly snapshot: InspectionSnapshot
  /** Why it could not go on, without secrets; null when it came to its end or was cancelled. */
  readonly failure: string | null
}

/** An inspection as an executor runs it. */
export interface Inspection {
  /** Resolves at the end, or soon after `signal` has aborted; rejects when it can't go on. */
  run(signal: AbortSignal): Promise<void>
  snapshot(): InspectionSnapshot
}
