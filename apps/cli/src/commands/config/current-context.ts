import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { contextFilePath, readContextFile } from '../../contexts/context-file.ts'
import { usageError } from '../../failure.ts'

export function addCurrentContext(config: Command, cli: Cli): void {
  config
    .command('current-context')
    .description('Prints the name of the current context.')
    .action(async (_options: object, command: Command) => {
      const { 'current-context': name } = await readContextFile(contextFilePath(cli.environment))
      if (name === null)
        throw usageError('there is no current context: choose one with "penstock config use-context NAME"')
      cli.printer(command).one({ name }, name, () => `${name}\n`)
    })
}
