/** The control endpoint: what a test process may ask of the process that owns the servers. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SERVER_ACTIONS, SERVER_NAMES, type Server, type ServerAction, type ServerName } from './server.ts'

export interface ControlEndpoint {
  readonly url: string
  close(): Promise<void>
}

/** `GET /` lists the servers that can be controlled; `POST /<server>/<action>` answers when the action is done. */
export async function openControl(servers: readonly Server[]): Promise<ControlEndpoint> {
  const names = servers.filter(({ control }) => control).map((server) => server.name)
  const endpoint = createServer((request, response) => {
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    const [, name, action] = (request.url ?? '').split('/')
    if (request.method === 'GET' && !name) return answer(200, names)
    const control = servers.find((server) => server.name === name)?.control
    if (request.method !== 'POST' || !control || !isAction(action)) return answer(404, { message: `no ${request.url}` })
    control[action]().then(
      () => answer(200, {}),
      (error: Error) => answer(500, { message: error.message }),
    )
  })
  await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve))
  const { port } = endpoint.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      endpoint.closeAllConnections()
      await new Promise((resolve) => endpoint.close(resolve))
    },
  }
}

function isAction(text: string | undefined): text is ServerAction {
  return SERVER_ACTIONS.includes(text as ServerAction)
}

/** The servers that the stack at STACK_CONTROL can control; none where others run them. */
export async function controllable(): Promise<ServerName[]> {
  const url = process.env.STACK_CONTROL
  if (!url) return []
  const names = (await (await fetch(url)).json()) as ServerName[]
  return SERVER_NAMES.filter((name) => names.includes(name))
}

/** Does something to a server of the stack; resolves when it is done (after start and restart: when the server answers). */
export async function control(server: ServerName, action: ServerAction): Promise<void> {
  const url = process.env.STACK_CONTROL
  if (!url) throw new Error(`can't ${action} ${server}: these servers are run by somebody else`)
  const response = await fetch(`${url}/${server}/${action}`, { method: 'POST', signal: AbortSignal.timeout(180_000) })
  if (!response.ok) throw new Error(`${action} ${server}: ${await response.text()}`)
}
