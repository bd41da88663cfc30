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
  readonly stop: AbortController
  /** Null until it begins. */
  inspection: Inspection | null
  done: Promise<unknown>
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
  run(id: string, config: () => Promise<InspectedConfig>, job: InspectionJob): Promise<InspectionEnd> {
    // Known before anything is awaited: its cancellation may come right behind.
    const running: Running = { stop: new AbortController(), inspection: null, done: Promise.resolve() }
    this.#running.set(id, running)
    const end = this.#runToEnd(id, running, config, job).finally(() => this.#running.delete(id))
    running.done = end
    return end
  }

  async #runToEnd(
    id: string,
    running: Running,
    config: () => Promise<InspectedConfig>,
    job: InspectionJob,
  ): Promise<InspectionEnd> {
    const inspected = new InspectedConnector(await config(), this.#parts)
    const inspection = this.#open(inspected, job)
    running.inspection = inspection
    try {
      await runInspection(inspection, inspected, running.stop.signal)
      return { snapshot: this.#masked(inspection.snapshot()), failure: null }
    } catch (error) {
      inspected.logger.warn('an inspection failed', { inspection: id, error })
      return { snapshot: this.#masked(inspection.snapshot()), failure: this.#parts.redactor.redact(messageOf(error)) }
    }
  }

  snapshot(id: string): InspectionSnapshot {
    const inspection = this.#running.get(id)?.inspection
    if (!inspection) throw new NotFoundError('inspection.unknown', `inspection ${id} does not run here`)
    return this.#masked(inspection.snapshot())
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

async function runInspection(
  inspection: Inspection,
  inspected: InspectedConnector,
  signal: AbortSignal,
): Promise<void> {
  try {
    if (!signal.aborted) await inspection.run(signal)
  } catch (error) {
    // What fails because it was cut off has not failed.
    if (!signal.aborted) throw error
  } finally {
    await inspected.close()
  }
}
