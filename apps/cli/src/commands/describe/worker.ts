import type { WorkerInfo } from '@penstock/client'
import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { showDuration } from '../../duration.ts'
import { exitCodes } from '../../exit-codes.ts'
import { CliError, needing, PENSTOCK } from '../../failure.ts'
import { bytes } from '../../output/figures.ts'
import type { Printer } from '../../output/printer.ts'
import { stateStyle } from '../../output/states.ts'
import { formatTable, oneLine } from '../../output/table.ts'

export function addDescribeWorker(describe: Command, cli: Cli): void {
  describe
    .command('worker')
    .description('A worker: its processes, and what runs on it.')
    .argument('<worker>', 'host:port, as get workers shows it')
    .action(async (id: string, _options: object, command: Command) => {
      const { client } = await cli.connect(command)
      const workers = await needing('describing a worker', PENSTOCK, () => client.workers())
      const worker = workers.find(({ worker_id }) => worker_id === id)
      if (worker === undefined) {
        const known = workers.map(({ worker_id }) => worker_id).join(', ')
        throw new CliError('cli.no_worker', exitCodes.notFound, `there is no worker ${id}, known are ${known}`)
      }
      const printer = cli.printer(command)
      printer.one(worker, id, () => textOf(worker, printer))
    })
}

function textOf(worker: WorkerInfo, printer: Printer): string {
  const { worker_id, url, version, leader, generation, state, error, started_at, rebalances, process } = worker
  const head = formatTable([
    ['Worker:', worker_id],
    ['URL:', url],
    ['State:', state],
    ...(error === null ? [] : [['Error:', oneLine(error)]]),
    ['Version:', version ?? '-'],
    ['Leader:', leader ? 'yes' : 'no'],
    ['Generation:', String(generation ?? '-')],
    ['Up:', started_at === null ? '-' : showDuration(Date.now() - started_at)],
    ['Rebalances:', rebalances === null ? '-' : String(rebalances.completed)],
    [
      'Process:',
      process === null ? '-' : `${process.pid}, ${percent(process.cpu_percent)} of a core, ${bytes(process.rss_bytes)}`,
    ],
  ])
  const executors = printer.table(worker.executors, [
    { title: 'EXECUTOR', text: ({ slot }) => slot },
    { title: 'PID', text: ({ pid }) => pid },
    { title: 'STATE', text: ({ state }) => state, style: ({ state }) => stateStyle(state) },
    { title: 'CPU', text: ({ cpu_percent }) => percent(cpu_percent) },
    { title: 'MEMORY', text: ({ rss_bytes }) => bytes(rss_bytes) },
    { title: 'RESTARTS', text: ({ restarts }) => restarts },
    { title: 'TASKS', text: ({ tasks }) => tasks.join(' ') },
  ])
  const list = (title: string, names: readonly string[]) =>
    names.length === 0 ? '' : `\n${title}:\n${names.map((name) => `  ${oneLine(name)}\n`).join('')}`
  return `${head}${worker.executors.length === 0 ? '' : `\n${executors}`}${list('Connectors', worker.connectors)}${list('Tasks', worker.tasks)}`
}

function percent(value: number | null): string {
  return value === null ? '-' : `${value.toFixed(0)}%`
}
