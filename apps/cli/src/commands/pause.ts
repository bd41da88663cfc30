import type { Command } from 'commander'
import type { Cli } from '../cli.ts'
import { eachConnector } from './each-connector.ts'

export function addPause(program: Command, cli: Cli): void {
  program
    .command('pause')
    .description('Pauses connectors. Tasks keep their partitions and do nothing.')
    .argument('<connector...>')
    .action(async (names: string[], _options: object, command: Command) => {
      const { client } = await cli.connect(command)
      await eachConnector(cli, command, names, async (name) => {
        await client.pause(name)
        return 'paused'
      })
    })
}
