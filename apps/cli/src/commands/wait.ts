import { setTimeout as wait } from 'node:timers/promises'
import { type ConnectClient, ConnectError, type ConnectorStatus } from '@penstock/client'
import { type Command, Option } from 'commander'
import type { Cli } from '../cli.ts'
import { showDuration } from '../duration.ts'
import { exitCodes } from '../exit-codes.ts'
import { CliError, isUnknownResource } from '../failure.ts'
import { durationOption, parseCount } from '../option-values.ts'
import { oneLine } from '../output/table.ts'

/** `settled`: it runs, or was created in another state and is in that. */
export type WaitCondition = 'running' | 'paused' | 'stopped' | 'failed' | 'deleted' | 'settled' | 'caught-up'

const conditions: readonly WaitCondition[] = [
  'running',
  'paused',
  'stopped',
  'failed',
  'deleted',
  'settled',
  'caught-up',
]
const pauseMs = 300
const defaultTimeoutMs = 60_000

interface WaitOptions {
  readonly for: WaitCondition
  readonly timeout: number
  readonly tasks?: number
}

export function addWait(program: Command, cli: Cli): void {
  program
    .command('wait')
    .description('Waits until connectors are in a state; exit code 9 when the time is up.')
    .argument('<connector...>')
    .addOption(
      new Option('--for <condition>', 'running: with every task; caught-up: a sink has no lag (Penstock only)')
        .choices(conditions.filter((condition) => condition !== 'settled'))
        .default('running'),
    )
    .option('--tasks <count>', 'and has so many tasks', parseCount)
    .addOption(durationOption('--timeout <duration>', 'how long', defaultTimeoutMs))
    .action(async (names: string[], options: WaitOptions, command: Command) => {
      const { client } = await cli.connect(command)
      await untilCondition(cli, client, names, options.for, options.timeout, options.tasks)
      cli.printer(command).list(names, {
        columns: [
          { title: 'CONNECTOR', text: (name) => name },
          { title: 'RESULT', text: () => options.for },
        ],
        name: (name) => name,
      })
    })
}

/** Resolves when all of them fit. A task that fails while something else is waited for ends the wait at once. */
export async function untilCondition(
  cli: Cli,
  client: ConnectClient,
  names: readonly string[],
  condition: WaitCondition,
  timeoutMs: number,
  tasks?: number,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  for (const name of names) {
    for (;;) {
      const seen = await look(client, name, condition, tasks)
      if (seen === null) break
      if (Date.now() >= deadline) {
        const text = `waited ${showDuration(timeoutMs)} in vain for ${name} to be ${condition}: ${seen}`
        throw new CliError('cli.wait_timeout', exitCodes.timedOut, text)
      }
      await wait(pauseMs, undefined, { signal: cli.signal })
    }
  }
}

/** Null where the connector fits, else what is seen. */
async function look(
  client: ConnectClient,
  name: string,
  condition: WaitCondition,
  tasks: number | undefined,
): Promise<string | null> {
  let status: ConnectorStatus
  try {
    status = await client.status(name)
  } catch (error) {
    if (!(error instanceof ConnectError) || error.status !== 404) throw error
    // The status comes shortly after the connector; whether that is there tells which it is.
    if (condition === 'deleted') return null
    await client.connector(name)
    return 'it has no status yet'
  }
  const all = [status.connector, ...status.tasks]
  const shown = `connector ${status.connector.state}, tasks ${status.tasks.map(({ state }) => state).join(' ') || 'none'}`
  const failed = all.find(({ state }) => state === 'FAILED')
  const every = (state: string): boolean => all.every((instance) => instance.state === state)
  const enough = tasks === undefined ? true : status.tasks.length === tasks
  switch (condition) {
    case 'deleted':
      return shown
    case 'failed':
      return failed === undefined ? shown : null
    case 'paused':
      return every('PAUSED') && enough ? null : shown
    case 'stopped':
      return every('STOPPED') ? null : shown
    case 'settled':
      if (every('PAUSED') || every('STOPPED')) return null
      break
    case 'running':
    case 'caught-up':
  }
  if (failed !== undefined) {
    const reason = oneLine(failed.trace?.split('\n')[0] ?? 'no reason given')
    throw new CliError(
      'cli.wait_failed',
      exitCodes.failed,
      `${name} has failed: ${reason}; see "penstock describe connector ${name}"`,
    )
  }
  const runs = every('RUNNING') && enough && (tasks !== undefined || status.tasks.length > 0)
  if (!runs) return shown
  return condition === 'caught-up' ? await lagOf(client, name) : null
}

async function lagOf(client: ConnectClient, name: string): Promise<string | null> {
  try {
    const { tasks } = await client.metrics(name)
    const lags = tasks.map(({ lag }) => lag)
    if (lags.length > 0 && lags.every((lag) => lag === 0)) return null
    return `lag ${lags.map((lag) => lag ?? 'unknown').join(' ')}`
  } catch (error) {
    if (!isUnknownResource(error)) throw error
    throw new CliError(
      'cli.unsupported',
      exitCodes.unsupported,
      'this worker can’t tell the lag: --for=caught-up needs workers of Penstock',
      { cause: error },
    )
  }
}
