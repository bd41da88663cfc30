import type { Command } from 'commander'
import { stringify } from 'yaml'
import type { Cli } from '../../cli.ts'
import { withoutSecrets } from '../../contexts/context.ts'
import { contextFilePath, readContextFile } from '../../contexts/context-file.ts'

export function addView(config: Command, cli: Cli): void {
  config
    .command('view')
    .description('Prints the file of contexts, without secrets.')
    .action(async (_options: object, command: Command) => {
      const path = contextFilePath(cli.environment)
      const file = await readContextFile(path)
      const contexts = Object.entries(file.contexts).map(([name, context]) => [name, withoutSecrets(context)])
      const shown = { ...file, contexts: Object.fromEntries(contexts) }
      cli.printer(command).one(shown, path, () => `# ${path}\n${stringify(shown)}`)
    })
}
