/**
 * What a change of the config topic means for this worker. Every worker reads the same records in the same order; what
 * needs another distribution of work asks for a rebalance, the rest is done in place on what runs here.
 */
import { assertNever } from '@penstock/core'
import type { ConfigEvent, ConfigState, RestartCommand } from '../storage/config-state.ts'
import type { RunningWork } from './running-work.ts'
import { asTaskConfig } from './task-configs.ts'

export interface ConfigEventParts {
  readonly configs: ConfigState
  readonly work: RunningWork
  readonly redistribute: () => void
  readonly startConnector: (name: string) => Promise<void>
  /** Asks a connector for its tasks, in the background. */
  readonly planTasks: (name: string) => void
  /** Has this worker and its executors log from a level on. */
  readonly followLoggerLevel: (logger: string, level: string) => void
}

/** Follows one event; a job of the herder's queue. */
export async function followConfigEvent(event: ConfigEvent, parts: ConfigEventParts): Promise<void> {
  const { work, redistribute, startConnector } = parts
  switch (event.kind) {
    case 'connector-added':
    case 'connector-updated':
      // Added, yet here: deleted and made anew before the group could take the old one away.
      if (work.hasConnector(event.connector)) {
        await work.stopConnector(event.connector, { report: false })
        await startConnector(event.connector)
      }
      if (event.kind === 'connector-added') redistribute()
      return
    case 'connector-removed':
      redistribute()
      return
    case 'tasks-committed': {
      const affected = work.tasks().filter(({ connector }) => connector === event.connector)
      await Promise.all(affected.map((id) => work.stopTask(id)))
      redistribute()
      return
    }
    case 'target-state':
      await followTargetState(event.connector, parts)
      return
    case 'restart':
      await restartLocal(event.command, parts)
      return
    case 'session-key':
      return // whoever signs or verifies reads the key from the state
    case 'logger-level':
      parts.followLoggerLevel(event.logger, event.level)
      return
    default:
      assertNever(event)
  }
}

async function followTargetState(connector: string, { configs, work, planTasks }: ConfigEventParts): Promise<void> {
  const target = configs.targetState(connector)
  const config = configs.config(connector)
  if (config === null) return
  const tasks = work.tasks().filter((id) => id.connector === connector)
  await Promise.all(tasks.map((id) => work.pauseTask(id, target === 'PAUSED')))
  if (await work.changeTarget(connector, asTaskConfig(connector, config), target)) planTasks(connector)
}

/** This worker's share of a restart, as the leader may order it (KIP-745); a job of the herder's queue. */
export async function restartLocal(
  { connector, includeTasks, onlyFailed }: RestartCommand,
  { work, startConnector }: ConfigEventParts,
): Promise<void> {
  const chosen = (state: string | null): boolean => !onlyFailed || state === 'FAILED'
  const tasks = includeTasks
    ? work.tasks().filter((id) => id.connector === connector && chosen(work.taskState(id)))
    : []
  const itself = work.hasConnector(connector) && chosen(work.connectorState(connector))
  await Promise.all([...tasks.map((id) => work.stopTask(id)), itself ? work.stopConnector(connector) : null])
  for (const id of tasks) work.markRestarting(id)
  if (itself) work.markConnectorRestarting(connector)
  await Promise.all([itself ? startConnector(connector) : null, ...tasks.map((id) => work.startTask(id))])
}
