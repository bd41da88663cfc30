import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { mapAtMost, REQUESTS_AT_ONCE } from '../../map-at-most.ts'

export function addGetTopics(get: Command, cli: Cli): void {
  get
    .command('topics')
    .description('Lists the topics that connectors have used since they were created or their topics were reset.')
    .argument('[connector...]')
    .action(async (given: string[], _options: object, command: Command) => {
      const { client } = await cli.connect(command)
      const names = given.length > 0 ? given : (await client.connectors()).sort()
      const lists = await mapAtMost(REQUESTS_AT_ONCE, names, async (connector) =>
        (await client.topics(connector)).map((topic) => ({ connector, topic })),
      )
      cli.printer(command).list(lists.flat(), {
        columns: [
          { title: 'CONNECTOR', text: ({ connector }) => connector },
          { title: 'TOPIC', text: ({ topic }) => topic },
        ],
        name: ({ topic }) => topic,
        empty: 'no topic is in use',
      })
    })
}
