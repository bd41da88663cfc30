/** The REST servers of a worker. Read next: app.ts. */
import type { RequestListener } from 'node:http'
import { type Clock, ConnectError, type Logger } from '@penstock/core'
import { mainListeners } from '../config/listeners.ts'
import { adminTlsPrefix, mainTlsPrefix, tlsFiles, tlsKeys } from '../config/tls-keys.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import type { Herder } from '../herder/herder.ts'
import type { PeerClient } from '../herder/peer-client.ts'
import type { Redactor } from '../telemetry/redactor.ts'
import { advertised } from './advertised-url.ts'
import { type AppOptions, createAdminApp, createApp } from './app.ts'
import { watchCertificates } from './certificate-watch.ts'
import { closeServer, type HttpServer, listen, renewCertificates, urlOf } from './http-servers.ts'
import type { MetricsHandler } from './metrics.ts'
import { openAuthentication } from './security/authentication.ts'
import { tellExposure } from './security/exposure.ts'
import { Streams } from './streams.ts'
import { serverTls } from './tls.ts'

export interface RestServerOptions {
  readonly config: WorkerConfig
  readonly logger: Logger
  readonly clock: Clock
  /** Carries requests to the worker that they belong to. */
  readonly peers: PeerClient
  /** Takes secrets out of the texts of errors. */
  readonly redactor: Pick<Redactor, 'redact'>
  /** Version of the worker. */
  readonly version: string
  /** How often files of certificates are looked at; every 10 s where not given. */
  readonly certificateLookMs?: number
  /** Serves `/metrics`, unless `metrics.prometheus.enable` is false. */
  readonly metricsHandler?: MetricsHandler
  /** Folder of the built console, served at `/ui` unless `console.enabled` is false. */
  readonly consoleFolder?: string
}

export interface RestServer {
  /** Where the first listener is reached from this machine, with trailing slash. */
  readonly url: string
  /** Where each of `listeners`, and each of `admin.listeners`, is reached from this machine. */
  readonly urls: readonly string[]
  readonly adminUrls: readonly string[]
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

/** Starts to listen at once; until {@link RestServer.serve} requests are answered with 503. */
export async function startRestServer(options: RestServerOptions): Promise<RestServer> {
  const { config, logger, metricsHandler, consoleFolder } = options
  if (config['rest.extension.classes'].length > 0) {
    logger.warn('rest.extension.classes names Java classes, which can’t run here; it is ignored')
  }
  const authentication = await openAuthentication(options)
  const streams = new Streams(config['rest.streams.max'])
  const state: { herder: Herder | null; stage: string; closing: boolean } = { herder: null, stage: '', closing: false }
  const appOptions: AppOptions = {
    ...options,
    authentication,
    streams,
    metricsHandler: config['metrics.prometheus.enable'] ? (metricsHandler ?? null) : null,
    consoleFolder: config['console.enabled'] ? (consoleFolder ?? null) : null,
    herder: () => state.herder,
    stage: () => state.stage,
    closing: () => state.closing,
  }

  const servers: HttpServer[] = []
  const watches: (() => void)[] = []
  const closeAll = async (graceMs: number): Promise<void> => {
    for (const endWatch of watches) endWatch()
    streams.close()
    await Promise.all(servers.map((server) => closeServer(server, graceMs)))
    await authentication?.close()
  }
  const listenOn = async (
    listeners: readonly string[],
    app: RequestListener,
    prefix: string,
  ): Promise<HttpServer[]> => {
    const opened: HttpServer[] = []
    for (const text of listeners) {
      const server = await listen(text, app, () => serverTls(tlsKeys(config.raw, prefix)))
      opened.push(server)
      servers.push(server)
    }
    watches.push(keepCertificatesFresh(opened, prefix, options))
    return opened
  }
  let main: readonly HttpServer[]
  let admin: readonly HttpServer[]
  try {
    const withAdmin = config['admin.listeners'] === null
    main = await listenOn(mainListeners(config).listeners, createApp(appOptions, { withAdmin }), mainTlsPrefix)
    admin = await listenOn(config['admin.listeners'] ?? [], createAdminApp(appOptions), adminTlsPrefix)
  } catch (error) {
    await closeAll(0)
    throw error
  }
  const [first] = main
  if (first === undefined) throw new ConnectError('rest.no_listener', 'listeners is empty')
  const urls = main.map(({ listener }) => urlOf(listener))
  const adminUrls = admin.map(({ listener }) => urlOf(listener))
  const { url: advertisedUrl, workerId } = advertised(
    config,
    main.map(({ listener }) => listener),
  )
  logger.info(`REST listens on ${urls.join(', ')}, advertised as ${advertisedUrl}`)
  if (appOptions.consoleFolder !== null) logger.info(`the console is at ${advertisedUrl}ui/`)
  if (adminUrls.length > 0) logger.info(`admin resources are served on ${adminUrls.join(', ')}`)
  tellExposure(config, logger)

  return {
    url: urlOf(first.listener),
    urls,
    adminUrls,
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

/** The certificates of the main listeners are also those that other workers are asked with. */
function keepCertificatesFresh(servers: readonly HttpServer[], prefix: string, options: RestServerOptions): () => void {
  const { config, logger, peers, certificateLookMs } = options
  const tls = tlsKeys(config.raw, prefix)
  const files = tlsFiles(tls)
  if (files.length === 0 || servers.every(({ listener }) => listener.protocol === 'http')) return () => {}
  const reload = (): void => {
    const renewed = serverTls(tls)
    for (const server of servers) renewCertificates(server, renewed)
    if (prefix === mainTlsPrefix) peers.renew()
  }
  return watchCertificates({
    files,
    reload,
    logger,
    ...(certificateLookMs === undefined ? {} : { everyMs: certificateLookMs }),
  })
}
