/**
 * The few error classes of Penstock. Each carries a stable `code` (`area.what`) that docs and tests refer to.
 *
 * Ask {@link isRetriable} and {@link codeOf} instead of `instanceof`: a plugin may carry its own copy of this package.
 */
import { knownAcrossCopies } from './copies.ts'

export interface PenstockErrorOptions {
  cause?: unknown
}

/** Base of all errors with a stable code; thrown itself for failures that nothing will mend by trying again. */
export class ConnectError extends Error {
  readonly code: string

  constructor(code: string, message: string, options: PenstockErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
  }
}
knownAcrossCopies(ConnectError, 'ConnectError')

/** The record itself can't be handled: retrying changes nothing, the `errors.*` policy decides what happens to it. */
export class DataError extends ConnectError {}
knownAcrossCopies(DataError, 'DataError')

/** A passing condition: the same call may succeed later. */
export class RetriableError extends ConnectError {
  readonly retriable = true
}
knownAcrossCopies(RetriableError, 'RetriableError')

/** Asked for something that isn't there. */
export class NotFoundError extends ConnectError {}
knownAcrossCopies(NotFoundError, 'NotFoundError')

/** The request can't be served in the present state (rebalance under way, name already taken …). */
export class ConflictError extends ConnectError {}
knownAcrossCopies(ConflictError, 'ConflictError')

/** One thing wrong with a configuration: which key, which value, what is expected. */
export interface ConfigProblem {
  readonly key: string
  readonly message: string
}

/** A configuration with all its problems at once. */
export class ConfigError extends ConnectError {
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[], code = 'config.invalid') {
    super(code, problems.map((problem) => problem.message).join('\n'))
    this.problems = problems
  }
}
knownAcrossCopies(ConfigError, 'ConfigError')

/** The stages of a record's way that {@link StageError} can name (KIP-298). */
export type Stage =
  | 'TRANSFORMATION'
  | 'KEY_CONVERTER'
  | 'VALUE_CONVERTER'
  | 'HEADER_CONVERTER'
  | 'KAFKA_PRODUCE'
  | 'TASK_PUT'

/**
 * A failure that knows at which stage it belongs, however late it surfaces. Values are decoded lazily, so a malformed
 * value may be noticed inside a transformation or the sink, and is still a VALUE_CONVERTER error to the user.
 */
export class StageError extends DataError {
  readonly stage: Stage
  /** Class name of the plugin that failed, as the dead letter headers show it. */
  readonly executingClass: string

  constructor(stage: Stage, executingClass: string, cause: unknown) {
    super(codeOf(cause) ?? `record.${stage.toLowerCase()}`, messageOf(cause), { cause })
    this.stage = stage
    this.executingClass = executingClass
  }
}
knownAcrossCopies(StageError, 'StageError')

/** True when trying the same call again may succeed. */
export function isRetriable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { retriable?: unknown }).retriable === true
}

/** The stable code of an error, or null when it has none. */
export function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' ? code : null
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The stack of an error with those of its causes, the text shown as `trace` of a failed task. */
export function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = error.stack ?? `${error.name}: ${error.message}`
  return error.cause === undefined ? own : `${own}\nCaused by: ${traceOf(error.cause)}`
}

/** Ends a `switch` over a union: the compiler proves that it can't be reached. */
export function assertNever(value: never): never {
  throw new ConnectError('internal.unexpected_case', `unexpected case: ${JSON.stringify(value)}`)
}
