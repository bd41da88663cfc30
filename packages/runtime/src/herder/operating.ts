/**
 * What operators look at: the workers of the group and how tasks fare. Any worker answers for all of them: it knows from
 * the coordinator who is in the group (`group/group-members.ts`) and asks each once (`peer-reports.ts`).
 */
import { type Clock, NotFoundError, type TaskId, taskName } from '@penstock/core'
import type { TaskFacts } from '../execution/task-facts.ts'
import type { MembersSeen } from '../group/group-members.ts'
import type { PluginDescription } from '../plugins/description.ts'
import type { ConfigState } from '../storage/config-state.ts'
import type { StatusStore } from '../storage/status-store.ts'
import type { LastError } from '../telemetry/figures.ts'
import { connectorTypeOf } from './connector-types.ts'
import type { ConnectorMetricsView, OperatingControl, TaskMetricsView, WorkerView } from './herder.ts'
import type { PeerReports } from './peer-reports.ts'
import type { ReportQuestion, WorkerReport } from './worker-report.ts'

export interface OperatingParts {
  readonly workerId: string
  readonly url: string
  readonly configs: ConfigState
  readonly statuses: StatusStore
  readonly plugins: () => Promise<readonly PluginDescription[]>
  readonly own: (question: ReportQuestion) => WorkerReport
  /** Null for a worker without a group. */
  readonly group: {
    readonly peers: Pick<PeerReports, 'ask'>
    readonly members: () => Promise<MembersSeen>
    readonly leaderUrl: () => string | null
  } | null
  readonly clock: Clock
}

interface Gathered {
  readonly workers: readonly WorkerView[]
  /** By `name-0` */
  readonly facts: ReadonlyMap<string, { readonly workerId: string; readonly facts: TaskFacts }>
}

export class Operating implements OperatingControl {
  readonly #parts: OperatingParts
  /** What is asked for while the same is being gathered gets the same. */
  readonly #underWay = new Map<string, Promise<Gathered>>()

  constructor(parts: OperatingParts) {
    this.#parts = parts
  }

  async workers(): Promise<readonly WorkerView[]> {
    return (await this.#gather({ facts: 'none' })).workers
  }

  async metrics(connector: string): Promise<ConnectorMetricsView> {
    const { configs } = this.#parts
    if (!configs.has(connector)) {
      throw new NotFoundError('herder.unknown_connector', `Connector ${connector} not found`)
    }
    const { facts } = await this.#gather({ facts: { connector } })
    return this.#view(connector, facts, await this.#parts.plugins())
  }

  async overview(): Promise<{ workers: readonly WorkerView[]; metrics: ReadonlyMap<string, ConnectorMetricsView> }> {
    const { workers, facts } = await this.#gather({ facts: 'all' })
    const plugins = await this.#parts.plugins()
    const names = this.#parts.configs.connectors()
    return { workers, metrics: new Map(names.map((name) => [name, this.#view(name, facts, plugins)])) }
  }

  /** The URL of a member of the group; null for none. */
  async urlOf(workerId: string): Promise<string | null> {
    const { present } = await this.#members()
    return present.find((url) => workerIdOf(url) === workerId) ?? null
  }

  own(question: ReportQuestion): WorkerReport {
    return this.#parts.own(question)
  }

  /** While Kafka does not tell, at least this worker and the leader are known. */
  async #members(): Promise<MembersSeen> {
    const { group, url } = this.#parts
    if (group === null) return { present: [url], gone: [] }
    return group.members().catch(() => ({ present: [url, ...[group.leaderUrl()].filter(isKnown)], gone: [] }))
  }

  #gather(question: ReportQuestion): Promise<Gathered> {
    const key = JSON.stringify(question)
    const gathering = this.#underWay.get(key) ?? this.#gatherNow(question).finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, gathering)
    return gathering
  }

  async #gatherNow(question: ReportQuestion): Promise<Gathered> {
    const { url: ownUrl, own, group, clock } = this.#parts
    const seen = await this.#members()
    const others = seen.present.filter((url) => url !== ownUrl && this.#mayKnow(url, question))
    const answers = (await group?.peers.ask(others, question)) ?? new Map<string, WorkerReport | Error>()
    const reports = new Map<string, WorkerReport | Error>([[ownUrl, own(question)], ...answers])
    const leaderUrl = group === null ? ownUrl : group.leaderUrl()
    const workers = [...reports].map(([url, report]): WorkerView => {
      const common = { workerId: workerIdOf(url), url, leader: url === leaderUrl, gone: false }
      return report instanceof Error
        ? { ...common, state: 'UNREACHABLE', error: report.message, report: null }
        : { ...common, state: 'RUNNING', error: null, report }
    })
    const gone = seen.gone.map(
      ({ url, lastSeenAt }): WorkerView => ({
        ...{ workerId: workerIdOf(url), url, leader: false, gone: true, state: 'UNREACHABLE', report: null },
        error: `it has left the group, where it was last seen ${Math.round((clock.now() - lastSeenAt) / 1000)} s ago`,
      }),
    )
    const facts = new Map<string, { workerId: string; facts: TaskFacts }>()
    for (const { workerId, report } of workers) {
      for (const one of report?.facts ?? []) facts.set(taskName(one), { workerId, facts: one })
    }
    return { workers: [...workers, ...gone].sort((a, b) => (a.workerId < b.workerId ? -1 : 1)), facts }
  }

  /** Of one connector only those are asked that run its tasks. */
  #mayKnow(url: string, { facts }: ReportQuestion): boolean {
    if (typeof facts === 'string') return true
    const statuses = [...this.#parts.statuses.tasks(facts.connector).values()]
    return statuses.some(({ workerId }) => workerId === workerIdOf(url))
  }

  #view(connector: string, known: Gathered['facts'], plugins: readonly PluginDescription[]): ConnectorMetricsView {
    const { configs } = this.#parts
    return {
      name: connector,
      type: connectorTypeOf(plugins, configs.config(connector)),
      tasks: configs.tasks(connector).map((id) => this.#taskView(id, known)),
    }
  }

  #taskView(id: TaskId, known: Gathered['facts']): TaskMetricsView {
    const status = this.#parts.statuses.task(id)
    const found = known.get(taskName(id))
    return {
      task: id.task,
      state: status?.state ?? 'UNASSIGNED',
      workerId: status?.workerId ?? found?.workerId ?? null,
      facts: found?.facts ?? null,
      lastError: found?.facts.lastError ?? errorOfTrace(status?.trace ?? null),
    }
  }
}

function isKnown(url: string | null): url is string {
  return url !== null
}

/** All that is left of a task whose executor has died is what it was reported with. */
function errorOfTrace(trace: string | null): LastError | null {
  const [message = ''] = (trace ?? '').split('\n')
  return message === '' ? null : { message, stage: null, topic: null, partition: null, offset: null, at: null }
}

/** `host:port`, as statuses name the worker of a URL. What a member tells need not be one: then it is shown as it is. */
export function workerIdOf(url: string): string {
  const parsed = URL.parse(url)
  if (parsed === null) return url
  const { hostname, port, protocol } = parsed
  return `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`
}
