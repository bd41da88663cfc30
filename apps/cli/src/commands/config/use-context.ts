import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { contextFilePath, readContextFile, writeContextFile } from '../../contexts/context-file.ts'
import { usageError } from '../../failure.ts'

export function addUseContext(config: Command, cli: Cli): void {
  config
    .command('use-context')
    .description('Makes a context the current one.')
    .argument('<context>')
    .action(async (name: string) => {
      const path = contextFilePath(cli.environment)
      const file = await readContextFile(path)
      if (!Object.hasOwn(file.contexts, name)) {
        throw usageError(`there is no context "${name}", known are ${Object.keys(file.contexts).join(', ') || 'none'}`)
      }
      await writeContextFile(path, { ...file, 'current-context': name })
      cli.note(`the current context is ${name}`)
    })
}
