/**
 * Previews, verification and work with dead letters. Short questions any worker answers; long work runs beside the
 * connector's instance, one at a time, and is forgotten with the worker.
 */
import { randomUUID } from 'node:crypto'
import { type Clock, ConflictError, type Logger, messageOf, NotFoundError, type RawConfig } from '@penstock/core'
import { sameConfig } from '../config/same-config.ts'
import type { ExecutorPool, RunningInspection } from '../execution/executor-pool.ts'
import type { DeadLetterPage, DeadLetterQuery } from '../execution/inspection/dead-letter-list.ts'
import type {
  InspectionEnd,
  InspectionJob,
  InspectionKind,
  InspectionSnapshot,
  RedriveRequest,
  VerifyRequest,
} from '../execution/inspection/job.ts'
import type { Preview, PreviewRequest } from '../execution/inspection/preview.ts'
import type { Inspected } from '../execution/ipc.ts'
import type { ConfigState } from '../storage/config-state.ts'
import { within } from '../time/within.ts'
import type { InspectionControl, InspectionView } from './herder.ts'
import { asTaskConfig } from './task-configs.ts'
import { validated } from './validation.ts'

export interface InspectionsParts {
  readonly configs: ConfigState
  readonly executors: Pick<ExecutorPool, 'ask' | 'inspect' | 'validate'>
  readonly workerId: string
  /** Rejects with where the connector's instance is, when that is not here. */
  readonly mustBeHere: (connector: string) => Promise<void>
  /** Whether it still is. */
  readonly isHere: (connector: string) => boolean
  readonly logger: Logger
  readonly clock: Clock
}

interface Entry {
  view: InspectionView
  /** What the connector's config was. */
  readonly config: RawConfig
  running: RunningInspection | null
  /** Why it was cut off, once it was. */
  cancelled: string | null
}

/** A worker knows at least this soon that a connector is elsewhere, and how far an inspection was when its executor died. */
const lookEveryMs = 1_000
const snapshotTimeoutMs = 2_000

export class Inspections implements InspectionControl {
  readonly #parts: InspectionsParts
  /** By connector, the last one of each kind. */
  readonly #entries = new Map<string, Map<InspectionKind, Entry>>()

  constructor(parts: InspectionsParts) {
    this.#parts = parts
  }

  async preview(connector: string, request: PreviewRequest, changes: RawConfig | null): Promise<Preview> {
    return this.#parts.executors.ask('preview', { ...this.#inspected(connector, changes), request })
  }

  async previewConfig(config: RawConfig, request: PreviewRequest): Promise<Preview> {
    const connector = config.name ?? 'preview'
    const named = asTaskConfig(connector, config)
    return this.#parts.executors.ask('preview', { connector, config: named, taskConfig: named, request })
  }

  async deadLetters(connector: string, query: DeadLetterQuery): Promise<DeadLetterPage> {
    return this.#parts.executors.ask('list-dead-letters', { ...this.#inspected(connector, null), query })
  }

  async verify(connector: string, request: VerifyRequest): Promise<InspectionView> {
    const inspected = this.#inspected(connector, null)
    await this.#parts.mustBeHere(connector)
    return this.#start(inspected, { kind: 'verify', ...request })
  }

  async redriveGaps(connector: string): Promise<InspectionView> {
    const inspected = this.#inspected(connector, null)
    await this.#parts.mustBeHere(connector)
    this.#mustBeIdle(connector)
    const verified = this.#entries.get(connector)?.get('verify')
    const report = verified?.view.snapshot?.report
    if (verified === undefined || report?.kind !== 'verify' || report.gaps.length === 0) {
      throw new ConflictError(
        'inspection.no_gaps',
        `no gaps are known of connector ${connector} on this worker: verify it first, with POST /connectors/${connector}/verify`,
      )
    }
    // With other topics, ids or indices they would be no gaps, and the records not the connector's to write.
    if (!sameConfig(verified.config, inspected.config)) {
      throw new ConflictError(
        'inspection.config_changed',
        `connector ${connector} was changed or made anew since it was verified: verify it again, with POST /connectors/${connector}/verify`,
      )
    }
    return this.#start(inspected, { kind: 'redrive-gaps', gaps: report.gaps, areAll: report.gapsNotListed === 0 })
  }

  async redriveDeadLetters(connector: string, { config, ...request }: RedriveRequest): Promise<InspectionView> {
    const inspected = this.#inspected(connector, config)
    await this.#parts.mustBeHere(connector)
    if (Object.keys(config).length > 0) await validated(this.#parts.executors, inspected.config)
    return this.#start(inspected, { kind: 'redrive-dead-letters', ...request })
  }

  async inspection(connector: string, kind: InspectionKind): Promise<InspectionView> {
    const entry = await this.#entry(connector, kind)
    await this.#look(entry)
    return entry.view
  }

  async cancelInspection(connector: string, kind: InspectionKind): Promise<InspectionView> {
    const entry = await this.#entry(connector, kind)
    await this.#cancel(entry, 'it was cancelled')
    return entry.view
  }

  /** From now on nothing runs. */
  close(): void {
    for (const entry of this.#all()) void this.#cancel(entry, 'its worker was stopped')
  }

  async #entry(connector: string, kind: InspectionKind): Promise<Entry> {
    this.#configOf(connector)
    await this.#parts.mustBeHere(connector)
    const entry = this.#entries.get(connector)?.get(kind)
    if (entry !== undefined) return entry
    throw new NotFoundError(
      'inspection.none',
      `there was no such work on connector ${connector} since it came to worker ${this.#parts.workerId}: begin it with POST`,
    )
  }

  /** Nothing may be awaited before the entry is there: two at once must not both begin. */
  async #start(inspected: Inspected, job: InspectionJob): Promise<InspectionView> {
    const { executors, workerId, clock } = this.#parts
    const { connector } = inspected
    this.#mustBeIdle(connector)
    const id = randomUUID()
    const view: InspectionView = {
      ...{ id, connector, kind: job.kind, state: 'RUNNING', workerId },
      ...{ startedAt: clock.now(), endedAt: null, reason: null, snapshot: null },
    }
    const entry: Entry = { view, config: inspected.config, running: null, cancelled: null }
    this.#forgetOthers()
    const ofConnector = this.#entries.get(connector) ?? new Map<InspectionKind, Entry>()
    this.#entries.set(connector, ofConnector.set(job.kind, entry))
    try {
      entry.running = await executors.inspect({ ...inspected, id, job })
    } catch (error) {
      this.#end(entry, { state: 'FAILED', reason: messageOf(error) })
      throw error
    }
    this.#follow(entry, entry.running)
    // Cut off while an executor was looked for.
    if (entry.cancelled !== null) await entry.running.cancel()
    return entry.view
  }

  #follow(entry: Entry, running: RunningInspection): void {
    const { isHere, logger } = this.#parts
    const { id, connector, kind } = entry.view
    logger.info(`${kind} of connector ${connector} begins`, { inspection: id })
    const looks = setInterval(() => {
      if (isHere(connector)) void this.#look(entry)
      else void this.#cancel(entry, `connector ${connector} does not run on this worker any more`)
    }, lookEveryMs).unref()
    const end = ({ snapshot, failure }: InspectionEnd): void => {
      entry.view = { ...entry.view, snapshot }
      if (failure !== null) this.#end(entry, { state: 'FAILED', reason: failure })
      else if (entry.cancelled !== null) this.#end(entry, { state: 'CANCELLED', reason: entry.cancelled })
      else this.#end(entry, { state: 'DONE', reason: null })
    }
    running.done
      .then(end, (error: unknown) => this.#end(entry, { state: 'FAILED', reason: messageOf(error) }))
      .finally(() => clearInterval(looks))
  }

  #end(entry: Entry, end: Pick<InspectionView, 'state' | 'reason'>): void {
    const { clock, logger } = this.#parts
    entry.view = { ...entry.view, ...end, endedAt: clock.now() }
    entry.running = null
    const { id, connector, kind, state, reason } = entry.view
    logger.info(`${kind} of connector ${connector} has ended`, { inspection: id, state, reason: reason ?? undefined })
  }

  /** Asks how far it is. An executor that is busy is not waited for: what was known last stands. */
  async #look(entry: Entry): Promise<void> {
    const { running } = entry
    if (running === null) return
    // One that ends meanwhile says so itself.
    const asked = running.snapshot().catch((): InspectionSnapshot | null => null)
    const snapshot = await within(snapshotTimeoutMs, asked, () => null)
    if (snapshot !== null && entry.view.state === 'RUNNING') entry.view = { ...entry.view, snapshot }
  }

  async #cancel(entry: Entry, why: string): Promise<void> {
    if (entry.view.state !== 'RUNNING' || entry.cancelled !== null) return
    entry.cancelled = why
    await entry.running?.cancel()
  }

  #mustBeIdle(connector: string): void {
    const busy = [...(this.#entries.get(connector)?.values() ?? [])].find(({ view }) => view.state === 'RUNNING')
    if (busy === undefined) return
    const { kind, id, startedAt } = busy.view
    throw new ConflictError(
      'inspection.busy',
      `connector ${connector} has a ${kind} under way (${id}, since ${new Date(startedAt).toISOString()}): wait for its end, or cancel it with DELETE`,
    )
  }

  /** What was known of connectors that are gone. */
  #forgetOthers(): void {
    for (const connector of this.#entries.keys()) {
      if (!this.#parts.configs.has(connector)) this.#entries.delete(connector)
    }
  }

  #all(): Entry[] {
    return [...this.#entries.values()].flatMap((ofConnector) => [...ofConnector.values()])
  }

  #configOf(connector: string): RawConfig {
    const config = this.#parts.configs.config(connector)
    if (config === null) throw new NotFoundError('herder.unknown_connector', `Connector ${connector} not found`)
    return config
  }

  /** The connector's config, and that of its first task, with these changes; null takes a key away. */
  #inspected(connector: string, changes: RawConfig | null): Inspected {
    const config = asTaskConfig(connector, this.#configOf(connector))
    const taskConfig = this.#parts.configs.taskConfig({ connector, task: 0 }) ?? config
    if (changes === null) return { connector, config, taskConfig }
    const changed = (of: RawConfig): RawConfig =>
      Object.fromEntries(Object.entries({ ...of, ...changes, name: connector }).filter(([, value]) => value !== null))
    return { connector, config: changed(config), taskConfig: changed(taskConfig) }
  }
}
