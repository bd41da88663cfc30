import {
  type ConnectClient,
  type ConnectorStatus,
  type LastError,
  recordCoordinates,
  type TaskMetrics,
} from '@penstock/client'
import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { bytes, figure } from '../../output/figures.ts'
import type { Printer } from '../../output/printer.ts'
import { SecretKeys } from '../../output/secrets.ts'
import { stateStyle } from '../../output/states.ts'
import { formatTable, oneLine, printable } from '../../output/table.ts'

const shownTraceLines = 15

export function addDescribeConnector(describe: Command, cli: Cli): void {
  describe
    .command('connector')
    .description('A connector: states, failures, figures, config, topics and positions.')
    .argument('<connector>')
    .action(async (name: string, _options: object, command: Command) => {
      const { client } = await cli.connect(command)
      const found = await lookAt(client, name)
      const printer = cli.printer(command)
      printer.one(found, name, () => textOf(found, printer))
    })
}

type Described = Awaited<ReturnType<typeof lookAt>>

/** What not every worker can tell, or not at every moment, is null. */
async function lookAt(client: ConnectClient, name: string) {
  const { config, type } = await client.connector(name)
  const orNull = <T>(answer: Promise<T>): Promise<T | null> => answer.catch(() => null)
  const [status, metrics, topics, offsets, shown] = await Promise.all([
    orNull(client.status(name)),
    orNull(client.metrics(name)),
    orNull(client.topics(name)),
    orNull(client.offsets(name)),
    new SecretKeys(client).mask(config),
  ])
  return { name, type, status, metrics, config: shown, topics, offsets: offsets?.offsets ?? null }
}

function textOf(found: Described, printer: Printer): string {
  const { name, type, status, metrics, config, topics, offsets } = found
  const tasks = (status?.tasks ?? []).map((task) => ({
    ...task,
    metrics: metrics?.tasks.find(({ id }) => id === task.id) ?? null,
  }))
  const sections: (readonly [title: string, text: string])[] = [
    ['', formatTable(headOf(name, type, status, config['connector.class'] ?? ''))],
    ['Tasks', tasks.length === 0 ? 'none\n' : printer.table(tasks, taskColumns)],
    ...failuresOf(status).map(({ title, trace }) => [title, `${firstLines(trace)}\n`] as const),
    ...tasks.flatMap(({ id, metrics: own }) => notesOf(id, own)),
    [
      'Config',
      formatTable(
        Object.entries(config)
          .sort()
          .map(([key, value]) => [key, oneLine(value, 300)]),
      ),
    ],
    ...(topics === null || topics.length === 0
      ? []
      : [['Topics', `${topics.map((topic) => oneLine(topic)).join('\n')}\n`] as const]),
    ...(offsets === null || offsets.length === 0
      ? []
      : [
          [
            'Offsets',
            offsets.map(({ partition, offset }) => `${JSON.stringify(partition)} ${JSON.stringify(offset)}\n`).join(''),
          ] as const,
        ]),
  ]
  return sections.map(([title, text]) => (title === '' ? text : `\n${title}:\n${indent(text)}`)).join('')
}

function headOf(name: string, type: string, status: ConnectorStatus | null, plugin: string): string[][] {
  return [
    ['Name:', oneLine(name)],
    ['Type:', type],
    ['Class:', oneLine(plugin)],
    ['State:', status?.connector.state ?? 'UNASSIGNED'],
    ['Worker:', status?.connector.worker_id ?? '-'],
    ...(status?.connector.version ? [['Version:', status.connector.version]] : []),
  ]
}

type DescribedTask = ConnectorStatus['tasks'][number] & { readonly metrics: TaskMetrics | null }

const taskColumns = [
  { title: 'TASK', text: ({ id }: DescribedTask) => id },
  { title: 'STATE', text: ({ state }: DescribedTask) => state, style: ({ state }: DescribedTask) => stateStyle(state) },
  { title: 'WORKER', text: ({ worker_id }: DescribedTask) => worker_id },
  { title: 'RECORDS/S', text: ({ metrics }: DescribedTask) => figure(metrics?.records_per_second) },
  { title: 'BYTES/S', text: ({ metrics }: DescribedTask) => bytes(metrics?.bytes_per_second) },
  { title: 'LAG', text: ({ metrics }: DescribedTask) => figure(metrics?.lag) },
  { title: 'ERRORS', text: ({ metrics }: DescribedTask) => figure(metrics?.errors_total) },
  { title: 'RETRIES', text: ({ metrics }: DescribedTask) => figure(metrics?.retries_total) },
  { title: 'DEAD', text: ({ metrics }: DescribedTask) => figure(metrics?.dead_letters_total) },
]

function failuresOf(status: ConnectorStatus | null): { title: string; trace: string }[] {
  if (status === null) return []
  const of = (title: string, trace: string | undefined) => (trace === undefined ? [] : [{ title, trace }])
  return [
    ...of('The connector has failed', status.connector.trace),
    ...status.tasks.flatMap(({ id, trace }) => of(`Task ${id} has failed`, trace)),
  ]
}

function notesOf(id: number, metrics: TaskMetrics | null): (readonly [string, string])[] {
  const { holding = null, last_error: error = null } = metrics ?? {}
  return [
    ...(holding === null ? [] : [[`Task ${id} holds its records back`, `${printable(holding)}\n`] as const]),
    ...(error === null ? [] : [[`Last error of task ${id}`, `${errorText(error)}\n`] as const]),
  ]
}

function errorText(error: LastError): string {
  const { message, stage, at } = error
  const record = recordCoordinates(error)
  const place = record === null ? [] : [`at ${record}`]
  const when = at === null ? [] : [new Date(at).toISOString()]
  return [
    printable(message),
    ...[[...when, ...(stage === null ? [] : [stage]), ...place].join(' ')].filter(Boolean),
  ].join('\n')
}

function firstLines(trace: string): string {
  const lines = printable(trace).trimEnd().split('\n')
  const more = lines.length - shownTraceLines
  return [...lines.slice(0, shownTraceLines), ...(more > 0 ? [`… ${more} more lines, see -o json`] : [])].join('\n')
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ')
}
