/**
 * Proves from the other system that each record of a range is there once: reads the range again, takes it through
 * converters and transformations, has the sink's inspector look for what comes out (`inspected-connector.ts`), and books
 * the findings (`verify-ledger.ts`). One chunk after the other, so memory is bounded whatever the range.
 */
import { ConnectError, type Finding, type SinkInspector, type SinkRecord } from '@penstock/core'
import { sinkConsumerGroup } from '../../config/connector-config.ts'
import { recordKey } from '../../kafka/places.ts'
import { failureOf } from '../error-policy.ts'
import type { InspectedConnector } from './inspected-connector.ts'
import type { Inspection, InspectionSnapshot, Refusal, VerifyRequest } from './job.ts'
import { Pace } from './pace.ts'
import { Progress } from './progress.ts'
import type { RangeReader } from './range-reader.ts'
import { rangesToVerify, topicsOf } from './ranges.ts'
import { refusalOf } from './refusals.ts'
import { type Outcome, VerifyLedger, worstOf } from './verify-ledger.ts'

export interface VerificationLimits {
  readonly recordsPerSecond: number
  readonly mostGaps: number
}

const chunkRecords = 4_000

export class Verification implements Inspection {
  readonly #inspected: InspectedConnector
  readonly #request: VerifyRequest
  readonly #limits: VerificationLimits
  readonly #progress: Progress
  #ledger: VerifyLedger

  constructor(inspected: InspectedConnector, request: VerifyRequest, limits: VerificationLimits) {
    this.#inspected = inspected
    this.#request = request
    this.#limits = limits
    this.#progress = new Progress(inspected.clock)
    this.#ledger = new VerifyLedger([], limits)
  }

  async run(signal: AbortSignal): Promise<void> {
    const { config, clock } = this.#inspected
    const admin = this.#inspected.admin()
    const topics = await topicsOf(config, this.#request.topic, admin)
    const committed = await admin.groupOffsets(sinkConsumerGroup({ ...config.raw, name: this.#inspected.name }))
    const ranges = await rangesToVerify(topics, this.#request, committed, admin)
    this.#ledger = new VerifyLedger(ranges, this.#limits)
    const inspector = this.#inspected.inspector(signal)
    if (inspector === null) throw notVerifiable(this.#inspected.plugin.name)
    try {
      const reader = await this.#inspected.reader(ranges)
      this.#progress.follow(reader)
      await this.#verify(reader, inspector, new Pace(this.#limits.recordsPerSecond, clock), signal)
    } finally {
      await inspector.close?.()
    }
  }

  snapshot(): InspectionSnapshot {
    return { progress: this.#progress.now(), report: this.#ledger.report() }
  }

  async #verify(reader: RangeReader, inspector: SinkInspector, pace: Pace, signal: AbortSignal): Promise<void> {
    const pipeline = this.#inspected.pipeline(signal)
    for (;;) {
      const messages = await reader.read(pace.chunk(chunkRecords), signal)
      if (messages === null) return
      const records = await pipeline.process(messages)
      const refusals = this.#inspected.refusals.take()
      const findings = await inspector.find(records, { within: this.#request.within })
      // What a cancelled inspection has half looked at says nothing.
      if (signal.aborted) return
      const outcomes = outcomesOf(records, findings, refusals)
      for (const message of messages) {
        this.#ledger.book(message, outcomes.get(recordKey(message)) ?? { kind: 'dropped' })
      }
      await pace.keep(messages.length, signal)
    }
  }
}

function notVerifiable(sink: string): ConnectError {
  return new ConnectError(
    'config.not_verifiable',
    `the sink ${sink} has no way of looking for records that it has written`,
  )
}

/** By place in Kafka. Records of which nothing is told were dropped. */
function outcomesOf(
  records: readonly SinkRecord[],
  findings: readonly Finding[],
  refusals: readonly Refusal[],
): ReadonlyMap<string, Outcome> {
  const outcomes = new Map<string, Outcome>()
  const parts = new Map<string, Exclude<Finding, { kind: 'refused' }>[]>()
  records.forEach(({ origin }, index) => {
    const finding = findings[index] ?? { kind: 'not_verifiable', why: 'the sink gave no answer' }
    const place = recordKey(origin)
    if (finding.kind === 'refused') {
      outcomes.set(place, { kind: 'failed', refusal: refusalOf(origin, failureOf(finding.error)) })
    } else {
      const others = parts.get(place)
      if (others === undefined) parts.set(place, [finding])
      else others.push(finding)
    }
  })
  for (const [place, ofRecord] of parts) if (!outcomes.has(place)) outcomes.set(place, worstOf(ofRecord))
  for (const refusal of refusals) outcomes.set(recordKey(refusal), { kind: 'failed', refusal })
  return outcomes
}
