import { type Command, Option } from 'commander'
import type { Cli } from '../../cli.ts'

export function addSetLogger(loggers: Command, cli: Cli): void {
  loggers
    .command('set')
    .description('Sets the level of a logger and of those below it, until the workers end.')
    .argument('<logger>', 'root for all')
    .argument('<level>', 'TRACE, DEBUG, INFO, WARN, ERROR, FATAL or OFF')
    .addOption(
      new Option('--scope <scope>', 'every worker, or the one that answers')
        .choices(['cluster', 'worker'])
        .default('cluster'),
    )
    .action(async (logger: string, level: string, { scope }: { scope: 'cluster' | 'worker' }, command: Command) => {
      const { client } = await cli.connect(command)
      const changed = await client.setLogger(logger, level.toUpperCase(), scope)
      const where = scope === 'cluster' ? 'on every worker' : 'on the worker that answered'
      cli
        .printer(command)
        .one(
          { logger, level: level.toUpperCase(), scope, changed: changed ?? null },
          logger,
          () => `${logger} logs ${level.toUpperCase()} ${where}\n`,
        )
    })
}
