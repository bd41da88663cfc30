/** The program `penstock`. Next on the way: `run.ts`, then `program.ts` with all commands. */
import { run } from './run.ts'
import { processTerminal } from './terminal.ts'

const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort())
process.once('SIGTERM', () => interrupted.abort())

const exitCode = await run({
  args: process.argv.slice(2),
  terminal: processTerminal(process.env),
  environment: process.env,
  signal: interrupted.signal,
})
// Connections that are kept for more requests would hold the process up; what was printed must still get out.
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)))
