import { setTimeout as wait } from 'node:timers/promises'
import type { ConnectClient, ExpandedConnector, TaskMetrics } from '@penstock/client'
import { type Command, Option } from 'commander'
import type { Cli } from '../cli.ts'
import { exitCodes } from '../exit-codes.ts'
import { CliError } from '../failure.ts'
import { durationOption } from '../option-values.ts'
import { bytes, figure } from '../output/figures.ts'
import type { Column } from '../output/printer.ts'
import { stateStyle } from '../output/states.ts'
import { openScreen } from '../screen.ts'

const sortings = ['rate', 'lag', 'errors', 'name'] as const
const defaultIntervalMs = 2_000
const headLines = 3

interface TopOptions {
  readonly interval: number
  readonly sort: (typeof sortings)[number]
  readonly once?: boolean
  readonly connector?: string
}

interface Row {
  readonly connector: string
  readonly task: TaskMetrics
}

const columns: readonly Column<Row>[] = [
  { title: 'CONNECTOR', text: ({ connector }) => connector },
  { title: 'TASK', text: ({ task }) => task.id },
  { title: 'STATE', text: ({ task }) => task.state, style: ({ task }) => stateStyle(task.state) },
  { title: 'WORKER', text: ({ task }) => task.worker_id },
  { title: 'RECORDS/S', text: ({ task }) => figure(task.records_per_second) },
  { title: 'BYTES/S', text: ({ task }) => bytes(task.bytes_per_second) },
  { title: 'LAG', text: ({ task }) => figure(task.lag) },
  {
    title: 'ERRORS',
    text: ({ task }) => figure(task.errors_total),
    style: ({ task }) => ((task.errors_total ?? 0) > 0 ? 'red' : undefined),
  },
  { title: 'RETRIES', text: ({ task }) => figure(task.retries_total) },
  {
    title: 'PUT P99',
    text: ({ task }) => (task.put_latency_ms === null ? null : `${task.put_latency_ms.p99.toFixed(1)} ms`),
  },
  {
    title: 'NOTE',
    text: ({ task }) => task.holding ?? task.last_error?.message,
    style: ({ task }) => (task.holding === null ? undefined : 'yellow'),
  },
]

export function addTop(program: Command, cli: Cli): void {
  program
    .command('top')
    .description(
      'Shows how tasks fare: a table that is kept up to date until q is pressed; once where no terminal is. Penstock only.',
    )
    .addOption(durationOption('--interval <duration>', 'how often', defaultIntervalMs))
    .addOption(new Option('--sort <by>', 'what is first').choices(sortings).default('rate'))
    .option('--once', 'show it once')
    .option('--connector <connector>', 'only the tasks of this one')
    .action(async (top: TopOptions, command: Command) => {
      const { client } = await cli.connect(command)
      const printer = cli.printer(command)
      const look = async (): Promise<Row[]> => sorted(await rowsOf(client, top.connector), top.sort)
      const isLive = top.once !== true && printer.isForPeople && cli.terminal.isTerminal && cli.terminal.isInteractive
      if (!isLive) {
        printer.list(await look(), {
          columns,
          name: ({ connector, task }) => `${connector}-${task.id}`,
          empty: 'there are no tasks',
        })
        return
      }
      const screen = openScreen(cli.signal)
      try {
        while (!screen.closed.aborted) {
          const rows = await look()
          const shown = rows.slice(0, Math.max(1, cli.terminal.rows - headLines))
          const left = rows.length - shown.length
          const head = `${rows.length} tasks, by ${top.sort}${left > 0 ? `, ${left} not shown` : ''} — q quits`
          screen.draw(`${head}\n\n${printer.table(shown, columns)}`)
          await wait(top.interval, undefined, { signal: screen.closed }).catch(() => {})
        }
      } finally {
        screen.close()
      }
    })
}

async function rowsOf(client: ConnectClient, connector: string | undefined): Promise<Row[]> {
  const all: Record<string, ExpandedConnector> =
    connector === undefined
      ? await client.expandedConnectors('metrics')
      : { [connector]: { metrics: await client.metrics(connector) } }
  const entries = Object.entries(all)
  // Of those who don't know the word the answer has nothing in it.
  if (entries.some(([, { metrics }]) => metrics === undefined)) {
    throw new CliError(
      'cli.unsupported',
      exitCodes.unsupported,
      'this worker can’t do that: top needs workers of Penstock; those of Kafka Connect on the JVM tell no figures by REST',
    )
  }
  return entries.flatMap(([name, { metrics }]) => (metrics?.tasks ?? []).map((task) => ({ connector: name, task })))
}

function sorted(rows: readonly Row[], by: TopOptions['sort']): Row[] {
  const byName = (a: Row, b: Row): number => a.connector.localeCompare(b.connector) || a.task.id - b.task.id
  const amount = ({ task }: Row): number => {
    switch (by) {
      case 'rate':
        return task.records_per_second ?? -1
      case 'lag':
        return task.lag ?? -1
      case 'errors':
        return task.errors_total ?? -1
      case 'name':
        return 0
    }
  }
  return rows.toSorted((a, b) => amount(b) - amount(a) || byName(a, b))
}
