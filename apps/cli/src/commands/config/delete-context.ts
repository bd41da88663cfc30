import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { contextFilePath, readContextFile, writeContextFile } from '../../contexts/context-file.ts'
import { usageError } from '../../failure.ts'

export function addDeleteContext(config: Command, cli: Cli): void {
  config
    .command('delete-context')
    .description('Forgets a context; the cluster is not touched.')
    .argument('<context>')
    .action(async (name: string) => {
      const path = contextFilePath(cli.environment)
      const file = await readContextFile(path)
      if (!Object.hasOwn(file.contexts, name)) throw usageError(`there is no context "${name}"`)
      const { [name]: _, ...contexts } = file.contexts
      const current = file['current-context'] === name ? null : file['current-context']
      await writeContextFile(path, { 'current-context': current, contexts })
      cli.note(`context ${name} deleted${current === null ? '; there is no current context now' : ''}`)
    })
}
