import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { addGetContexts } from '../config/get-contexts.ts'
import { addGetConnectors } from './connectors.ts'
import { addGetLoggers } from './loggers.ts'
import { addGetOffsets } from './offsets.ts'
import { addGetPlugins } from './plugins.ts'
import { addGetTasks } from './tasks.ts'
import { addGetTopics } from './topics.ts'
import { addGetWorkers } from './workers.ts'

export function addGet(program: Command, cli: Cli): void {
  const get = program.command('get').description('Lists what there is.')
  addGetConnectors(get, cli)
  addGetTasks(get, cli)
  addGetWorkers(get, cli)
  addGetPlugins(get, cli)
  addGetTopics(get, cli)
  addGetOffsets(get, cli)
  addGetLoggers(get, cli)
  addGetContexts(get, cli, 'contexts')
  addGetPlugins(program, cli)
}
