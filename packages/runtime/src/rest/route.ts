/**
 * A resource of the REST API is a list of routes. Each is declared once: the server, forwarding and the OpenAPI document
 * read the declaration. Start reading at app.ts.
 */

import type { WorkerConfig } from '../config/worker-config.ts'
import type { Herder } from '../herder/herder.ts'
import type { SchemaName } from './schemas.ts'
import type { Role } from './security/roles.ts'
import type { Stream } from './streams.ts'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** What the OpenAPI document tells of a route. */
export interface RouteDoc {
  readonly method: Method
  /** In OpenAPI's spelling: `/connectors/{connector}/config`. */
  readonly path: string
  readonly summary: string
  readonly query?: Readonly<Record<string, { readonly description: string; readonly schema: object }>>
  readonly body?: SchemaName
  /** All that the body asks for has a default. */
  readonly bodyIsOptional?: boolean
  /** Other types than JSON that the body may have, and what makes the JSON of them that is handled and forwarded. */
  readonly alsoAccepts?: Readonly<Record<string, (body: Buffer) => Buffer>>
  /** Types of its answer; JSON where not given. */
  readonly produces?: readonly string[]
  /** Whom it takes; by default `read` for GET and `admin` for the rest. Null: a worker, known by its signature. */
  readonly role?: Role | null
  /** Schema of the body by status; null for an empty one. Errors any route may answer need not be named. */
  readonly answers: Readonly<Record<number, SchemaName | null>>
}

export interface Route extends RouteDoc {
  handle(request: RestRequest, context: RestContext): Promise<Answer>
}

/** What handlers work with. */
export interface RestContext {
  readonly herder: Herder
  readonly config: WorkerConfig
}

/** A request as handlers see it. */
export interface RestRequest {
  /** A parameter of the path, decoded. */
  param(name: string): string
  readonly query: URLSearchParams
  /** The bytes as they came. */
  readonly body: Buffer
  header(name: string): string | null
  /** Throws unless the user has this role too: for what only some bodies ask for. */
  requireRole(role: Role): void
}

export interface Answer {
  readonly status: number
  /** Written as JSON; undefined for an empty body. */
  readonly body?: unknown
  /** In the place of a body: a text of another type, or an answer that goes on. */
  readonly text?: { readonly type: string; readonly text: string }
  readonly stream?: Stream
  /** Path of what was made; becomes an absolute `Location`. */
  readonly location?: string
}

/** A query parameter that only `true`, in any case, turns on; absent it has its default. */
export function booleanParam(query: URLSearchParams, name: string, absent: boolean): boolean {
  const text = query.get(name)
  return text === null ? absent : text.toLowerCase() === 'true'
}
