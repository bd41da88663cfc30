/**
 * The express application: routes out of the resource files, with limits, timeouts, forwarding and errors around them.
 * Read next: route.ts, served-routes.ts, then a resource (connector.ts), forwarding.ts, errors.ts.
 */
import { type Logger, stringifyJson, traceOf } from '@penstock/core'
import express, { type NextFunction, type Request, type Response } from 'express'
import { parseHeaderRules } from '../config/response-headers.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import type { Herder } from '../herder/herder.ts'
import type { PeerClient } from '../herder/peer-client.ts'
import type { Redactor } from '../telemetry/redactor.ts'
import { consolePath, consoleRouter } from './console.ts'
import { corsHeaders, corsRules } from './cors.ts'
import { withDeadline } from './deadline.ts'
import { errorBody, notFound, RestError, statusOf, textOf } from './errors.ts'
import { forward, targetOf } from './forwarding.ts'
import { healthAnswer } from './health.ts'
import { hidesSecrets, withoutSecrets } from './hidden-secrets.ts'
import { loggersRoutes } from './loggers.ts'
import { type MetricsHandler, metricsDoc } from './metrics.ts'
import { openApiDocument } from './openapi.ts'
import type { Answer, RestRequest, Route, RouteDoc } from './route.ts'
import type { Authentication } from './security/authentication.ts'
import { createGuard, type Guard } from './security/guard.ts'
import { mainRoutes, openApiDoc } from './served-routes.ts'
import type { Streams } from './streams.ts'

export interface AppOptions {
  readonly config: WorkerConfig
  readonly logger: Logger
  readonly peers: PeerClient
  /** Takes secrets out of the texts of errors. */
  readonly redactor: Pick<Redactor, 'redact'>
  /** Null: everybody may do everything. */
  readonly authentication: Authentication | null
  readonly metricsHandler: MetricsHandler | null
  /** Folder of the built console; null: it isn't served. */
  readonly consoleFolder: string | null
  /** Those that are open on all listeners. */
  readonly streams: Streams
  /** Version of the worker, for the OpenAPI document. */
  readonly version: string
  /** Null until the worker is ready. */
  herder(): Herder | null
  /** What a worker that isn't ready is doing. */
  stage(): string
  /** True once the server closes: connections shall not be kept. */
  closing(): boolean
}

/** What the main listeners serve. `withAdmin`: the admin resources have no listeners of their own. */
export function createApp(options: AppOptions, { withAdmin }: { withAdmin: boolean }): express.Express {
  const { metricsHandler, config } = options
  const routes = withAdmin ? [...mainRoutes, ...loggersRoutes] : mainRoutes
  const docs: readonly RouteDoc[] = [...routes, openApiDoc, ...(metricsHandler === null ? [] : [metricsDoc])]
  const document = openApiDocument(docs, options.version)
  const guard = createGuard({ ...options, routes, openPaths: config['rest.authentication.open.paths'] })

  const app = bareApp()
  app.use(requestLog(options), configuredHeaders(config))
  if (options.consoleFolder !== null) app.use(consolePath, consoleRouter(options.consoleFolder))
  app.use(guard.authenticate)
  if (metricsHandler !== null) app.get(metricsDoc.path, guard.authorize(metricsDoc), metricsHandler)
  app.get(openApiDoc.path, guard.authorize(openApiDoc), (_request, response) =>
    send(response, { status: 200, body: document }),
  )
  serve(app, { routes, docs, guard }, options)
  return app
}

/** What the admin listeners serve: nothing else, and without the configured headers. */
export function createAdminApp(options: AppOptions): express.Express {
  const guard = createGuard({ ...options, routes: loggersRoutes, openPaths: [] })
  const app = bareApp()
  app.use(requestLog(options), guard.authenticate)
  serve(app, { routes: loggersRoutes, docs: loggersRoutes, guard }, options)
  return app
}

function bareApp(): express.Express {
  return express().disable('x-powered-by').disable('etag').enable('case sensitive routing').set('query parser', false)
}

interface Served {
  readonly routes: readonly Route[]
  /** Those and what else answers. */
  readonly docs: readonly RouteDoc[]
  readonly guard: Guard
}

/** The routes, and what is answered where there is none or one fails. */
function serve(app: express.Express, { routes, docs, guard }: Served, options: AppOptions): void {
  app.use(untilReady(options))
  for (const route of routes) {
    const path = expressPath(route.path)
    app[route.method](path, guard.authorize(route))
    if (route.body !== undefined) app[route.method](path, ...bodyReaders(route, options.config))
    app[route.method](path, checkAccept(route), (request, response, next) => {
      answer(route, request, guard, options)
        .then((done) =>
          done.stream === undefined ? send(response, done) : options.streams.open(response, done.stream),
        )
        .catch(next)
    })
  }
  for (const path of new Set(docs.map((doc) => doc.path))) app.all(expressPath(path), otherMethod(docs, path))
  app.use(() => {
    throw notFound()
  })
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) next(error)
    else sendError(error, request, response, options)
  })
}

/** Has the herder carry out a request, here or on the worker that it belongs to, within the time that it may take. */
async function answer(
  route: Route,
  request: Request,
  guard: Guard,
  { config, herder, peers }: AppOptions,
): Promise<Answer> {
  const ready = herder()
  if (ready === null) throw new RestError(503, 'Worker is still starting up.')
  const signal = AbortSignal.timeout(config['rest.request.timeout.ms'])
  const late = (): RestError => {
    const activity = ready.currentActivity?.() ?? null
    return new RestError(500, `Request timed out.${activity === null ? '' : ` The worker is currently ${activity}.`}`)
  }
  const incoming = toRestRequest(request, guard)
  const work = async (): Promise<Answer> => {
    try {
      return await route.handle(incoming, { herder: ready, config })
    } catch (error) {
      const target = targetOf(error)
      if (target === undefined) throw error
      const { method, body } = route
      return await forward(target.url, {
        method,
        path: pathOf(request),
        request: incoming,
        hasBody: body !== undefined,
        peers,
        signal,
      })
    }
  }
  const done = await withDeadline(work(), signal, late)
  if (done.body === undefined || !hidesSecrets(incoming.query)) return done
  return { ...done, body: withoutSecrets(route.answers[done.status], done.body, await ready.plugins()) }
}

function toRestRequest(request: Request, guard: Guard): RestRequest {
  return {
    param: (name) => {
      const value = request.params[name]
      return typeof value === 'string' ? value : ''
    },
    query: new URL(request.url, 'http://worker').searchParams,
    body: bytesOf(request),
    header: (name) => request.get(name) ?? null,
    requireRole: (role) => guard.requireRole(request, role),
  }
}

function pathOf(request: Request): string {
  return request.originalUrl.replace(/\?.*$/s, '')
}

/** `/connectors/{connector}` in the spelling of express. */
function expressPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1')
}

function requestLog({ logger, closing }: AppOptions) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const started = performance.now()
    response.once('close', () => {
      const line = `${request.method} ${request.originalUrl} ${response.statusCode} ${Math.round(performance.now() - started)} ms`
      if (isRoutine(request.originalUrl)) logger.debug(line)
      else logger.info(line)
    })
    if (closing()) response.set('Connection', 'close')
    next()
  }
}

/** What probes, scrapers and browsers ask for without anybody's doing. */
function isRoutine(url: string): boolean {
  return /^\/(?:health|metrics|ui|workers\/self)(?:[/?]|$)/.test(url)
}

function configuredHeaders(config: WorkerConfig) {
  const cors = corsRules(config['access.control.allow.origin'], config['access.control.allow.methods'])
  const rules = parseHeaderRules(config['response.http.headers.config']) ?? []
  return (request: Request, response: Response, next: NextFunction): void => {
    if (cors !== null) {
      const preflight = request.method === 'OPTIONS' && request.get('Access-Control-Request-Method') !== undefined
      response.set(corsHeaders(cors, request.get('Origin') ?? null, preflight))
    }
    for (const { action, name, value } of rules) {
      if (action === 'set') response.set(name, value)
      else response.append(name, value)
    }
    next()
  }
}

/** The port answers before the worker is ready, so that probes and people see how far it is. */
function untilReady({ herder, stage }: AppOptions) {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (herder() !== null) {
      next()
      return
    }
    const message = `Worker is still starting up. ${stage()}`.trim()
    if (request.path === '/health') send(response, healthAnswer({ status: 'starting', message }))
    else send(response, { status: 503, body: errorBody(503, message) })
  }
}

/** Bodies are read as bytes: signatures are over what was sent, not over what it says. */
function bodyReaders({ alsoAccepts = {}, bodyIsOptional = false }: Route, config: WorkerConfig) {
  const types = ['application/json', ...Object.keys(alsoAccepts)]
  const check = (request: Request, _response: Response, next: NextFunction): void => {
    const isNone = bodyIsOptional && request.get('content-length') === '0'
    if (!isNone && request.is(types) === false) throw new RestError(415, 'HTTP 415 Unsupported Media Type')
    next()
  }
  const read = express.raw({ type: () => true, limit: config['rest.body.max.bytes'], inflate: false })
  const translate = (request: Request, _response: Response, next: NextFunction): void => {
    const type = request.is(types)
    const toJson = typeof type === 'string' ? alsoAccepts[type] : undefined
    if (toJson !== undefined) request.body = toJson(bytesOf(request))
    next()
  }
  return [check, read, translate]
}

function bytesOf(request: Request): Buffer {
  const body: unknown = request.body
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0)
}

function checkAccept({ produces = ['application/json'] }: Route) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    if (request.accepts([...produces]) === false) throw new RestError(406, 'HTTP 406 Not Acceptable')
    next()
  }
}

/** OPTIONS, and the methods that a path does not have. */
function otherMethod(docs: readonly RouteDoc[], path: string) {
  const methods = docs.filter((doc) => doc.path === path).map((doc) => doc.method.toUpperCase())
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(',')
  return (request: Request, response: Response): void => {
    response.set('Allow', allow)
    if (request.method !== 'OPTIONS') throw new RestError(405, 'HTTP 405 Method Not Allowed')
    response.status(200).type('text/plain').end(allow)
  }
}

function send(response: Response, { status, body, text, location }: Answer): void {
  response.status(status)
  if (location !== undefined) response.set('Location', absolute(response.req, location))
  if (text !== undefined) response.set({ 'Content-Type': text.type, 'Cache-Control': 'no-store' }).end(text.text)
  else if (body === undefined) response.end()
  else response.set('Content-Type', 'application/json').end(stringifyJson(body))
}

/** Seen from the client: under the host that it has asked. */
function absolute(request: Request, path: string): string {
  const host = request.get('Host') ?? ''
  return /^[\w.:[\]-]+$/.test(host) ? `${request.protocol}://${host}${path}` : path
}

function sendError(error: unknown, request: Request, response: Response, { logger, redactor }: AppOptions): void {
  const status = statusOf(error)
  const message = redactor.redact(textOf(error))
  if (status >= 500) logger.error(`${request.method} ${request.path} failed: ${message}`, { trace: traceOf(error) })
  // What is left of a body that is too large is not worth reading.
  if (status === 413) response.set('Connection', 'close')
  if (error instanceof RestError)
    for (const [name, value] of Object.entries(error.headers)) response.set(name, [value].flat())
  send(response, { status, body: errorBody(status, message) })
}
