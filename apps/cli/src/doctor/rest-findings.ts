/** What the workers' REST API tells: who answers, which versions, whose clock is wrong, what has failed. */
import type { ConnectClient, ServerInfo, WorkerInfo } from '@penstock/client'
import type { Connection } from '../cli.ts'
import { failureOf, isUnknownResource } from '../failure.ts'
import { oneLine } from '../output/table.ts'
import { type Finding, finding } from './finding.ts'

/** Headers have whole seconds. */
const allowedSkewMs = 5_000

/** Never rejects for what it finds. */
export async function restFindings({ client, workers }: Connection, ownVersion: string): Promise<Finding[]> {
  const asked = await Promise.all(workers.map((worker) => askWorker(worker)))
  const infos = asked.flatMap(({ info }) => (info === null ? [] : [info]))
  const findings = asked.flatMap(({ findings }) => findings)
  if (infos.length === 0) return findings
  return [
    ...findings,
    ...clusterFindings(infos),
    ...(await memberFindings(client, ownVersion)),
    ...(await failureFindings(client)),
  ]
}

async function askWorker({
  url,
  client,
  fetch,
}: Connection['workers'][number]): Promise<{ info: ServerInfo | null; findings: Finding[] }> {
  try {
    const info = await client.root()
    const { status, message } = await client.health()
    const health =
      status === 'healthy'
        ? finding('workers', url, 'ok', `version ${info.version}, healthy`)
        : finding('workers', url, 'failed', `${status}: ${oneLine(message)}`, 'look at the worker’s log')
    return { info, findings: [health, clockFinding(url, await skewOf(url, fetch))] }
  } catch (error) {
    return {
      info: null,
      findings: [finding('workers', url, 'failed', failureOf(error).text, 'start the worker, or correct the URL')],
    }
  }
}

/** By how much the worker's clock is ahead of ours; null where it sends no time. */
async function skewOf(url: string, send: typeof fetch): Promise<number | null> {
  const before = Date.now()
  const response = await send(`${url.replace(/\/+$/, '')}/`)
  await response.body?.cancel()
  const now = (before + Date.now()) / 2
  const date = Date.parse(response.headers.get('date') ?? '')
  // Cut off to the second: on average half of one is missing.
  return Number.isNaN(date) ? null : date + 500 - now
}

/** Clocks that differ spoil tokens, time-based indices and everything that is compared by time. */
export function clockFinding(url: string, skewMs: number | null): Finding {
  if (skewMs === null) return finding('clock', url, 'unknown', 'the worker tells no time')
  const seconds = Math.round(Math.abs(skewMs) / 1000)
  if (Math.abs(skewMs) <= allowedSkewMs) return finding('clock', url, 'ok', 'the same as here, within a few seconds')
  const direction = skewMs > 0 ? 'ahead of' : 'behind'
  return finding(
    'clock',
    url,
    'failed',
    `${seconds} s ${direction} the clock here`,
    'synchronize both by NTP (chrony, systemd-timesyncd)',
  )
}

/** Whether the URLs are of one cluster. */
export function clusterFindings(infos: readonly ServerInfo[]): Finding[] {
  const clusters = new Set(infos.map(({ kafka_cluster_id }) => kafka_cluster_id))
  const versions = new Set(infos.map(({ version }) => version))
  return [
    clusters.size === 1
      ? finding('workers', 'Kafka cluster', 'ok', [...clusters].join(''))
      : finding(
          'workers',
          'Kafka cluster',
          'failed',
          `the workers are on different ones: ${[...clusters].join(', ')}`,
          'a context must name workers of one cluster',
        ),
    ...(versions.size === 1
      ? []
      : [
          finding(
            'workers',
            'versions',
            'warning',
            `the workers differ: ${[...versions].join(', ')}`,
            'finish the upgrade',
          ),
        ]),
  ]
}

async function memberFindings(client: ConnectClient, ownVersion: string): Promise<Finding[]> {
  let workers: WorkerInfo[]
  try {
    workers = await client.workers()
  } catch (error) {
    if (isUnknownResource(error))
      return [finding('workers', 'group', 'unknown', 'these workers don’t tell who is in their group')]
    return [finding('workers', 'group', 'failed', failureOf(error).text)]
  }
  const versions = new Set(workers.flatMap(({ version }) => version ?? []))
  const [version] = versions
  return [
    ...workers.map(({ worker_id, state, error, leader }) =>
      state === 'RUNNING'
        ? finding('workers', worker_id, 'ok', leader ? 'RUNNING, leads the group' : 'RUNNING')
        : finding(
            'workers',
            worker_id,
            'failed',
            `${state}: ${error ?? 'no reason given'}`,
            'look at its log; others must reach it at its advertised address (rest.advertised.host.name)',
          ),
    ),
    ...(versions.size === 1 && version !== undefined && version !== ownVersion
      ? [
          finding(
            'workers',
            'versions',
            'warning',
            `this program is ${ownVersion}, the workers are ${version}`,
            'use the program of the same version',
          ),
        ]
      : []),
  ]
}

/** Connectors and tasks that have failed. */
async function failureFindings(client: ConnectClient): Promise<Finding[]> {
  const expanded = await client.expandedConnectors('status')
  const failed = Object.entries(expanded).flatMap(([name, { status }]) => [
    ...(status?.connector.state === 'FAILED' ? [{ subject: name, trace: status.connector.trace }] : []),
    ...(status?.tasks ?? [])
      .filter(({ state }) => state === 'FAILED')
      .map(({ id, trace }) => ({ subject: `${name}-${id}`, trace })),
  ])
  if (failed.length === 0)
    return [finding('connectors', 'states', 'ok', `none of ${Object.keys(expanded).length} has failed`)]
  return failed.map(({ subject, trace }) =>
    finding(
      'connectors',
      subject,
      'failed',
      `FAILED: ${oneLine(trace?.split('\n')[0] ?? 'no reason given', 400)}`,
      'mend what the reason names, then "penstock restart NAME --include-tasks --only-failed"',
    ),
  )
}
