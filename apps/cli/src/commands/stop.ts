import type { Command } from 'commander'
import type { Cli } from '../cli.ts'
import { eachConnector } from './each-connector.ts'

export function addStop(program: Command, cli: Cli): void {
  program
    .command('stop')
    .description('Stops connectors. Tasks end; offsets may be changed then.')
    .argument('<connector...>')
    .action(async (names: string[], _options: object, command: Command) => {
      const { client } = await cli.connect(command)
      await eachConnector(cli, command, names, async (name) => {
        await client.stop(name)
        return 'stopped'
      })
    })
}
