/** The part of a worker's start that is for those with a group: internal topics, membership, the distributed herder. */
import type { DistributedConfig } from './config/worker-config.ts'
import { connectProtocolOf } from './group/connect-protocol.ts'
import { GroupCalls } from './group/group-calls.ts'
import { describeMembers } from './group/group-members.ts'
import { Membership } from './group/membership.ts'
import { MeteredGroupCalls } from './group/metered-calls.ts'
import { DistributedHerder } from './herder/distributed-herder.ts'
import { WorkerLoggers } from './herder/worker-loggers.ts'
import type { HerderSurroundings, OpenHerder } from './open-herder.ts'
import { openStores } from './stores.ts'
import type { GroupFigures } from './telemetry/figures.ts'

export async function openDistributedHerder(
  surroundings: HerderSurroundings & { readonly config: DistributedConfig },
): Promise<OpenHerder> {
  const { config, client, admin, executors, loggers, clock, closers, onFatal } = surroundings
  let herder: DistributedHerder | null = null
  const stores = await openStores({
    config,
    admin,
    loggers,
    onConfigEvent: (event) => {
      herder?.local.onConfigEvent(event)
      herder?.events.onConfigEvent(event)
    },
    onFatal,
  })
  closers.push(() => stores.close())
  const calls = new MeteredGroupCalls(
    new GroupCalls({
      client,
      groupId: config['group.id'],
      sessionTimeoutMs: config['session.timeout.ms'],
      rebalanceTimeoutMs: config['rebalance.timeout.ms'],
    }),
    clock,
  )
  const opened = new DistributedHerder({
    ...surroundings,
    configs: stores.configs,
    statuses: stores.statuses,
    describeMembers: () => describeMembers(client, config['group.id']),
    loggers: new WorkerLoggers({
      loggers,
      tellExecutors: (name, level) => executors.setLogLevel(name, level),
      tellCluster: (name, level) => stores.configs.putLoggerLevel(name, level.toUpperCase()),
    }),
    logger: loggers.child('herder'),
    membership: (duties) =>
      new Membership({
        calls,
        connectProtocol: config['connect.protocol'],
        sessionTimeoutMs: config['session.timeout.ms'],
        heartbeatIntervalMs: config['heartbeat.interval.ms'],
        retryBackoffMs: config['retry.backoff.ms'],
        retryBackoffMaxMs: config['retry.backoff.max.ms'],
        listener: duties,
        onMemberId: (memberId) => executors.setMemberId(memberId),
        logger: loggers.child('group'),
        clock,
      }),
  })
  herder = opened
  closers.push(() => opened.stop())
  return {
    herder: opened,
    configs: stores.configs.state,
    group: () => groupFigures(opened, calls, clock.now()),
    start: async () => opened.start(),
  }
}

function groupFigures(
  { duties, membership }: DistributedHerder,
  { figures: calls }: MeteredGroupCalls,
  now: number,
): GroupFigures {
  const { completed, lastMs, sumMs, maxMs, lastAt } = duties.figures
  return {
    protocol: connectProtocolOf(duties.protocolVersion),
    leaderUrl: duties.leaderUrl,
    isLeader: duties.isLeader,
    generation: duties.generation,
    rebalancing: membership.isRebalancing,
    completedRebalances: completed,
    lastRebalanceMs: lastMs,
    rebalanceMs: { sum: sumMs, count: completed, max: maxMs },
    msSinceLastRebalance: lastAt === null ? Number.POSITIVE_INFINITY : now - lastAt,
    calls,
    secondsSinceLastHeartbeat: membership.lastHeartbeatAt === 0 ? -1 : (now - membership.lastHeartbeatAt) / 1000,
  }
}
