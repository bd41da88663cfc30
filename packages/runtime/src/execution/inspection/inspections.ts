/**
 * What an executor is asked about the records of sink connectors: short questions (a preview, a page of dead letters) and
 * long work, which is watched and cancelled by its id (`verification.ts`, `gap-redrive.ts`, `dead-letter-redrive.ts`).
 */
import { assertNever, messageOf, NotFoundError } from '@penstock/core'
import { type DeadLetterPage, type DeadLetterQuery, listDeadLetters } from './dead-letter-list.ts'
import { DeadLetterRedrive } from './dead-letter-redrive.ts'
import { GapRedrive } from './gap-redrive.ts'
import { type InspectedConfig, InspectedConnector, type InspectionParts } from './inspected-connector.ts'
import type { Inspection, InspectionEnd, InspectionJob, InspectionSnapshot, Refusal } from './job.ts'
import { type Preview, type PreviewRequest, preview } from './preview.ts'
import { Shower } from './shown.ts'
import { Verification } from './verification.ts'

interface Running {
  readonly inspection: Inspection
  readonly stop: AbortController
  readonly done: Promise<void>
}

/** Somebody waits for the answer of a request. */
const questionTimeoutMs = 60_000

export class InspectionInstances {
  readonly #parts: InspectionParts
  readonly #running = new Map<string, Running>()

  constructor(parts: InspectionParts) {
    this.#parts = parts
  }

  async preview(config: InspectedConfig, request: PreviewRequest): Promise<Preview> {
    return this.#ask(config, (inspected, shower, signal) => preview(inspected, request, shower, signal))
  }

  async deadLetters(config: InspectedConfig, query: DeadLetterQuery): Promise<DeadLetterPage> {
    return this.#ask(config, (inspected, shower, signal) => listDeadLetters(inspected, query, shower, signal))
  }

  /** Resolves at the end, however it came; rejects when it could not begin. */
  async run(id: string, config: InspectedConfig, job: InspectionJob): Promise<InspectionEnd> {
    const stop = new AbortController()
    const inspected = new InspectedConnector(config, this.#parts)
    const inspection = this.#open(inspected, job)
    const done = runToEnd(inspection, inspected, stop.signal)
    this.#running.set(id, { inspection, stop, done })
    try {
      await done
      return { snapshot: this.#masked(inspection.snapshot()), failure: null }
    } catch (error) {
      inspected.logger.warn('an inspection failed', { inspection: id, error })
      return { snapshot: this.#masked(inspection.snapshot()), failure: this.#parts.redactor.redact(messageOf(error)) }
    } finally {
      this.#running.delete(id)
    }
  }

  snapshot(id: string): InspectionSnapshot {
    const running = this.#running.get(id)
    if (running === undefined) throw new NotFoundError('inspection.unknown', `inspection ${id} does not run here`)
    return this.#masked(running.inspection.snapshot())
  }

  /** One that has ended is left alone. */
  cancel(id: string): void {
    this.#running.get(id)?.stop.abort()
  }

  /** Ends everything; resolves when nothing is written or read any more. */
  async stopAll(): Promise<void> {
    const all = [...this.#running.values()]
    for (const { stop } of all) stop.abort()
    await Promise.allSettled(all.map(({ done }) => done))
  }

  /** Reasons are texts of plugins and of other systems. */
  #masked({ progress, report }: InspectionSnapshot): InspectionSnapshot {
    const { redactor } = this.#parts
    const masked = (refusals: readonly Refusal[]): Refusal[] =>
      refusals.map((refusal) => ({ ...refusal, message: redactor.redact(refusal.message) }))
    if (report.kind === 'redrive') return { progress, report: { ...report, refusals: masked(report.refusals) } }
    const notVerifiable = report.notVerifiable.map((reason) => ({ ...reason, why: redactor.redact(reason.why) }))
    return { progress, report: { ...report, failures: masked(report.failures), notVerifiable } }
  }

  #open(inspected: InspectedConnector, job: InspectionJob): Inspection {
    const { worker } = this.#parts
    const redrivenPerSecond = worker['redrive.records.per.second']
    switch (job.kind) {
      case 'verify':
        return new Verification(inspected, job, {
          recordsPerSecond: worker['inspection.records.per.second'],
          mostGaps: worker['inspection.gaps.max'],
        })
      case 'redrive-gaps':
        return new GapRedrive(inspected, job, redrivenPerSecond)
      case 'redrive-dead-letters':
        return new DeadLetterRedrive(inspected, job, {
          recordsPerSecond: redrivenPerSecond,
          mostRecords: worker['redrive.max.records'],
        })
      default:
        return assertNever(job)
    }
  }

  async #ask<T>(
    config: InspectedConfig,
    question: (inspected: InspectedConnector, shower: Shower, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const inspected = new InspectedConnector(config, this.#parts)
    try {
      const shower = new Shower(this.#parts.redactor, this.#parts.worker['inspection.shown.bytes'])
      return await question(inspected, shower, AbortSignal.timeout(questionTimeoutMs))
    } finally {
      await inspected.close()
    }
  }
}

async function runToEnd(inspection: Inspection, inspected: InspectedConnector, signal: AbortSignal): Promise<void> {
  try {
    await inspection.run(signal)
  } catch (error) {
    // What fails because it was cut off has not failed.
    if (!signal.aborted) throw error
  } finally {
    await inspected.close()
  }
}
