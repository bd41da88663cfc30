import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { addGetLoggers } from '../get/loggers.ts'
import { addSetLogger } from './set.ts'

export function addLoggers(program: Command, cli: Cli): void {
  const loggers = program.command('loggers').description('Looks at and sets levels of logging.')
  addGetLoggers(loggers, cli, 'get')
  addSetLogger(loggers, cli)
}
