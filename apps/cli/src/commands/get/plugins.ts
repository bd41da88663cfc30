import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'

export function addGetPlugins(parent: Command, cli: Cli): void {
  parent
    .command('plugins')
    .description('Lists the plugins of the worker that answers.')
    .option('--connectors', 'connectors only, without converters, transformations and predicates')
    .action(async ({ connectors }: { connectors?: boolean }, command: Command) => {
      const { client } = await cli.connect(command)
      const plugins = await client.plugins({ connectorsOnly: connectors === true })
      cli.printer(command).list(plugins, {
        columns: [
          { title: 'TYPE', text: ({ type }) => type },
          { title: 'CLASS', text: ({ class: name }) => name },
          { title: 'VERSION', text: ({ version }) => version },
        ],
        name: ({ class: name }) => name,
      })
    })
}
