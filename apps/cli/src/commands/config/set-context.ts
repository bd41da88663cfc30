import type { Command } from 'commander'
import { type Cli, options } from '../../cli.ts'
import type { Context, contextTextKeys } from '../../contexts/context.ts'
import { contextFilePath, readContextFile, writeContextFile } from '../../contexts/context-file.ts'
import { urlProblem } from '../../contexts/worker-url.ts'
import { usageError } from '../../failure.ts'

type TextOptions = { readonly [Key in (typeof contextTextKeys)[number] as CamelCase<Key>]?: string }
type CamelCase<Text extends string> = Text extends `${infer First}-${infer Rest}` ? `${First}${Capitalize<Rest>}` : Text

interface SetContextOptions extends TextOptions {
  readonly insecure?: boolean
  readonly use?: boolean
}

export function addSetContext(config: Command, cli: Cli): void {
  config
    .command('set-context')
    .description('Creates a context or changes what is given of it. The URLs are those of --url.')
    .argument('<context>')
    .option('--username <name>', 'user for basic authentication')
    .option('--password <text>', 'its password; better in a file or by a command')
    .option('--password-file <path>', 'file with the password')
    .option('--password-command <command>', 'command whose output is the password')
    .option('--token <text>', 'bearer token; better in a file or by a command')
    .option('--token-file <path>', 'file with the token')
    .option('--token-command <command>', 'command whose output is the token')
    .option('--ca-file <path>', 'PEM file with the authorities that the workers’ certificates come from')
    .option('--cert-file <path>', 'PEM file with the client certificate')
    .option('--key-file <path>', 'PEM file with its private key, where it is not in the same file')
    .option('--key-password <text>', 'what opens the private key')
    .option('--insecure', 'don’t check the workers’ certificates')
    .option('--no-insecure', 'check them')
    .option('--use', 'make it the current context')
    .addHelpText('after', '\nAn empty text removes a key.')
    .action(async (name: string, { insecure, use, ...texts }: SetContextOptions, command: Command) => {
      const path = contextFilePath(cli.environment)
      const file = await readContextFile(path)
      const before = Object.hasOwn(file.contexts, name) ? file.contexts[name] : undefined
      const { url } = options(command)
      const wrong = url.map(urlProblem).find((problem) => problem !== null)
      if (wrong !== undefined) throw usageError(wrong)
      if (before === undefined && url.length === 0)
        throw usageError(`a new context needs the URL of a worker: add --url`)
      const entries = Object.entries({ ...before, ...keysOf(texts) }).filter(([, value]) => value !== '')
      const context = {
        ...Object.fromEntries(entries),
        urls: url.length > 0 ? url : (before?.urls ?? []),
        ...(insecure === undefined ? {} : { insecure }),
      } as Context
      await writeContextFile(path, {
        // The first one is the one to use.
        'current-context': use === true ? name : (file['current-context'] ?? name),
        contexts: { ...file.contexts, [name]: context },
      })
      cli.note(`context ${name} ${before === undefined ? 'created' : 'changed'}`)
    })
}

/** The options that are keys of a context, by the names that the file has for them. */
function keysOf(texts: TextOptions): Record<string, string> {
  const given = Object.entries(texts).filter(([, value]) => typeof value === 'string')
  return Object.fromEntries(
    given.map(([key, value]) => [key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), value]),
  )
}
