/** A worker that answers by a table, and a terminal that remembers; for commands as a whole. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { run } from '../run.ts'
import type { Terminal } from '../terminal.ts'

export interface Answer {
  readonly status?: number
  readonly body?: unknown
}

/** By method and path, `GET /connectors`; with several answers each is given once, the last one for ever. */
export type Answers = Readonly<Record<string, Answer | readonly Answer[]>>

export interface SeenRequest {
  readonly request: string
  readonly body: unknown
  readonly authorization: string | undefined
}

export async function fakeConnect(answers: Answers) {
  const seen: SeenRequest[] = []
  const counts = new Map<string, number>()
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const key = `${request.method} ${request.url}`
    const { authorization } = request.headers
    seen.push({ request: key, body: text === '' ? null : JSON.parse(text), authorization })
    const count = counts.get(key) ?? 0
    counts.set(key, count + 1)
    // As Kafka Connect answers for what it does not know.
    const unknown = { status: 404, body: { error_code: 404, message: 'HTTP 404 Not Found' } }
    const known = answers[key] ?? unknown
    const list = Array.isArray(known) ? known : [known]
    const { status = 200, body } = list[Math.min(count, list.length - 1)] as Answer
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(body === undefined ? '' : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    seen,
    /** Runs the program against it. */
    penstock: (args: readonly string[], options: PenstockOptions = {}) =>
      penstock(args, { ...options, environment: { PENSTOCK_URL: url, ...options.environment } }),
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}

export interface PenstockOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly stdin?: string
  /** What somebody at the terminal answers; without it there is nobody. */
  readonly answer?: string
  readonly colors?: boolean
}

/** Runs the program within this process. No context of this machine is used. */
export async function penstock(args: readonly string[], options: PenstockOptions = {}) {
  const printed = { out: '', err: '' }
  const terminal: Terminal = {
    out: (text) => {
      printed.out += text
    },
    err: (text) => {
      printed.err += text
    },
    isTerminal: false,
    isInteractive: options.answer !== undefined,
    colors: options.colors ?? false,
    columns: 120,
    rows: 40,
    ask: async (question) => {
      printed.err += question
      return options.answer ?? ''
    },
    readStdin: async () => options.stdin ?? '',
  }
  const environment = { PENSTOCK_CONFIG: '/nonexistent/config.yaml', ...options.environment }
  const code = await run({ args, terminal, environment, signal: new AbortController().signal })
  return { code, ...printed }
}
