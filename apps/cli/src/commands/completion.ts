import { Argument, type Command } from 'commander'
import type { Cli, Connection } from '../cli.ts'
import { complete, type Lookup, splitLine } from '../completion/candidates.ts'
import { completionScripts, type Shell, shells } from '../completion/shells.ts'
import { contextFilePath, readContextFile } from '../contexts/context-file.ts'

/** Nobody waits longer for a completion. */
const lookupMs = 2_000

export function addCompletion(program: Command, cli: Cli): void {
  program
    .command('completion')
    .description('Prints the script that makes a shell complete commands, options and names of connectors.')
    .addArgument(new Argument('<shell>').choices(shells))
    .addHelpText(
      'after',
      '\nFor this shell: source <(penstock completion bash). For all to come: add that line to ~/.bashrc (zsh: ~/.zshrc;\nfish: penstock completion fish > ~/.config/fish/completions/penstock.fish).',
    )
    .action((shell: Shell) => cli.terminal.out(completionScripts[shell]))
  program
    .command('__complete', { hidden: true })
    .description('What may stand at the end of a line; asked by the scripts.')
    .option('--line <text>', 'all that has been typed')
    .argument('[words...]')
    .action(async (given: string[], { line }: { line?: string }) => {
      const words = line === undefined ? given : splitLine(line).slice(1)
      const { candidates, files } = await complete(program, words, lookupIn(cli, words))
      for (const { text, description } of candidates) {
        cli.terminal.out(description === '' ? `${text}\n` : `${text}\t${description.split('. ')[0]}\n`)
      }
      if (files) cli.terminal.out(':files\n')
    })
}

/** Asks the cluster that the line itself names; what can't be had is not offered. */
function lookupIn(cli: Cli, words: readonly string[]): Lookup {
  const valuesOf = (flag: string): string[] =>
    words.flatMap((word, index) =>
      words[index - 1] === flag ? [word] : word.startsWith(`${flag}=`) ? [word.slice(flag.length + 1)] : [],
    )
  const [context] = valuesOf('--context')
  const connect = (): Promise<Connection> =>
    cli.connectTo({
      url: valuesOf('--url').filter((url) => url !== ''),
      ...(context === undefined || context === '' ? {} : { context }),
      requestTimeout: lookupMs,
      retryTimeout: 0,
    })
  return async (kind) => {
    try {
      return await namesOf(kind, cli, connect)
    } catch {
      return []
    }
  }
}

async function namesOf(kind: string, cli: Cli, connect: () => Promise<Connection>): Promise<readonly string[]> {
  switch (kind) {
    case 'connector':
      return (await (await connect()).client.connectors()).sort()
    case 'context':
      return Object.keys((await readContextFile(contextFilePath(cli.environment))).contexts)
    case 'plugin': {
      const plugins = await (await connect()).client.plugins({ connectorsOnly: false })
      return [...new Set(plugins.map((plugin) => plugin.class))]
    }
    case 'worker':
      return (await (await connect()).client.workers()).map(({ worker_id }) => worker_id)
    case 'logger':
      return Object.keys(await (await connect()).client.loggers())
    default:
      return []
  }
}
