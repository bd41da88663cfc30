import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'

export function addGetLoggers(parent: Command, cli: Cli, word = 'loggers'): void {
  parent
    .command(word)
    .description('Lists the loggers of the worker that answers, with their levels.')
    .argument('[logger]')
    .action(async (name: string | undefined, _options: object, command: Command) => {
      const { client } = await cli.connect(command)
      const found = name === undefined ? await client.loggers() : { [name]: await client.logger(name) }
      const loggers = Object.entries(found).map(([logger, { level, last_modified }]) => ({
        logger,
        level,
        last_modified,
      }))
      cli.printer(command).list(loggers, {
        columns: [
          { title: 'LOGGER', text: ({ logger }) => logger },
          { title: 'LEVEL', text: ({ level }) => level },
          {
            title: 'CHANGED',
            text: ({ last_modified }) => (last_modified === null ? null : new Date(last_modified).toISOString()),
            wide: true,
          },
        ],
        name: ({ logger }) => logger,
      })
    })
}
