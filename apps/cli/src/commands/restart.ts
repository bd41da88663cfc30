import type { Command } from 'commander'
import type { Cli } from '../cli.ts'
import { usageError } from '../failure.ts'
import { collect } from '../option-values.ts'
import { eachConnector } from './each-connector.ts'

interface RestartOptions {
  readonly includeTasks?: boolean
  readonly onlyFailed?: boolean
  readonly task: readonly string[]
}

export function addRestart(program: Command, cli: Cli): void {
  program
    .command('restart')
    .description('Restarts connectors, alone or with their tasks, or single tasks.')
    .argument('<connector...>')
    .option('--include-tasks', 'the tasks too')
    .option('--only-failed', 'only what is FAILED')
    .option('--task <number>', 'only this task; may be given several times', collect, [])
    .action(async (names: string[], { includeTasks, onlyFailed, task }: RestartOptions, command: Command) => {
      const tasks = task.map(taskNumber)
      if (tasks.length > 0 && (includeTasks === true || onlyFailed === true || names.length > 1)) {
        throw usageError(
          '--task restarts tasks of one connector, and goes with neither --include-tasks nor --only-failed',
        )
      }
      const { client } = await cli.connect(command)
      await eachConnector(cli, command, names, async (name) => {
        for (const number of tasks) await client.restartTask(name, number)
        if (tasks.length > 0) return `restarted ${tasks.map((number) => `task ${number}`).join(', ')}`
        const plan = await client.restart(name, {
          includeTasks: includeTasks === true,
          onlyFailed: onlyFailed === true,
        })
        if (plan === undefined) return 'restarted'
        const restarting = [
          ...(plan.connector.state === 'RESTARTING' ? ['the connector'] : []),
          ...plan.tasks.filter(({ state }) => state === 'RESTARTING').map(({ id }) => `task ${id}`),
        ]
        return restarting.length === 0 ? 'nothing to restart' : `restarting ${restarting.join(', ')}`
      })
    })
}

function taskNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw usageError(`"${text}" is no number of a task; expected 0, 1, …`)
  return Number(text)
}
