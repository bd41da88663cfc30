import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { addDescribeConnector } from './connector.ts'
import { addDescribePlugin } from './plugin.ts'
import { addDescribeWorker } from './worker.ts'

export function addDescribe(program: Command, cli: Cli): void {
  const describe = program.command('describe').description('Shows all there is to know about one thing.')
  addDescribeConnector(describe, cli)
  addDescribePlugin(describe, cli)
  addDescribeWorker(describe, cli)
}
