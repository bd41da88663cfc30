/** The ports that a worker listens on. */
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer, Server as SecureServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { ConnectError, codeOf } from '@penstock/core'
import { type Listener, parseListener } from '../config/listeners.ts'
import { refuseUntrusted } from './tls.ts'

export interface HttpServer {
  readonly server: Server | SecureServer
  /** With the port that a listener on port 0 has got. */
  readonly listener: Listener
}

const idleTimeoutMs = 90_000
const headersTimeoutMs = 30_000
/** For a request with its body to arrive. */
const receiveTimeoutMs = 90_000

/** Resolves once the port is bound. `tls` is asked for where the listener is one of https. */
export function listen(text: string, app: RequestListener, tls: () => ServerOptions): Promise<HttpServer> {
  const listener = parseListener(text)
  if (listener === null) throw new ConnectError('rest.bad_listener', `"${text}" is no listener; write http://host:port`)
  const server = open(listener, app, tls)
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const reason = codeOf(error) === 'EADDRINUSE' ? 'the port is in use' : error.message
      reject(new ConnectError('rest.listen_failed', `can't listen on ${text}: ${reason}`, { cause: error }))
    })
    server.listen({ port: listener.port, ...(listener.host === null ? {} : { host: listener.host }) }, () => {
      const { port } = server.address() as AddressInfo
      resolve({ server, listener: { ...listener, port } })
    })
  })
}

function open({ protocol }: Listener, app: RequestListener, tls: () => ServerOptions): Server | SecureServer {
  const timeouts = {
    headersTimeout: headersTimeoutMs,
    requestTimeout: receiveTimeoutMs,
    keepAliveTimeout: idleTimeoutMs,
  }
  if (protocol === 'http') return createHttpServer(timeouts, app)
  const options = tls()
  try {
    const server = createHttpsServer({ ...timeouts, ...options }, app)
    if (options.requestCert) server.on('secureConnection', refuseUntrusted)
    return server
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConnectError(
      'rest.bad_keystore',
      `the certificate and key of the https listeners can't be used: ${reason}. Check ssl.keystore.*, ssl.key.password and whether they belong together`,
      { cause: error },
    )
  }
}

/** New connections are made with the certificates that the files hold by now. */
export function renewCertificates({ server }: HttpServer, tls: ServerOptions): void {
  if (server instanceof SecureServer) server.setSecureContext(tls)
}

/** Lets requests under way finish for `graceMs`, then cuts them off. */
export async function closeServer({ server }: HttpServer, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // A connection whose last answer goes out after this would stay open until it has been idle for long.
  const idle = setInterval(() => server.closeIdleConnections(), 20)
  const late = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearInterval(idle)
  clearTimeout(late)
}

/** How the listener is reached from this machine, with trailing slash. */
export function urlOf({ protocol, host, port }: Listener): string {
  const name = host === null || host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return `${protocol}://${name.includes(':') ? `[${name}]` : name}:${port}/`
}
