/** What the command line does with any Kafka Connect, as exit codes and outputs that do not depend on the worker. */
import { PenstockCli } from '../harness/index.ts'

const UNSUPPORTED = 10

export interface CommandLineLife {
  /** The same on both. */
  readonly seen: readonly unknown[]
  /** What not every worker has: true where the program says so. */
  readonly lacking: readonly unknown[]
}

/** Takes a source through its life; resolves with what was seen at each step. */
export async function commandLineLife(
  url: string,
  connector: { readonly name: string; readonly config: Readonly<Record<string, unknown>> },
): Promise<CommandLineLife> {
  await using cli = await PenstockCli.create({ PENSTOCK_URL: url })
  const { name } = connector
  const file = await cli.write('connector.json', connector)
  const changed = await cli.write('changed.json', { name, config: { ...connector.config, 'batch.size': 77 } })
  const seen: unknown[] = []
  const step = async (...args: string[]): Promise<void> => {
    const { code, out } = await cli.run(args)
    seen.push([args[0], code, out.replaceAll(url, 'URL')])
  }
  await step('apply', '-f', file, '--wait')
  await step('diff', '-f', file)
  await step('diff', '-f', changed)
  await step('apply', '-f', changed)
  await step('create', '-f', file)
  await step('wait', name)
  await step('get', 'tasks', name, '-o', 'name')
  await step('patch', name, '--unset', 'batch.size')
  await step('pause', name)
  await step('wait', name, '--for', 'paused')
  await step('resume', name)
  await step('wait', name)
  await step('restart', name, '--include-tasks')
  await step('offsets', 'reset', name, '--stop', '--yes')
  await step('stop', name)
  await step('wait', name, '--for', 'stopped')
  await step('validate', name)
  await step('loggers', 'set', 'root', 'info')
  await step('__complete', '--', 'pause', name.slice(0, -1))
  await step('delete', name)
  await step('wait', name, '--for', 'deleted')
  await step('get', 'connector', name)
  const commands = [
    ['preview', name],
    ['verify', name],
    ['dlq', 'list', name],
  ]
  const lacking: unknown[] = []
  for (const command of commands) {
    const { code, err } = await cli.run(command)
    lacking.push([command[0], code === UNSUPPORTED ? /needs workers of Penstock/.test(err) : 'supported'])
  }
  return { seen, lacking }
}
