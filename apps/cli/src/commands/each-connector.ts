import type { Command } from 'commander'
import type { Cli } from '../cli.ts'
import { failureOf } from '../failure.ts'
import { oneLine } from '../output/table.ts'

/**
 * Does the same to several connectors, one after the other, and says of each what became of it. Goes on behind a failure;
 * the exit code is that of the first.
 */
export async function eachConnector(
  cli: Cli,
  command: Command,
  names: readonly string[],
  work: (name: string) => Promise<string>,
): Promise<void> {
  const results: { name: string; result: string }[] = []
  let failed = false
  for (const name of names) {
    try {
      results.push({ name, result: await work(name) })
    } catch (error) {
      if (cli.signal.aborted) throw error
      const { text, exitCode } = failureOf(error)
      cli.note(`error: ${oneLine(name)}: ${text}`)
      if (!failed) cli.exitCode = exitCode
      failed = true
    }
  }
  const printer = cli.printer(command)
  if (results.length === 0 && printer.isForPeople) return // the failures have been told
  printer.list(results, {
    columns: [
      { title: 'CONNECTOR', text: ({ name }) => name },
      { title: 'RESULT', text: ({ result }) => result },
    ],
    name: ({ name }) => name,
  })
}
