/** The REST server of a worker. Read next: app.ts. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConnectError, codeOf, type Logger } from '@penstock/core'
import { type Listener, parseListener } from '../config/listeners.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import type { Herder } from '../herder/herder.ts'
import { advertised } from './advertised-url.ts'
import { createApp } from './app.ts'
import type { MetricsHandler } from './metrics.ts'

export interface RestServerOptions {
  readonly config: WorkerConfig
  readonly logger: Logger
  /** Version of the worker. */
  readonly version: string
  /** Serves `/metrics`, unless `metrics.prometheus.enable` is false. */
  readonly metricsHandler?: MetricsHandler
}

export interface RestServer {
  /** Where the first listener is reached from this machine, with trailing slash. */
  readonly url: string
  /** Where other workers reach this one, with trailing slash. */
  readonly advertisedUrl: string
  /** `host:port` of the advertised URL. */
  readonly workerId: string
  /** Port of the first listener. */
  readonly port: number
  /** What the worker is doing until it is ready; shown by `/health`. */
  setStage(stage: string): void
  /** From now on requests are served. */
  serve(herder: Herder): void
  /** Takes no more requests, lets those under way finish for `graceMs` (default 1 s), then cuts them off. */
  close(options?: { graceMs?: number }): Promise<void>
}

const idleTimeoutMs = 90_000
const headersTimeoutMs = 30_000
/** For a request with its body to arrive. */
const receiveTimeoutMs = 90_000

/** Starts to listen at once; until {@link RestServer.serve} requests are answered with 503. */
export async function startRestServer(options: RestServerOptions): Promise<RestServer> {
  const { config, logger, version, metricsHandler } = options
  warnOfIgnoredKeys(config, logger)
  const state: { herder: Herder | null; stage: string; closing: boolean } = { herder: null, stage: '', closing: false }
  const app = createApp({
    config,
    logger,
    version,
    metricsHandler: config['metrics.prometheus.enable'] ? (metricsHandler ?? null) : null,
    herder: () => state.herder,
    stage: () => state.stage,
    closing: () => state.closing,
  })

  const servers: { server: Server; listener: Listener }[] = []
  const closeAll = (graceMs: number): Promise<unknown> =>
    Promise.all(servers.map(({ server }) => closeServer(server, graceMs)))
  try {
    for (const text of config.listeners)
      servers.push(
        await listen(
          createServer(
            {
              headersTimeout: headersTimeoutMs,
              requestTimeout: receiveTimeoutMs,
              keepAliveTimeout: idleTimeoutMs,
            },
            app,
          ),
          text,
        ),
      )
  } catch (error) {
    await closeAll(0)
    throw error
  }
  const [first] = servers
  if (first === undefined) throw new ConnectError('rest.no_listener', 'listeners is empty')
  const { url: advertisedUrl, workerId } = advertised(config, first.listener)
  logger.info(
    `REST listens on ${servers.map(({ listener }) => urlOf(listener)).join(', ')}, advertised as ${advertisedUrl}`,
  )

  return {
    url: urlOf(first.listener),
    advertisedUrl,
    workerId,
    port: first.listener.port,
    setStage: (stage) => {
      state.stage = stage
    },
    serve: (herder) => {
      state.herder = herder
    },
    close: async ({ graceMs = 1000 } = {}) => {
      state.closing = true
      await closeAll(graceMs)
    },
  }
}

/** Resolves once the port is bound, with the port that a listener on port 0 has got. */
function listen(server: Server, text: string): Promise<{ server: Server; listener: Listener }> {
  const listener = parseListener(text)
  if (listener === null) throw new ConnectError('rest.bad_listener', `"${text}" is no listener; write http://host:port`)
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

async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // A connection whose last answer goes out after this would stay open until it has been idle for long.
  const idle = setInterval(() => server.closeIdleConnections(), 20)
  const late = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearInterval(idle)
  clearTimeout(late)
}

function urlOf({ protocol, host, port }: Listener): string {
  const name = host === null || host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return `${protocol}://${name.includes(':') ? `[${name}]` : name}:${port}/`
}

function warnOfIgnoredKeys(config: WorkerConfig, logger: Logger): void {
  for (const key of ['rest.extension.classes', 'admin.listeners'] as const) {
    if ((config[key] ?? []).length > 0) logger.warn(`${key} is set, but this version ignores it`)
  }
}
