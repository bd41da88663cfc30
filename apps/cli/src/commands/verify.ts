import {
  type Inspection,
  type RedriveResult,
  recordCoordinates,
  type VerifyRequest,
  type VerifyResult,
} from '@penstock/client'
import type { Command } from 'commander'
import type { Cli } from '../cli.ts'
import { exitCodes } from '../exit-codes.ts'
import { needing, PENSTOCK } from '../failure.ts'
import { formatTable, oneLine } from '../output/table.ts'
import { followInspection } from './follow-inspection.ts'
import { parseBound, parsePartitions } from './record-options.ts'
import { redriveText } from './redrive-text.ts'

interface VerifyOptions {
  readonly topic?: string
  readonly partitions?: string
  readonly from?: string
  readonly to?: string
  readonly within?: string
  readonly redrive?: boolean
  readonly detach?: boolean
  readonly status?: boolean
  readonly cancel?: boolean
}

const shownMost = 20

export function addVerify(program: Command, cli: Cli): void {
  program
    .command('verify')
    .description(
      'Looks for each record where the sink has written it; exit code 6 where something is missing, twice or failed. Penstock only.',
    )
    .argument('<connector>')
    .option('--topic <topic>', 'one that the connector reads')
    .option('--partitions <list>', 'only these: 0,1,2')
    .option('--from <bound>', 'a time, or offsets by partition: 0=120,1=80')
    .option('--to <bound>', 'the same; all that is committed where not given')
    .option('--within <places>', 'look there too, for duplicates: logs-*')
    .option('--redrive', 'write again what is missing, and verify once more')
    .option('--detach', 'begin it and don’t wait')
    .option('--status', 'how the one that was begun fares')
    .option('--cancel', 'cancel the one that was begun')
    .action(async (name: string, options: VerifyOptions, command: Command) => {
      const { client } = await cli.connect(command)
      const { topic, partitions, from, to, within } = options
      const request: VerifyRequest = {
        ...(topic === undefined ? {} : { topic }),
        ...parsePartitions(partitions),
        ...(from === undefined ? {} : { from: parseBound(from) }),
        ...(to === undefined ? {} : { to: parseBound(to) }),
        ...(within === undefined ? {} : { within }),
      }
      const begin = (): Promise<Inspection<VerifyResult>> =>
        needing('verification', PENSTOCK, () => {
          if (options.cancel === true) return client.cancelVerification(name)
          return options.status === true ? client.verification(name) : client.verify(name, request)
        })
      let verification = await begin()
      let redriven: Inspection<RedriveResult> | null = null
      if (options.detach !== true && options.status !== true && options.cancel !== true) {
        verification = await followInspection(cli, verification, () => client.verification(name))
        if (options.redrive === true && (verification.result?.missing ?? 0) > 0) {
          redriven = await followInspection(cli, await client.redriveGaps(name), () => client.gapRedrive(name))
          verification = await followInspection(cli, await begin(), () => client.verification(name))
        }
      }
      if (isDifferent(verification.result)) cli.exitCode = exitCodes.different
      cli
        .printer(command)
        .one(redriven === null ? verification : { ...verification, redriven }, name, () =>
          [...(redriven?.result ? [redriveText(redriven.result)] : []), textOf(verification)].join('\n'),
        )
    })
}

function isDifferent(result: VerifyResult | null): boolean {
  return result !== null && result.missing + result.duplicated + result.failed > 0
}

function textOf({ state, result, reason, connector }: Inspection<VerifyResult>): string {
  if (result === null) return `verification of ${connector}: ${state}${reason === null ? '' : `: ${reason}`}\n`
  const counts = (['read', 'found', 'missing', 'duplicated', 'dropped', 'failed', 'not_verifiable'] as const).map(
    (key) => [key.replace('_', ' '), String(result[key])],
  )
  const list = <T>(title: string, items: readonly T[], text: (item: T) => string): string =>
    items.length === 0
      ? ''
      : `\n${title}:\n${items
          .slice(0, shownMost)
          .map((item) => `  ${text(item)}\n`)
          .join('')}${items.length > shownMost ? `  … ${items.length - shownMost} more, see -o json\n` : ''}`
  return [
    formatTable(counts),
    list(
      'Missing',
      result.gaps,
      ({ topic, partition, from, to, records }) => `${topic}-${partition} ${from} to before ${to} (${records} records)`,
    ),
    list('Twice', result.duplicates, (duplicate) => `${recordCoordinates(duplicate)} in ${duplicate.where.join(', ')}`),
    list(
      'Failed',
      result.failures,
      (failure) => `${recordCoordinates(failure)} at ${failure.stage}: ${oneLine(failure.message)}`,
    ),
    list('Not verifiable', result.reasons_not_verifiable, ({ why, records }) => `${records} records: ${oneLine(why)}`),
  ].join('')
}
