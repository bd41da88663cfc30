import type { X509Certificate } from 'node:crypto'
import { TLSSocket } from 'node:tls'
import type { NextFunction, Request, Response } from 'express'
import { RestError } from '../errors.ts'
import type { Method, RouteDoc } from '../route.ts'
import type { Authentication } from './authentication.ts'
import { type Caller, includesRole, neededRole, type Role } from './roles.ts'

type Handler = (request: Request, response: Response, next: NextFunction) => void

export interface Guard {
  /** Finds out who asks, before anything else is looked at. */
  readonly authenticate: Handler
  /** Whether that user may use this route. */
  authorize(route: Pick<RouteDoc, 'method' | 'role'>): Handler
  /** Throws unless the user of a request has this role. */
  requireRole(request: Request, role: Role): void
}

export interface GuardOptions {
  readonly authentication: Authentication | null
  /** Those that take workers only are open here: their handlers check signatures. */
  readonly routes: readonly RouteDoc[]
  /** Paths that anybody may read. */
  readonly openPaths: readonly string[]
}

const pass: Handler = (_request, _response, next) => next()

export function createGuard({ authentication, routes, openPaths }: GuardOptions): Guard {
  if (authentication === null) return { authenticate: pass, authorize: () => pass, requireRole: () => {} }
  const callers = new WeakMap<Request, Caller>()
  const internal = routes.filter((route) => neededRole(route) === null).map(matcher)
  const isOpen = ({ method, path }: Request): boolean =>
    method === 'OPTIONS' || // tells the methods of a path, and browsers ask it without credentials
    (['GET', 'HEAD'].includes(method) && openPaths.includes(path)) ||
    internal.some((matches) => matches(method, path))

  return {
    authenticate(request, _response, next) {
      if (isOpen(request)) {
        next()
        return
      }
      const authorization = request.get('Authorization') ?? null
      authentication
        .authenticate({ authorization, certificate: certificateOf(request) })
        .then((caller) => {
          callers.set(request, caller)
          next()
        })
        .catch((error: unknown) => next(request.get('X-Requested-With') === undefined ? error : unchallenged(error)))
    },
    authorize: (route) => {
      const needed = neededRole(route)
      return (request, _response, next) => {
        const caller = callers.get(request)
        if (needed === null || isOpen(request)) next()
        else if (includesRole(caller?.role ?? null, needed)) next()
        else throw forbidden(needed, caller)
      }
    },
    requireRole: (request, role) => {
      const caller = callers.get(request)
      if (!includesRole(caller?.role ?? null, role)) throw forbidden(role, caller)
    },
  }
}

/** A page asks for credentials itself: at a challenge the browser would put a window of its own before it. */
function unchallenged(error: unknown): unknown {
  return error instanceof RestError && error.status === 401 ? new RestError(401, error.message) : error
}

function forbidden(needed: string, caller: Caller | undefined): RestError {
  const has = caller === undefined || caller.role === null ? 'no role' : `the role ${caller.role}`
  return new RestError(403, `This needs the role ${needed}, but the user has ${has}`)
}

/** Only what a trusted authority has signed says anything. */
function certificateOf({ socket }: Request): X509Certificate | null {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return null
  return socket.getPeerX509Certificate() ?? null
}

function matcher({ method, path }: { method: Method; path: string }): (method: string, path: string) => boolean {
  const pattern = new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`)
  return (asked, at) => asked === method.toUpperCase() && pattern.test(at)
}
