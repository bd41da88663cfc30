import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { whileStopped } from './while-stopped.ts'

export function addResetOffsets(offsets: Command, cli: Cli): void {
  offsets
    .command('reset')
    .description('Forgets all positions of a stopped connector: it begins anew.')
    .argument('<connector>')
    .option('--stop', 'stop the connector for it, and let it run again')
    .option('-y, --yes', 'don’t ask')
    .action(async (name: string, { stop, yes }: { stop?: boolean; yes?: boolean }, command: Command) => {
      const { client } = await cli.connect(command)
      await cli.confirm(`forget all positions of ${name}`, yes === true)
      const { message } = await whileStopped(cli, client, name, stop === true, () => client.resetOffsets(name))
      cli.printer(command).one({ connector: name, message }, name, () => `${message}\n`)
    })
}
