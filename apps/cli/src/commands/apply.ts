import type { ConnectClient } from '@penstock/client'
import { messageOf } from '@penstock/core'
import type { Command } from 'commander'
import type { Cli } from '../cli.ts'
import { usageError } from '../failure.ts'
import { formatPlan, type PlannedAction, type PlannedStep, planManifests } from '../manifests/plan.ts'
import { type PruneScope, plannedDeletions, readScope } from '../manifests/prune.ts'
import { readManifests } from '../manifests/read-manifests.ts'
import { requireValid } from '../manifests/validate-configs.ts'
import { collect, durationOption } from '../option-values.ts'
import { untilCondition } from './wait.ts'

interface ApplyOptions {
  readonly file: readonly string[]
  readonly recursive?: boolean
  readonly dryRun?: boolean
  readonly prune?: boolean
  readonly selector?: string
  readonly prefix?: string
  readonly allowEmpty?: boolean
  readonly yes?: boolean
  readonly wait?: boolean
  readonly timeout: number
}

const defaultWaitMs = 60_000
const done: Readonly<Record<PlannedAction, string>> = {
  create: 'created',
  change: 'changed',
  delete: 'deleted',
  unchanged: 'unchanged',
}

export function addApply(program: Command, cli: Cli): void {
  program
    .command('apply')
    .description(
      'Creates and changes connectors so that they are as files say. Everything is checked before anything changes.',
    )
    .requiredOption('-f, --file <path>', 'JSON, YAML or properties; a folder; - for stdin', collect, [])
    .option('-R, --recursive', 'folders within folders too')
    .option('--dry-run', 'only show what would change')
    .option('--prune', 'delete connectors that are owned and no longer declared; needs --selector or --prefix')
    .option('--selector <key=value>', 'owned is what has this in its config; every declared connector must have it')
    .option('--prefix <text>', 'owned is what has a name that begins so; every declared connector must')
    .option('--allow-empty', 'with --prune: no files may mean no connectors')
    .option('-y, --yes', 'don’t ask before deleting')
    .option('--wait', 'until what was created or changed runs')
    .addOption(durationOption('--timeout <duration>', 'how long to wait', defaultWaitMs))
    .addHelpText(
      'after',
      '\nA value "[hidden]", as get and export show secrets, leaves the value as it is.\nExit code 0 means that all is as declared, whether something had to be changed or not; -o json says what was.',
    )
    .action(async (options: ApplyOptions, command: Command) => {
      const { client } = await cli.connect(command)
      const steps = await planOf(client, options, cli)
      if (cli.printer(command).isForPeople) cli.terminal.out(formatPlan(steps, cli.terminal))
      else cli.note(formatPlan(steps, { colors: false }).trimEnd())
      await requireValid(client, toSend(steps))
      if (options.dryRun !== true) {
        const deletions = steps.filter(({ action }) => action === 'delete')
        if (deletions.length > 0) {
          const names = deletions.map(({ name }) => name).join(', ')
          await cli.confirm(`delete ${deletions.length} connectors (${names})`, options.yes === true)
        }
        await carryOut(client, steps, cli)
      }
      printResults(steps, options, cli, command)
      if (options.dryRun === true || options.wait !== true) return
      const changed = steps.filter(({ action }) => action === 'create' || action === 'change').map(({ name }) => name)
      await untilCondition(cli, client, changed, 'settled', options.timeout)
    })
}

async function planOf(client: ConnectClient, options: ApplyOptions, cli: Cli): Promise<PlannedStep[]> {
  const scope: PruneScope | null = readScope(options)
  const manifests = await readManifests(options.file, cli.terminal, { recursive: options.recursive === true })
  if (manifests.length === 0 && !(scope !== null && options.allowEmpty === true)) {
    throw usageError(
      `no connector was found in ${options.file.join(', ')}: expected .json, .yaml, .yml or .properties files${scope === null ? '' : '; --allow-empty deletes everything that is owned'}`,
    )
  }
  const steps = await planManifests(client, manifests)
  return scope === null ? steps : [...steps, ...(await plannedDeletions(client, manifests, scope))]
}

function toSend(steps: readonly PlannedStep[]): Record<string, string>[] {
  return steps.flatMap(({ action, config }) => (config !== null && action !== 'unchanged' ? [config] : []))
}

async function carryOut(client: ConnectClient, steps: readonly PlannedStep[], cli: Cli): Promise<void> {
  const finished: string[] = []
  for (const { name, action, config, manifest } of steps) {
    try {
      if (action === 'delete') await client.deleteConnector(name)
      else if (action === 'create' && config !== null && manifest?.initialState) {
        await client.createConnector({ name, config, initial_state: manifest.initialState })
      } else if (action !== 'unchanged' && config !== null) await client.putConfig(name, config)
      if (action !== 'unchanged') finished.push(`${done[action]} ${name}`)
    } catch (error) {
      if (finished.length > 0) cli.note(`done before the failure: ${finished.join(', ')}`)
      cli.note(`could not ${action} ${name}: ${messageOf(error)}`)
      throw error
    }
  }
}

function printResults(steps: readonly PlannedStep[], options: ApplyOptions, cli: Cli, command: Command): void {
  const printer = cli.printer(command)
  const results = steps.map(({ name, action, changes }) => ({
    name,
    action: options.dryRun === true ? action : done[action],
    changes,
  }))
  if (printer.isForPeople) {
    if (options.dryRun !== true) {
      for (const { name, action } of results) cli.terminal.out(`${name} ${action}\n`)
    }
    return
  }
  printer.list(results, { columns: [], name: ({ name }) => name })
}
