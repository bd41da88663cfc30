/** What may stand before a cluster: TLS, and an HTTP proxy. */
import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import { type AddressInfo, connect } from 'node:net'

export interface Front extends AsyncDisposable {
  readonly port: number
  /** What it was asked for, `CONNECT 127.0.0.1:9243`. */
  readonly requests: readonly string[]
}

/** Passes requests on to an http URL, over TLS set up by the options. */
export async function tlsFront(options: ServerOptions, target: string): Promise<Front> {
  const requests: string[] = []
  const server = createTlsServer(options, (request, response) => {
    requests.push(`${request.method} ${request.url}`)
    passOn(request, response, new URL(request.url ?? '/', target))
  })
  return await listening(server, requests)
}

/** A proxy that wants this `Proxy-Authorization`, if any. */
export async function proxyFront(authorization?: string): Promise<Front> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    if (request.headers['proxy-authorization'] !== authorization) response.writeHead(407).end()
    else passOn(request, response, new URL(request.url ?? ''))
  })
  server.on('connect', (request, socket) => {
    requests.push(`CONNECT ${request.url}`)
    if (request.headers['proxy-authorization'] !== authorization) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    const [host, port] = (request.url ?? '').split(':')
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
    socket.on('close', () => onward.destroy())
  })
  return await listening(server, requests)
}

function passOn(request: IncomingMessage, response: ServerResponse, url: URL): void {
  const { 'proxy-authorization': _, ...headers } = request.headers
  const onward = httpRequest(url, { method: request.method ?? 'GET', headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  onward.on('error', () => response.destroy())
  request.pipe(onward)
}

/** Has a server listen at a free port; `requests` are those it notes. */
export async function listening(server: Server, requests: readonly string[] = []): Promise<Front> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
