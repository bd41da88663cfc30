/** Bodies of the requests about the records of a sink connector. */

export interface PreviewRequest {
  readonly topic?: string
  readonly partitions?: readonly number[]
  readonly records?: number
  readonly config?: Readonly<Record<string, string | null>>
}

/** Bytes as text, or as base64 where they are none. */
export interface ShownBytes {
  readonly text?: string
  readonly base64?: string
  readonly bytes: number
  readonly truncated: boolean
}

/** The value as JSON, or the beginning of its text where that is long. */
export interface ShownValue {
  readonly schema: string | null
  readonly value?: unknown
  readonly beginning?: string
}

export interface ShownMessage {
  readonly key: ShownBytes | null
  readonly value: ShownBytes | null
  readonly headers: readonly { readonly name: string; readonly value: ShownBytes | null }[]
}

export interface ShownRecord {
  readonly topic: string
  readonly partition: number | null
  readonly timestamp: number | null
  readonly key: ShownValue
  readonly value: ShownValue
  readonly headers: readonly ({ readonly name: string } & ShownValue)[]
}

export interface RecordFailure {
  readonly stage: string
  readonly class: string
  readonly exception: string
  readonly message: string
}

export type PreviewWrite =
  | {
      readonly kind: 'write'
      readonly action: string
      readonly target: string
      readonly id: string | null
      readonly text: string
      readonly truncated: boolean
    }
  | { readonly kind: 'skipped' }
  | ({ readonly kind: 'refused' } & RecordFailure)

export interface Preview {
  readonly topic: string
  readonly shows_writes: boolean
  readonly records: readonly {
    readonly topic: string
    readonly partition: number
    readonly offset: number
    readonly timestamp: number | null
    readonly raw: ShownMessage
    readonly converted: ShownRecord | null
    readonly transformations: readonly {
      readonly alias: string
      readonly class: string
      readonly records: readonly ShownRecord[]
    }[]
    readonly dropped_by: string | null
    readonly error: RecordFailure | null
    readonly writes: readonly PreviewWrite[]
  }[]
}

/** Offsets by partition, or a time: ISO 8601 or epoch milliseconds. */
export type Bound = Readonly<Record<string, number>> | string | number

export interface VerifyRequest {
  readonly topic?: string
  readonly partitions?: readonly number[]
  readonly from?: Bound
  readonly to?: Bound
  readonly within?: string
}

export interface VerifyCounts {
  readonly read: number
  readonly found: number
  readonly missing: number
  readonly duplicated: number
  readonly dropped: number
  readonly failed: number
  readonly not_verifiable: number
}

interface RecordPlace {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

interface Range {
  readonly topic: string
  readonly partition: number
  readonly from: number
  readonly to: number
}

export interface VerifyResult extends VerifyCounts {
  readonly partitions: readonly (Range & VerifyCounts)[]
  readonly gaps: readonly (Range & { readonly records: number })[]
  readonly gaps_not_listed: number
  readonly duplicates: readonly (RecordPlace & { readonly where: readonly string[] })[]
  readonly failures: readonly (RecordPlace & RecordFailure)[]
  readonly reasons_not_verifiable: readonly { readonly why: string; readonly records: number }[]
}

export interface RedriveResult {
  readonly taken: number
  readonly written: number
  readonly refused: number
  readonly dropped: number
  readonly skipped: number
  readonly refusals: readonly (RecordPlace & RecordFailure)[]
  readonly refusals_not_listed: number
  readonly complete: boolean
}

/** Long work on the records of a connector, and how far it is. */
export interface Inspection<Result> {
  readonly id: string
  readonly connector: string
  readonly kind: 'verify' | 'redrive-gaps' | 'redrive-dead-letters'
  readonly state: 'RUNNING' | 'DONE' | 'FAILED' | 'CANCELLED'
  readonly worker_id: string
  readonly started_at: number
  readonly ended_at: number | null
  readonly reason: string | null
  readonly progress: {
    readonly records_read: number
    readonly offsets_done: number
    readonly offsets_total: number
    readonly records_per_second: number
  } | null
  readonly result: Result | null
}

export interface DeadLetterQuery {
  readonly limit?: number
  readonly order?: 'newest' | 'oldest'
  readonly from?: string
  readonly reason?: string
  readonly topic?: string
}

export interface DeadLetterPage {
  readonly topic: string
  readonly letters: readonly {
    readonly partition: number
    readonly offset: number
    readonly timestamp: number | null
    readonly origin: (RecordPlace & { readonly connector: string; readonly task: string | null }) | null
    readonly stage: string | null
    readonly class: string | null
    readonly exception: string | null
    readonly message: string | null
    readonly record: ShownMessage
  }[]
  readonly next: string | null
}

export interface RedriveRequest {
  readonly reason?: string
  readonly topic?: string
  readonly config?: Readonly<Record<string, string | null>>
  readonly max_records?: number
  readonly from?: 'beginning' | 'last'
}
