import type { ConnectClient, WorkerInfo } from '@penstock/client'
import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { isUnknownResource } from '../../failure.ts'
import { bytes } from '../../output/figures.ts'
import type { Column } from '../../output/printer.ts'
import { stateStyle } from '../../output/states.ts'

const columns: readonly Column<WorkerInfo>[] = [
  { title: 'WORKER', text: ({ worker_id }) => worker_id },
  { title: 'STATE', text: ({ state }) => state, style: ({ state }) => stateStyle(state) },
  { title: 'LEADER', text: ({ leader }) => (leader ? '*' : '') },
  { title: 'VERSION', text: ({ version }) => version },
  { title: 'CONNECTORS', text: ({ connectors }) => connectors.length },
  { title: 'TASKS', text: ({ tasks }) => tasks.length },
  { title: 'CPU', text: ({ process, executors }) => percent([process, ...executors]) },
  { title: 'MEMORY', text: ({ process, executors }) => memory([process, ...executors]) },
  { title: 'EXECUTORS', text: ({ executors }) => executors.length, wide: true },
  { title: 'GENERATION', text: ({ generation }) => generation, wide: true },
  { title: 'ERROR', text: ({ error }) => error },
]

export function addGetWorkers(get: Command, cli: Cli): void {
  get
    .command('workers')
    .description('Lists the workers of the cluster. Those on the JVM tell only where connectors and tasks run.')
    .action(async (_options: object, command: Command) => {
      const { client } = await cli.connect(command)
      try {
        cli.printer(command).list(await client.workers(), { columns, name: ({ worker_id }) => worker_id })
      } catch (error) {
        if (!isUnknownResource(error)) throw error
        const workers = await fromStatuses(client)
        cli.printer(command).list(workers, {
          columns: [
            { title: 'WORKER', text: ({ worker_id }) => worker_id },
            { title: 'CONNECTORS', text: ({ connectors }) => connectors.length },
            { title: 'TASKS', text: ({ tasks }) => tasks.length },
          ],
          name: ({ worker_id }) => worker_id,
          empty: 'these workers tell only where connectors run, and there are none',
        })
      }
    })
}

/** What any Kafka Connect tells: the workers that something runs on. */
async function fromStatuses(
  client: ConnectClient,
): Promise<{ worker_id: string; connectors: string[]; tasks: string[] }[]> {
  const work = Object.entries(await client.expandedConnectors('status')).flatMap(([name, { status }]) => [
    ...(status ? [{ worker: status.connector.worker_id, connector: name, task: null }] : []),
    ...(status?.tasks ?? []).map(({ id, worker_id }) => ({
      worker: worker_id,
      connector: null,
      task: `${name}-${id}`,
    })),
  ])
  return [...Map.groupBy(work, ({ worker }) => worker)].map(([worker_id, own]) => ({
    worker_id,
    connectors: own.flatMap(({ connector }) => connector ?? []),
    tasks: own.flatMap(({ task }) => task ?? []),
  }))
}

type Process = { readonly cpu_percent: number | null; readonly rss_bytes: number } | null

function percent(processes: readonly Process[]): string | null {
  const known = processes.flatMap((process) => process?.cpu_percent ?? [])
  return known.length === 0 ? null : `${known.reduce((sum, value) => sum + value, 0).toFixed(0)}%`
}

function memory(processes: readonly Process[]): string | null {
  const known = processes.flatMap((process) => process?.rss_bytes ?? [])
  return known.length === 0 ? null : bytes(known.reduce((sum, value) => sum + value, 0))
}
