import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { addGetOffsets } from '../get/offsets.ts'
import { addResetOffsets } from './reset.ts'
import { addSetOffsets } from './set.ts'

export function addOffsets(program: Command, cli: Cli): void {
  const offsets = program.command('offsets').description('Looks at and changes the positions of connectors.')
  addGetOffsets(offsets, cli, 'get')
  addSetOffsets(offsets, cli)
  addResetOffsets(offsets, cli)
}
