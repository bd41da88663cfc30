import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { addListDeadLetters } from './list.ts'
import { addRedriveDeadLetters } from './redrive.ts'
import { addShowDeadLetter } from './show.ts'

export function addDlq(program: Command, cli: Cli): void {
  const dlq = program.command('dlq').description('Looks at dead letters and drives them again. Penstock only.')
  addListDeadLetters(dlq, cli)
  addShowDeadLetter(dlq, cli)
  addRedriveDeadLetters(dlq, cli)
}
