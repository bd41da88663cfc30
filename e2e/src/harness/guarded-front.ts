/** What stands before a cluster in many places: https with checks of who asks, below a path; and a proxy for the way there. */
import {
  createServer,
  type IncomingMessage,
  request as onwardRequest,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import { type AddressInfo, connect } from 'node:net'

export interface GuardedFrontOptions {
  /** The http URL of the cluster. */
  readonly target: string
  /** Certificate, key and, with `requestCert`, whose certificates clients must have. */
  readonly tls: ServerOptions
  /** Values of `Authorization` that are let in; anybody where not given. */
  readonly authorizations?: readonly string[]
  /** Path that every request must begin with, `/search`. */
  readonly prefix?: string
}

export class GuardedFront implements AsyncDisposable {
  readonly #options: GuardedFrontOptions
  readonly #server: Server
  /** Requests with a compressed body that were passed on. */
  compressed = 0

  static async start(options: GuardedFrontOptions): Promise<GuardedFront> {
    const front = new GuardedFront(options)
    await new Promise<void>((resolve) => front.#server.listen(0, '127.0.0.1', resolve))
    return front
  }

  private constructor(options: GuardedFrontOptions) {
    this.#options = options
    this.#server = createTlsServer(options.tls, (request, response) => this.#pass(request, response))
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closed(this.#server)
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const { target, authorizations, prefix = '' } = this.#options
    const { authorization, ...headers } = request.headers
    const path = request.url ?? ''
    if (authorizations && !authorizations.includes(authorization ?? '')) {
      refuse(response, 401, 'not you')
      return
    }
    if (!path.startsWith(`${prefix}/`)) {
      refuse(response, 404, 'no such path')
      return
    }
    if (headers['content-encoding'] === 'gzip') this.compressed++
    const method = request.method ?? 'GET'
    const onward = onwardRequest(new URL(path.slice(prefix.length), target), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  }
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  const body = JSON.stringify({ error: { type: 'security_exception', reason }, status })
  response.writeHead(status, { 'content-type': 'application/json' }).end(body)
}

/** An HTTP proxy that only opens tunnels, for who has this user and password. */
export class TunnelProxy implements AsyncDisposable {
  readonly #server = createServer((_request, response) => response.writeHead(405).end())
  tunnels = 0

  static async start(user: string, password: string): Promise<TunnelProxy> {
    const proxy = new TunnelProxy(`Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`)
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  private constructor(authorization: string) {
    this.#server.on('connect', (request, socket) => {
      socket.on('error', () => socket.destroy())
      if (request.headers['proxy-authorization'] !== authorization) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
        return
      }
      this.tunnels++
      const [host = '', port] = (request.url ?? '').split(':')
      const onward = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        socket.pipe(onward).pipe(socket)
      })
      onward.on('error', () => socket.destroy())
      socket.on('close', () => onward.destroy())
    })
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closed(this.#server)
  }
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise<void>((resolve) => server.close(() => resolve()))
}
