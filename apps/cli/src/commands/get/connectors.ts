import {
  type ConnectClient,
  type ConnectorInfo,
  type ConnectorMetrics,
  type ConnectorStatus,
  type ExpandedConnector,
  sumOfTasks,
} from '@penstock/client'
import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { figure } from '../../output/figures.ts'
import type { Column } from '../../output/printer.ts'
import { SecretKeys } from '../../output/secrets.ts'
import { stateStyle } from '../../output/states.ts'

interface ShownConnector {
  readonly name: string
  readonly info: ConnectorInfo | null
  readonly status: ConnectorStatus | null
  readonly metrics: ConnectorMetrics | null
}

const columns: readonly Column<ShownConnector>[] = [
  { title: 'NAME', text: ({ name }) => name },
  { title: 'TYPE', text: ({ status, info }) => status?.type ?? info?.type },
  { title: 'STATE', text: stateOf, style: (connector) => stateStyle(stateOf(connector)) },
  { title: 'TASKS', text: tasksOf, style: (connector) => (failedTasks(connector) > 0 ? 'red' : undefined) },
  { title: 'WORKER', text: ({ status }) => status?.connector.worker_id, wide: true },
  { title: 'RECORDS/S', text: ({ metrics }) => figure(sumOfTasks(metrics, 'records_per_second')), wide: true },
  { title: 'LAG', text: ({ metrics }) => figure(sumOfTasks(metrics, 'lag')), wide: true },
  { title: 'CLASS', text: ({ info }) => info?.config['connector.class']?.split('.').at(-1) },
]

export function addGetConnectors(get: Command, cli: Cli): void {
  for (const [word, description] of [
    ['connectors', 'Lists connectors with their states; all, or those that are named.'],
    ['connector', 'The same for one: -o json and yaml have its config.'],
  ] as const) {
    get
      .command(word)
      .description(description)
      .argument(word === 'connector' ? '<connector>' : '[connector...]')
      .action(async (given: string | string[], _options: object, command: Command) => {
        const printer = cli.printer(command)
        const { client } = await cli.connect(command)
        const names = typeof given === 'string' ? [given] : given
        const found = names.length === 0 ? await all(client) : await Promise.all(names.map((name) => one(client, name)))
        const secrets = new SecretKeys(client)
        const shown = await Promise.all(
          found.map(async (connector) => ({
            ...connector,
            info:
              connector.info === null ? null : { ...connector.info, config: await secrets.mask(connector.info.config) },
          })),
        )
        const [first] = shown
        if (typeof given === 'string' && first !== undefined && !printer.isForPeople) {
          printer.one(first, first.name, () => '')
        } else {
          printer.list(shown, { columns, name: ({ name }) => name, empty: 'there are no connectors' })
        }
      })
  }
}

/** Of workers without metrics the answer has none. */
async function all(client: ConnectClient): Promise<ShownConnector[]> {
  const expanded = await client.expandedConnectors('info', 'status', 'metrics')
  const names = Object.keys(expanded).sort()
  return names.map((name) => shownOf(name, expanded[name] ?? {}))
}

async function one(client: ConnectClient, name: string): Promise<ShownConnector> {
  const info = await client.connector(name)
  const [status, metrics] = await Promise.all([
    client.status(name).catch(() => undefined), // it comes shortly after the connector
    client.metrics(name).catch(() => undefined),
  ])
  return shownOf(name, { info, ...(status ? { status } : {}), ...(metrics ? { metrics } : {}) })
}

function shownOf(name: string, { info, status, metrics }: ExpandedConnector): ShownConnector {
  return { name, info: info ?? null, status: status ?? null, metrics: metrics ?? null }
}

function stateOf({ status }: ShownConnector): string {
  return status?.connector.state ?? 'UNASSIGNED'
}

function failedTasks({ status }: ShownConnector): number {
  return status?.tasks.filter(({ state }) => state === 'FAILED').length ?? 0
}

/** `2/3`, with what has failed. */
function tasksOf(connector: ShownConnector): string {
  const tasks = connector.status?.tasks ?? []
  const running = tasks.filter(({ state }) => state === 'RUNNING').length
  const failed = failedTasks(connector)
  return `${running}/${tasks.length}${failed > 0 ? ` (${failed} failed)` : ''}`
}
