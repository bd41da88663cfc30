import type { ConnectClient, LogLine, LogQuery } from '@penstock/client'
import type { Command } from 'commander'
import type { Cli } from '../cli.ts'
import { needing, PENSTOCK } from '../failure.ts'
import { parseCount } from '../option-values.ts'
import { oneLine } from '../output/table.ts'
import { paint, type Style } from '../terminal.ts'

interface LogsOptions {
  readonly follow?: boolean
  readonly worker?: string
  readonly lines: number
  readonly level?: string
  readonly connector?: string
}

const defaultLines = 100
const levelStyles: Readonly<Record<string, Style>> = { ERROR: 'red', WARN: 'yellow', DEBUG: 'gray', TRACE: 'gray' }
/** What is shown in places of its own. */
const shownFields = ['@timestamp', 'level', 'logger', 'message', 'worker', 'error']

export function addLogs(program: Command, cli: Cli): void {
  program
    .command('logs')
    .description('Shows what workers have logged lately, of all workers in order of time. Penstock only.')
    .option('-f, --follow', 'and what they log from now on, until Ctrl-C')
    .option('--worker <worker>', 'of this one, host:port')
    .option('--lines <count>', 'how many of each worker at most', parseCount, defaultLines)
    .option('--level <level>', 'only this important or more: DEBUG, INFO, WARN, ERROR')
    .option('--connector <connector>', 'only about this connector')
    .action(async ({ follow, worker, lines, level, connector }: LogsOptions, command: Command) => {
      const { client } = await cli.connect(command)
      const query: LogQuery = {
        lines,
        ...(level === undefined ? {} : { level: level.toUpperCase() }),
        ...(connector === undefined ? {} : { connector }),
      }
      const workers = worker === undefined ? await reachable(client, cli) : [worker]
      const { isForPeople } = cli.printer(command)
      const print = (line: LogLine): void =>
        cli.terminal.out(isForPeople ? textOf(line, cli) : `${JSON.stringify(line)}\n`)
      if (follow === true) {
        await Promise.all(workers.map((each) => followOne(client, { ...query, worker: each }, cli, print)))
        return
      }
      const all = await needing('logs', PENSTOCK, () =>
        Promise.all(workers.map((each) => client.logs({ ...query, worker: each }))),
      )
      for (const line of all.flat().sort(byTime)) print(line)
    })
}

async function reachable(client: ConnectClient, cli: Cli): Promise<string[]> {
  const workers = await needing('logs', PENSTOCK, () => client.workers())
  for (const { worker_id, state, error } of workers) {
    if (state === 'UNREACHABLE') cli.note(`worker ${worker_id} does not answer: ${error ?? 'no reason given'}`)
  }
  return workers.filter(({ state }) => state === 'RUNNING').map(({ worker_id }) => worker_id)
}

async function followOne(
  client: ConnectClient,
  query: LogQuery,
  cli: Cli,
  print: (line: LogLine) => void,
): Promise<void> {
  await needing('logs', PENSTOCK, async () => {
    for await (const line of client.followLogs(query, cli.signal)) print(line)
  })
  cli.note(`worker ${query.worker} has ended its log`)
}

function byTime(a: LogLine, b: LogLine): number {
  return Date.parse(a['@timestamp']) - Date.parse(b['@timestamp'])
}

function textOf(line: LogLine, cli: Cli): string {
  const { '@timestamp': at, level, logger, message, worker, error } = line
  const fields = Object.entries(line)
    .filter(([key]) => !shownFields.includes(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  // The JSON has it in small letters, the worker's own text in capitals.
  const name = level.toUpperCase()
  const style = levelStyles[name]
  const shown = name.padEnd(5)
  const head = [at, style === undefined ? shown : paint(cli.terminal, style, shown), worker ?? '', logger]
  const why = error === undefined ? [] : [`${error.type}: ${error.message}`]
  return `${[...head, oneLine(message, 2000), ...fields.map((field) => oneLine(field)), ...why.map((text) => oneLine(text, 1000))].filter(Boolean).join(' ')}\n`
}
