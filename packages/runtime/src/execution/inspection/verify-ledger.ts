/** Books what became of each record, in memory that does not grow with their number. */
import { assertNever, type Finding, type TopicPartition } from '@penstock/core'
import { partitionKey } from '../../kafka/places.ts'
import type { Gap, OffsetRange, Refusal, VerifiedPartition, VerifyCounts, VerifyReport } from './job.ts'

/** What has become of one record in Kafka: of its parts, if transformations made several. */
export type Outcome =
  | Exclude<Finding, { kind: 'skipped' | 'refused' }>
  /** By a transformation or the sink. */
  | { readonly kind: 'dropped' }
  | { readonly kind: 'failed'; readonly refusal: Refusal }

type Counts = { -readonly [K in keyof VerifyCounts]: VerifyCounts[K] }

interface Account {
  readonly range: OffsetRange
  readonly counts: Counts
  /** The run of missing records that the last record belongs to. */
  gap: { -readonly [K in keyof Gap]: Gap[K] } | null
}

const mostListed = 100
const mostReasons = 20

export class VerifyLedger {
  readonly #accounts = new Map<string, Account>()
  readonly #mostGaps: number
  readonly #gaps: Gap[] = []
  #gapsNotListed = 0
  readonly #duplicates: VerifyReport['duplicates'][number][] = []
  readonly #failures: Refusal[] = []
  readonly #reasons = new Map<string, number>()

  constructor(ranges: readonly OffsetRange[], options: { mostGaps: number }) {
    this.#mostGaps = options.mostGaps
    for (const range of ranges) this.#accounts.set(partitionKey(range), { range, counts: noCounts(), gap: null })
  }

  /** Records of one partition must come in their order. */
  book({ topic, partition, offset }: TopicPartition & { readonly offset: number }, outcome: Outcome): void {
    const account = this.#accounts.get(partitionKey({ topic, partition }))
    if (account === undefined) return
    const { counts } = account
    counts.read++
    if (outcome.kind !== 'missing') account.gap = null
    switch (outcome.kind) {
      case 'once':
        counts.found++
        break
      case 'missing':
        counts.missing++
        this.#extendGap(account, offset)
        break
      case 'several':
        counts.duplicated++
        if (this.#duplicates.length < mostListed) {
          this.#duplicates.push({ topic, partition, offset, where: outcome.where })
        }
        break
      case 'not_verifiable':
        counts.notVerifiable++
        this.#reason(outcome.why)
        break
      case 'dropped':
        counts.dropped++
        break
      case 'failed':
        counts.failed++
        if (this.#failures.length < mostListed) this.#failures.push(outcome.refusal)
        break
      default:
        assertNever(outcome)
    }
  }

  report(): VerifyReport {
    const partitions = [...this.#accounts.values()].map(
      ({ range, counts }): VerifiedPartition => ({ ...range, ...counts }),
    )
    const total = noCounts()
    for (const counts of partitions) {
      for (const name of Object.keys(total) as (keyof Counts)[]) total[name] += counts[name]
    }
    return {
      kind: 'verify',
      total,
      partitions,
      gaps: this.#gaps.map((gap) => ({ ...gap })),
      gapsNotListed: this.#gapsNotListed,
      duplicates: [...this.#duplicates],
      failures: [...this.#failures],
      notVerifiable: [...this.#reasons].map(([why, records]) => ({ why, records })),
    }
  }

  #extendGap(account: Account, offset: number): void {
    if (account.gap !== null) {
      account.gap.to = offset + 1
      account.gap.records++
      return
    }
    const { topic, partition } = account.range
    account.gap = { topic, partition, from: offset, to: offset + 1, records: 1 }
    // Listed or not, it is one gap: what it grows by is not counted again.
    if (this.#gaps.length < this.#mostGaps) this.#gaps.push(account.gap)
    else this.#gapsNotListed++
  }

  #reason(why: string): void {
    const known = this.#reasons.has(why) || this.#reasons.size < mostReasons
    const name = known ? why : 'other reasons'
    this.#reasons.set(name, (this.#reasons.get(name) ?? 0) + 1)
  }
}

/** What became of a record by what became of its parts: the worst counts. */
export function worstOf(findings: readonly Exclude<Finding, { kind: 'refused' }>[]): Outcome {
  const parts = findings.filter((finding) => finding.kind !== 'skipped')
  for (const kind of ['missing', 'several', 'not_verifiable'] as const) {
    const found = parts.find((finding) => finding.kind === kind)
    if (found !== undefined) return found
  }
  return parts.length === 0 ? { kind: 'dropped' } : { kind: 'once' }
}

function noCounts(): Counts {
  return { read: 0, found: 0, missing: 0, duplicated: 0, dropped: 0, failed: 0, notVerifiable: 0 }
}
