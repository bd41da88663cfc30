import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { authenticationOf, withoutSecrets } from '../../contexts/context.ts'
import { contextFilePath, readContextFile } from '../../contexts/context-file.ts'

export function addGetContexts(config: Command, cli: Cli, name = 'get-contexts'): void {
  config
    .command(name)
    .description('Lists the contexts.')
    .action(async (_options: object, command: Command) => {
      const file = await readContextFile(contextFilePath(cli.environment))
      const items = Object.entries(file.contexts).map(([name, context]) => ({
        name,
        current: file['current-context'] === name,
        authentication: authenticationOf(context),
        ...withoutSecrets(context),
      }))
      cli.printer(command).list(items, {
        columns: [
          { title: 'CURRENT', text: ({ current }) => (current ? '*' : ' ') },
          { title: 'NAME', text: ({ name }) => name },
          { title: 'URLS', text: ({ urls }) => urls.join(',') },
          { title: 'LOGIN', text: ({ authentication }) => authentication },
        ],
        name: ({ name }) => name,
        empty: 'there are no contexts: create one with "penstock config set-context NAME --url URL"',
      })
    })
}
