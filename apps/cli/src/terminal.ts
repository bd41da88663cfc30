/** Where a command writes and whom it may ask; tests bring their own. */
import { createInterface } from 'node:readline/promises'
import { styleText } from 'node:util'

export type Style = Parameters<typeof styleText>[0]

export interface Terminal {
  /** Results. */
  out(text: string): void
  /** Everything else: progress, notes, errors. */
  err(text: string): void
  /** Results go to a person's screen. */
  readonly isTerminal: boolean
  /** There is somebody to answer questions. */
  readonly isInteractive: boolean
  readonly colors: boolean
  readonly columns: number
  readonly rows: number
  /** Asks on stderr; Ctrl-C rejects with an AbortError. */
  ask(question: string): Promise<string>
  readStdin(): Promise<string>
}

/** The process's own; colours only for a terminal, and not with NO_COLOR. */
export function processTerminal(environment: NodeJS.ProcessEnv): Terminal {
  const { stdin, stdout, stderr } = process
  // Whoever reads our output may stop reading (head): that is no failure.
  stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    isTerminal: stdout.isTTY === true,
    isInteractive: stdin.isTTY === true && stderr.isTTY === true,
    colors: stdout.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb',
    get columns() {
      return stdout.columns ?? 120
    },
    get rows() {
      return stdout.rows ?? 40
    },
    ask: async (question) => {
      const lines = createInterface({ input: stdin, output: stderr })
      const interrupted = new AbortController()
      // While a line is read, Ctrl-C comes here and not to the process.
      lines.once('SIGINT', () => interrupted.abort())
      try {
        return await lines.question(question, { signal: interrupted.signal })
      } finally {
        lines.close()
      }
    },
    readStdin: async () => {
      const chunks: Buffer[] = []
      for await (const chunk of stdin) chunks.push(chunk as Buffer)
      return Buffer.concat(chunks).toString('utf8')
    },
  }
}

/** The text in a style where the terminal shows colours. */
export function paint(terminal: Pick<Terminal, 'colors'>, style: Style, text: string): string {
  return terminal.colors ? styleText(style, text, { validateStream: false }) : text
}
