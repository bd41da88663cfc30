/**
 * The process that owns the servers.
 *   node --conditions=source e2e/src/stack/main.ts up                 prints the URLs, stays until Ctrl-C
 *   node --conditions=source e2e/src/stack/main.ts run -- COMMAND...  runs the command, ends with its exit code
 * However it ends, the servers end with it. Read next: stack.ts.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { whenWeDie } from './guarded-process.ts'
import { startStack } from './stack.ts'

const COMMAND_GRACE_MS = 15_000
const progress = (line: string) => console.error(`stack: ${line}`)

const [mode, ...rest] = process.argv.slice(2)
const command = rest[0] === '--' ? rest.slice(1) : rest
if (mode !== 'up' && !(mode === 'run' && command.length > 0)) {
  console.error('usage: main.ts up | main.ts run -- COMMAND [ARG...]')
  process.exit(2)
}

let child: ChildProcess | undefined
const interrupted = new Promise<NodeJS.Signals>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the command as well; a signal to us alone we pass on.
      if (child && signal !== 'SIGINT') child.kill(signal)
      resolve(signal)
    })
  }
})

async function main(): Promise<number> {
  const starting = startStack(progress)
  const first = await Promise.race([starting.then(() => 'ready' as const), interrupted])
  const stack = await starting
  try {
    if (first !== 'ready') return exitCode(first)
    if (mode === 'run') return await runCommand(stack.env)
    for (const [name, value] of Object.entries(stack.env)) console.log(`${name}=${value}`)
    if (!process.stdin.isTTY || process.env.CI === 'true') return 0
    progress('press Ctrl-C to stop')
    return (await interrupted) === 'SIGINT' ? 0 : 1
  } finally {
    progress('stopping')
    await stack.close()
  }
}

async function runCommand(env: Readonly<Record<string, string>>): Promise<number> {
  const [program = '', ...args] = command
  const running = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  child = running
  const keep = whenWeDie(`kill ${running.pid}`)
  void interrupted.then(() => setTimeout(() => running.kill('SIGKILL'), COMMAND_GRACE_MS).unref())
  return await new Promise<number>((resolve, reject) => {
    running.once('error', reject)
    running.once('exit', (code, signal) => {
      keep()
      resolve(signal ? exitCode(signal) : (code ?? 1))
    })
  })
}

/** As shells say it. */
function exitCode(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal]
}

try {
  process.exitCode = await main()
} catch (error) {
  progress((error as Error).message)
  process.exitCode = 1
}
