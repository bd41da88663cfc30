import { ConfigError, ConflictError, ConnectError, codeOf, messageOf, NotFoundError } from '@penstock/core'
import { BadRequestError, ForbiddenError, UnavailableError } from '../herder/errors.ts'

/** An answer that REST itself decides on: unknown routes, malformed bodies, unreachable peers. */
export class RestError extends ConnectError {
  readonly status: number
  /** Of the answer, beside those that every answer has. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>

  constructor(
    status: number,
    message: string,
    options: { cause?: unknown; headers?: Readonly<Record<string, string | readonly string[]>> } = {},
  ) {
    super(`rest.status_${status}`, message, options)
    this.status = status
    this.headers = options.headers ?? {}
  }
}

/** The body of every error, as Kafka Connect writes it. */
export interface ErrorBody {
  readonly error_code: number
  readonly message: string
}

export function errorBody(status: number, message: string): ErrorBody {
  return { error_code: status, message }
}

/** The HTTP status that an error is answered with. */
export function statusOf(error: unknown): number {
  if (error instanceof RestError) return error.status
  if (error instanceof NotFoundError) return 404
  if (error instanceof ConflictError) return 409
  if (error instanceof BadRequestError || error instanceof ConfigError) return 400
  if (error instanceof ForbiddenError) return 403
  if (error instanceof UnavailableError) return 503
  // An error that crossed from an executor has lost its class, not its code.
  return /^(plugins|config)\./.test(codeOf(error) ?? '') ? 400 : httpStatusOf(error)
}

/** The text for the sender. */
export function textOf(error: unknown): string {
  const status = statusOf(error)
  if (status === 413) return 'HTTP 413 Request Entity Too Large: a body may have at most rest.body.max.bytes'
  if (status === 415 && !(error instanceof RestError)) return 'HTTP 415 Unsupported Media Type'
  return messageOf(error)
}

/** Errors of express and its body parser carry a status of their own. */
function httpStatusOf(error: unknown): number {
  const status = (error as { status?: unknown } | null)?.status
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500
}

export function notFound(): RestError {
  return new RestError(404, 'HTTP 404 Not Found')
}
