/** Runs one command line and says how it ended. */
import { CommanderError } from 'commander'
import { Cli } from './cli.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { failureOf } from './failure.ts'
import { printable } from './output/table.ts'
import { createProgram } from './program.ts'
import { paint, type Terminal } from './terminal.ts'

export interface Run {
  /** Without program and script. */
  readonly args: readonly string[]
  readonly terminal: Terminal
  readonly environment: NodeJS.ProcessEnv
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
}

/** Resolves with the exit code; what went wrong has been printed by then. */
export async function run({ args, terminal, environment, signal }: Run): Promise<ExitCode> {
  const cli = new Cli(terminal, environment, signal)
  try {
    const program = createProgram(cli)
    if (args.length === 0) {
      program.outputHelp()
      return exitCodes.usage
    }
    await program.parseAsync(args, { from: 'user' })
    return cli.exitCode
  } catch (error) {
    // Commander has printed its own by now; help counts as one, with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    if (signal.aborted) return exitCodes.interrupted
    const { text, exitCode } = failureOf(error)
    terminal.err(`${paint(terminal, 'red', 'error:')} ${printable(text)}\n`)
    return exitCode
  }
}
