/** What every command is given: the terminal, the environment, and on demand a connection to the cluster. */
import { ConnectClient } from '@penstock/client'
import type { Command } from 'commander'
import { clusterFetch, senderOf } from './connection/cluster-fetch.ts'
import { authorizationOf } from './connection/credentials.ts'
import { chooseContext } from './contexts/chosen-context.ts'
import { authenticationOf, type Context } from './contexts/context.ts'
import { contextFilePath, isReadableByOthers, readContextFile } from './contexts/context-file.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { CliError } from './failure.ts'
import { type OutputFormat, Printer } from './output/printer.ts'
import { printable } from './output/table.ts'
import type { Terminal } from './terminal.ts'

/** The options of every command. */
export interface GlobalOptions {
  readonly url: readonly string[]
  readonly context?: string
  readonly output: OutputFormat
  readonly requestTimeout: number
  readonly retryTimeout: number
}

export interface Connection {
  readonly client: ConnectClient
  /** Workers of the cluster, each with a client of its own. */
  readonly workers: readonly { readonly url: string; readonly client: ConnectClient; readonly fetch: typeof fetch }[]
}

export class Cli {
  readonly terminal: Terminal
  readonly environment: NodeJS.ProcessEnv
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  /** For commands that end well and still have something to tell. */
  exitCode: ExitCode = exitCodes.ok

  constructor(terminal: Terminal, environment: NodeJS.ProcessEnv, signal: AbortSignal) {
    this.terminal = terminal
    this.environment = environment
    this.signal = signal
  }

  /** For people only: progress and what was done. */
  note(message: string): void {
    this.terminal.err(`${printable(message)}\n`)
  }

  printer(command: Command): Printer {
    return new Printer(this.terminal, options(command).output)
  }

  /** The cluster of the chosen context. Nothing is sent yet. */
  connect(command: Command): Promise<Connection> {
    return this.connectTo(options(command))
  }

  async connectTo({
    url,
    context: wanted,
    requestTimeout,
    retryTimeout,
  }: Omit<GlobalOptions, 'output'>): Promise<Connection> {
    const { context } = await this.#context(url, wanted)
    const authorization = await authorizationOf(context)
    const fetch = clusterFetch({
      send: await senderOf(context),
      retryTimeoutMs: retryTimeout,
      onRetry: (message) => this.note(message),
      signal: this.signal,
    })
    const shared = { fetch, timeoutMs: requestTimeout + retryTimeout, ...(authorization ? { authorization } : {}) }
    return {
      client: new ConnectClient({ ...shared, urls: context.urls }),
      workers: context.urls.map((url) => ({ url, fetch, client: new ConnectClient({ ...shared, urls: [url] }) })),
    }
  }

  /** Asks before something is lost; without anybody to ask, `--yes` is needed. */
  async confirm(question: string, yes: boolean): Promise<void> {
    if (yes) return
    if (!this.terminal.isInteractive) {
      throw new CliError('cli.unconfirmed', exitCodes.usage, `${question}: say --yes, there is nobody to ask`)
    }
    const answer = await this.terminal.ask(`${question}? [y/N] `)
    if (!/^y(es)?$/i.test(answer.trim())) throw new CliError('cli.unconfirmed', exitCodes.failed, 'nothing was changed')
  }

  async #context(urls: readonly string[], name: string | undefined): Promise<{ context: Context }> {
    const path = contextFilePath(this.environment)
    const chosen = chooseContext({ urls, context: name, environment: this.environment }, await readContextFile(path))
    if (chosen.name !== null && authenticationOf(chosen.context) !== 'none' && (await isReadableByOthers(path))) {
      this.note(`warning: others may read ${path}, which may hold secrets: chmod 600 ${path}`)
    }
    return chosen
  }
}

export function options(command: Command): GlobalOptions {
  return command.optsWithGlobals<GlobalOptions>()
}
