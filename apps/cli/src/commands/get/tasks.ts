import type { ConnectorStatus, TaskMetrics } from '@penstock/client'
import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { figure } from '../../output/figures.ts'
import { stateStyle } from '../../output/states.ts'

interface ShownTask {
  readonly connector: string
  readonly id: number
  readonly state: string
  readonly worker_id: string
  readonly version: string | null
  readonly trace: string | null
  readonly metrics: TaskMetrics | null
}

export function addGetTasks(get: Command, cli: Cli): void {
  get
    .command('tasks')
    .description('Lists tasks with their states; of all connectors, or of those that are named.')
    .argument('[connector...]')
    .option('--failed', 'only those that have failed')
    .action(async (names: string[], { failed }: { failed?: boolean }, command: Command) => {
      const { client } = await cli.connect(command)
      const expanded =
        names.length === 0
          ? await client.expandedConnectors('status', 'metrics')
          : Object.fromEntries(
              await Promise.all(
                names.map(async (name) => {
                  const [status, metrics] = await Promise.all([
                    client.status(name),
                    client.metrics(name).catch(() => undefined),
                  ])
                  return [name, { status, ...(metrics ? { metrics } : {}) }] as const
                }),
              ),
            )
      const tasks = Object.keys(expanded)
        .sort()
        .flatMap((name) => tasksOf(name, expanded[name]?.status, expanded[name]?.metrics?.tasks ?? []))
        .filter(({ state }) => failed !== true || state === 'FAILED')
      cli.printer(command).list(tasks, {
        columns: [
          { title: 'CONNECTOR', text: ({ connector }) => connector },
          { title: 'TASK', text: ({ id }) => id },
          { title: 'STATE', text: ({ state }) => state, style: ({ state }) => stateStyle(state) },
          { title: 'WORKER', text: ({ worker_id }) => worker_id },
          { title: 'RECORDS/S', text: ({ metrics }) => figure(metrics?.records_per_second), wide: true },
          { title: 'LAG', text: ({ metrics }) => figure(metrics?.lag), wide: true },
          { title: 'ERRORS', text: ({ metrics }) => figure(metrics?.errors_total), wide: true },
          { title: 'REASON', text: ({ trace }) => trace?.split('\n')[0] },
        ],
        name: ({ connector, id }) => `${connector}-${id}`,
        empty: 'there are no such tasks',
      })
    })
}

function tasksOf(connector: string, status: ConnectorStatus | undefined, metrics: readonly TaskMetrics[]): ShownTask[] {
  return (status?.tasks ?? []).map(({ id, state, worker_id, version = null, trace = null }) => ({
    connector,
    ...{ id, state, worker_id, version, trace },
    metrics: metrics.find((other) => other.id === id) ?? null,
  }))
}
