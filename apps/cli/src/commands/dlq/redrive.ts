import type { RedriveRequest } from '@penstock/client'
import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { exitCodes } from '../../exit-codes.ts'
import { needing, PENSTOCK } from '../../failure.ts'
import { collect, parseCount } from '../../option-values.ts'
import { followInspection } from '../follow-inspection.ts'
import { redriveText } from '../redrive-text.ts'
import { parseSettings } from '../settings.ts'

interface RedriveOptions {
  readonly reason?: string
  readonly topic?: string
  readonly set: readonly string[]
  readonly unset: readonly string[]
  readonly maxRecords?: number
  readonly fromBeginning?: boolean
  readonly detach?: boolean
  readonly status?: boolean
  readonly cancel?: boolean
}

export function addRedriveDeadLetters(dlq: Command, cli: Cli): void {
  dlq
    .command('redrive')
    .description(
      'Takes dead letters through the config again, going on where the last time ended; exit code 1 where some are refused again.',
    )
    .argument('<connector>')
    .option('--reason <text>', 'only those with this in stage, exception or message')
    .option('--topic <topic>', 'only those that came from this topic')
    .option('--set <key=value>', 'with this key in the config; may be given several times', collect, [])
    .option('--unset <key>', 'without this key; may be given several times', collect, [])
    .option('--max-records <count>', 'not more than that', parseCount)
    .option('--from-beginning', 'all anew')
    .option('--detach', 'begin it and don’t wait')
    .option('--status', 'how the one that was begun fares')
    .option('--cancel', 'cancel the one that was begun')
    .action(async (name: string, options: RedriveOptions, command: Command) => {
      const { client } = await cli.connect(command)
      const { reason, topic, maxRecords, fromBeginning } = options
      const config = { ...parseSettings(options.set), ...Object.fromEntries(options.unset.map((key) => [key, null])) }
      const request: RedriveRequest = {
        ...(reason === undefined ? {} : { reason }),
        ...(topic === undefined ? {} : { topic }),
        ...(Object.keys(config).length === 0 ? {} : { config }),
        ...(maxRecords === undefined ? {} : { max_records: maxRecords }),
        ...(fromBeginning === true ? { from: 'beginning' } : {}),
      }
      const begun = await needing('driving dead letters again', PENSTOCK, () => {
        if (options.cancel === true) return client.cancelDeadLetterRedrive(name)
        return options.status === true ? client.deadLetterRedrive(name) : client.redriveDeadLetters(name, request)
      })
      const wait = options.detach !== true && options.status !== true && options.cancel !== true
      const redrive = wait ? await followInspection(cli, begun, () => client.deadLetterRedrive(name)) : begun
      if ((redrive.result?.refused ?? 0) > 0) cli.exitCode = exitCodes.failed
      cli
        .printer(command)
        .one(redrive, name, () =>
          redrive.result === null ? `${redrive.kind} of ${name}: ${redrive.state}\n` : redriveText(redrive.result),
        )
    })
}
