import type { Command } from 'commander'
import type { Cli } from '../cli.ts'
import { eachConnector } from './each-connector.ts'

export function addResume(program: Command, cli: Cli): void {
  program
    .command('resume')
    .description('Resumes connectors. Starts what was paused or stopped.')
    .argument('<connector...>')
    .action(async (names: string[], _options: object, command: Command) => {
      const { client } = await cli.connect(command)
      await eachConnector(cli, command, names, async (name) => {
        await client.resume(name)
        return 'resumed'
      })
    })
}
