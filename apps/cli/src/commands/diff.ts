import type { Command } from 'commander'
import type { Cli } from '../cli.ts'
import { exitCodes } from '../exit-codes.ts'
import { formatPlan, planManifests } from '../manifests/plan.ts'
import { readManifests } from '../manifests/read-manifests.ts'
import { collect } from '../option-values.ts'

export function addDiff(program: Command, cli: Cli): void {
  program
    .command('diff')
    .description('Shows what apply would change; exit code 6 where there is something.')
    .requiredOption('-f, --file <path>', 'JSON, YAML or properties; a folder; - for stdin', collect, [])
    .option('-R, --recursive', 'folders within folders too')
    .action(async (options: { file: readonly string[]; recursive?: boolean }, command: Command) => {
      const manifests = await readManifests(options.file, cli.terminal, { recursive: options.recursive === true })
      const { client } = await cli.connect(command)
      const steps = await planManifests(client, manifests)
      const printer = cli.printer(command)
      if (printer.isForPeople) cli.terminal.out(formatPlan(steps, cli.terminal))
      else {
        const changed = steps.filter(({ action }) => action !== 'unchanged')
        printer.list(
          changed.map(({ name, action, changes }) => ({ name, action, changes })),
          { columns: [], name: ({ name }) => name },
        )
      }
      if (steps.some(({ action }) => action !== 'unchanged')) cli.exitCode = exitCodes.different
    })
}
