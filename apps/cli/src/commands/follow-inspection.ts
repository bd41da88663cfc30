import { setTimeout as wait } from 'node:timers/promises'
import type { Inspection } from '@penstock/client'
import type { Cli } from '../cli.ts'
import { exitCodes } from '../exit-codes.ts'
import { CliError } from '../failure.ts'
import { figure } from '../output/figures.ts'

const pauseMs = 300

/**
 * Shows how far long work is until it ends, on one line of a terminal. Rejects where it failed or was cancelled.
 * Ctrl-C only ends the looking: the work goes on.
 */
export async function followInspection<Result>(
  cli: Cli,
  begun: Inspection<Result>,
  ask: () => Promise<Inspection<Result>>,
): Promise<Inspection<Result>> {
  let inspection = begun
  let shown = ''
  try {
    while (inspection.state === 'RUNNING') {
      shown = progressText(inspection)
      if (cli.terminal.isInteractive) cli.terminal.err(`\r\x1b[K${shown}`)
      await wait(pauseMs, undefined, { signal: cli.signal })
      inspection = await ask()
    }
  } finally {
    if (shown !== '' && cli.terminal.isInteractive) cli.terminal.err('\r\x1b[K')
  }
  if (inspection.state === 'DONE') return inspection
  throw new CliError(
    'cli.inspection_failed',
    exitCodes.failed,
    `${inspection.kind} of ${inspection.connector} ${inspection.state === 'CANCELLED' ? 'was cancelled' : 'failed'}: ${inspection.reason ?? 'no reason given'}`,
  )
}

function progressText({ kind, progress }: Inspection<unknown>): string {
  if (progress === null) return `${kind} begins`
  const { offsets_done: done, offsets_total: total, records_per_second: rate } = progress
  const percent = total === 0 ? 100 : Math.floor((done / total) * 100)
  return `${kind} ${percent}%  ${figure(done)} of ${figure(total)} offsets  ${figure(rate)} records/s`
}
