import { ConnectError } from '@penstock/client'
import type { Command } from 'commander'
import type { Cli } from '../cli.ts'
import { usageError } from '../failure.ts'
import { readManifests } from '../manifests/read-manifests.ts'
import { collect } from '../option-values.ts'
import { eachConnector } from './each-connector.ts'

interface DeleteOptions {
  readonly file: readonly string[]
  readonly ignoreNotFound?: boolean
}

export function addDelete(program: Command, cli: Cli): void {
  program
    .command('delete')
    .description('Deletes connectors. Their offsets, topics and what they have written stay.')
    .argument('[connector...]')
    .option('-f, --file <path>', 'the connectors of a file, a folder or stdin (-)', collect, [])
    .option('--ignore-not-found', 'one that is not there is fine')
    .action(async (names: string[], { file, ignoreNotFound }: DeleteOptions, command: Command) => {
      const all = [...names, ...(await readManifests(file, cli.terminal)).map(({ name }) => name)]
      if (all.length === 0) throw usageError('delete what? Give names of connectors, or -f FILE')
      const { client } = await cli.connect(command)
      await eachConnector(cli, command, all, async (name) => {
        try {
          await client.deleteConnector(name)
          return 'deleted'
        } catch (error) {
          if (ignoreNotFound === true && error instanceof ConnectError && error.status === 404) return 'not there'
          throw error
        }
      })
    })
}
