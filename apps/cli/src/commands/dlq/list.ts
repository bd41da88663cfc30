import { type ConnectClient, type DeadLetterPage, type DeadLetterQuery, recordCoordinates } from '@penstock/client'
import { type Command, Option } from 'commander'
import type { Cli } from '../../cli.ts'
import { needing, PENSTOCK } from '../../failure.ts'
import { parseCount } from '../../option-values.ts'

export type DeadLetter = DeadLetterPage['letters'][number]

interface ListOptions {
  readonly limit: number
  readonly order: 'newest' | 'oldest'
  readonly reason?: string
  readonly topic?: string
}

const defaultLimit = 50
const largestPage = 500

export function addListDeadLetters(dlq: Command, cli: Cli): void {
  dlq
    .command('list')
    .description('Lists the dead letters of a connector with where they came from and why.')
    .argument('<connector>')
    .option('--limit <count>', 'how many at most', parseCount, defaultLimit)
    .addOption(new Option('--order <order>', 'by time').choices(['newest', 'oldest']).default('newest'))
    .option('--reason <text>', 'only those with this in stage, exception or message')
    .option('--topic <topic>', 'only those that came from this topic')
    .action(async (name: string, { limit, order, reason, topic }: ListOptions, command: Command) => {
      const { client } = await cli.connect(command)
      const query = { order, ...(reason === undefined ? {} : { reason }), ...(topic === undefined ? {} : { topic }) }
      const letters: DeadLetter[] = []
      for await (const letter of deadLetters(client, name, query, limit)) letters.push(letter)
      cli.printer(command).list(letters, {
        columns: [
          { title: 'LETTER', text: placeOf },
          {
            title: 'FROM',
            text: ({ origin }) => (origin ? recordCoordinates(origin) : null),
          },
          { title: 'TIME', text: ({ timestamp }) => (timestamp === null ? null : new Date(timestamp).toISOString()) },
          { title: 'STAGE', text: ({ stage }) => stage },
          { title: 'EXCEPTION', text: ({ exception }) => exception, wide: true },
          { title: 'MESSAGE', text: ({ message }) => message },
        ],
        name: placeOf,
        empty: `${name} has no such dead letters`,
      })
    })
}

/** Letters page by page, up to so many; a page may be empty and still not be the last. */
export async function* deadLetters(
  client: ConnectClient,
  name: string,
  query: DeadLetterQuery,
  limit: number,
): AsyncGenerator<DeadLetter> {
  let from: string | null = null
  let left = limit
  do {
    const page: DeadLetterPage = await needing('looking at dead letters', PENSTOCK, () =>
      client.deadLetters(name, { ...query, limit: Math.min(left, largestPage), ...(from === null ? {} : { from }) }),
    )
    yield* page.letters
    left -= page.letters.length
    from = page.next
  } while (from !== null && left > 0)
}

/** `partition:offset` in the queue. */
export function placeOf({ partition, offset }: DeadLetter): string {
  return `${partition}:${offset}`
}
