/** Makes what herders answer operators with. Read next: operating.ts, cluster-events.ts, worker-logs.ts. */
import type { Clock, Logger } from '@penstock/core'
import type { DistributedConfig } from '../config/worker-config.ts'
import type { ExecutorPool } from '../execution/executor-pool.ts'
import { GroupMembers } from '../group/group-members.ts'
import type { ConfigStore } from '../storage/config-store.ts'
import type { StatusStore } from '../storage/status-store.ts'
import type { LogRing } from '../telemetry/log-ring.ts'
import type { ProcessMeter } from '../telemetry/process-meter.ts'
import { ClusterEvents } from './cluster-events.ts'
import type { GroupDuties } from './group-duties.ts'
import { Operating } from './operating.ts'
import { ownReport } from './own-report.ts'
import type { PeerClient } from './peer-client.ts'
import { PeerReports, type PeerReportsParts } from './peer-reports.ts'
import type { RunningWork } from './running-work.ts'
import { WorkerLogs } from './worker-logs.ts'

export interface OwnOperatingParts {
  readonly workerId: string
  readonly version: string
  readonly url: string
  readonly configs: ConfigStore
  readonly statuses: StatusStore
  readonly executors: Pick<ExecutorPool, 'plugins' | 'reports' | 'facts'>
  readonly work: RunningWork
  readonly process: ProcessMeter
  readonly logRing: LogRing
  readonly logger: Logger
  readonly clock: Clock
}

export interface GroupOperatingParts extends OwnOperatingParts {
  readonly config: DistributedConfig
  readonly duties: GroupDuties
  readonly signing: Pick<PeerReportsParts, 'signatureAlgorithm' | 'sessionKey'> & { readonly peers: PeerClient }
  readonly describeMembers: () => Promise<readonly string[] | null>
}

/** Longest wait for one worker, and for the coordinator; a request as a whole may take `rest.request.timeout.ms`. */
const longestWaitMs = 3_000

/** What herders answer operators with. */
export interface OperatingTools {
  readonly operating: Operating
  readonly events: ClusterEvents
  readonly logs: WorkerLogs
}

/** The view that a worker of a group has of all of them. */
export function groupOperating(parts: GroupOperatingParts): OperatingTools {
  const { config, duties, configs, executors, signing, clock } = parts
  const timeoutMs = Math.min(longestWaitMs, config['rest.request.timeout.ms'] / 2)
  const members = new GroupMembers({
    describe: parts.describeMembers,
    // While its work waits for it, a lost worker is missed.
    rememberMs: config['scheduled.rebalance.max.delay.ms'],
    timeoutMs,
    clock,
  })
  const group = () => ({
    generation: duties.generation,
    rebalances: { completed: duties.figures.completed, lastAt: duties.figures.lastAt, delayMs: duties.delayMs },
  })
  const operating = new Operating({
    ...parts,
    configs: configs.state,
    plugins: () => executors.plugins(),
    own: (question) => ownReport({ ...parts, group }, question),
    group: {
      peers: new PeerReports({
        ...signing,
        timeoutMs,
        clock,
      }),
      members: () => members.look(duties.generation),
      leaderUrl: () => duties.leaderUrl,
    },
  })
  const urlOf = (workerId: string) => operating.urlOf(workerId)
  return {
    operating,
    events: clusterEvents({ ...parts, operating }),
    logs: new WorkerLogs({ workerId: parts.workerId, ring: parts.logRing, group: { ...signing, urlOf, timeoutMs } }),
  }
}

/** The same for a worker that is alone. */
export function ownOperating(parts: OwnOperatingParts): OperatingTools {
  const { configs, executors, workerId } = parts
  const operating = new Operating({
    ...parts,
    configs: configs.state,
    plugins: () => executors.plugins(),
    own: (question) => ownReport({ ...parts, group: () => null }, question),
    group: null,
  })
  return {
    operating,
    events: clusterEvents({ ...parts, operating }),
    logs: new WorkerLogs({ workerId, ring: parts.logRing, group: null }),
  }
}

function clusterEvents({ statuses, ...parts }: OwnOperatingParts & { readonly operating: Operating }): ClusterEvents {
  const events = new ClusterEvents(parts)
  statuses.listen({
    onConnector: (connector, status) => events.onConnectorStatus(connector, status),
    onTask: (id, status) => events.onTaskStatus(id, status),
  })
  return events
}
