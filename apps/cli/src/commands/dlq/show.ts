import { recordCoordinates } from '@penstock/client'
import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { exitCodes } from '../../exit-codes.ts'
import { CliError, usageError } from '../../failure.ts'
import { bytesText } from '../../output/shown-bytes.ts'
import { formatTable, oneLine, printable } from '../../output/table.ts'
import { type DeadLetter, deadLetters, placeOf } from './list.ts'

/** How many letters are looked through. */
const mostLooked = 10_000

export function addShowDeadLetter(dlq: Command, cli: Cli): void {
  dlq
    .command('show')
    .description('Shows one dead letter whole.')
    .argument('<connector>')
    .argument('<letter>', 'partition:offset, as dlq list shows it')
    .action(async (name: string, wanted: string, _options: object, command: Command) => {
      if (!/^\d+:\d+$/.test(wanted)) throw usageError(`"${wanted}" is no PARTITION:OFFSET of a dead letter`)
      const { client } = await cli.connect(command)
      for await (const letter of deadLetters(client, name, { order: 'newest' }, mostLooked)) {
        if (placeOf(letter) === wanted) {
          cli.printer(command).one(letter, wanted, () => textOf(letter))
          return
        }
      }
      throw new CliError(
        'cli.no_letter',
        exitCodes.notFound,
        `${name} has no dead letter ${wanted} among its newest ${mostLooked}`,
      )
    })
}

function textOf(letter: DeadLetter): string {
  const { origin, timestamp, stage, class: plugin, exception, message, record } = letter
  return [
    formatTable([
      ['Letter:', placeOf(letter)],
      [
        'From:',
        origin === null ? '-' : `${recordCoordinates(origin)}, task ${origin.task ?? '-'} of ${origin.connector}`,
      ],
      ['Time:', timestamp === null ? '-' : new Date(timestamp).toISOString()],
      ['Stage:', stage ?? '-'],
      ['Plugin:', oneLine(plugin ?? '-')],
      ['Exception:', oneLine(exception ?? '-')],
      ['Key:', oneLine(bytesText(record.key), 500)],
    ]),
    `\nMessage:\n${printable(message ?? '-')}\n`,
    `\nValue:\n${printable(bytesText(record.value))}\n`,
    `\nHeaders:\n${formatTable(record.headers.map(({ name, value }) => [oneLine(name), oneLine(bytesText(value), 300)]))}`,
  ].join('')
}
