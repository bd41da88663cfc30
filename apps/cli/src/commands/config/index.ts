import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { addCurrentContext } from './current-context.ts'
import { addDeleteContext } from './delete-context.ts'
import { addGetContexts } from './get-contexts.ts'
import { addSetContext } from './set-context.ts'
import { addUseContext } from './use-context.ts'
import { addView } from './view.ts'

export function addConfig(program: Command, cli: Cli): void {
  const config = program.command('config').description('The contexts: which clusters there are and how to log in.')
  addGetContexts(config, cli)
  addUseContext(config, cli)
  addSetContext(config, cli)
  addDeleteContext(config, cli)
  addCurrentContext(config, cli)
  addView(config, cli)
}
