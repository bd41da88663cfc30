/** What went wrong, as the user is told, and the exit code that goes with it. */
import { ConnectError as RestError } from '@penstock/client'
import { ConnectError, messageOf } from '@penstock/core'
import { type ExitCode, exitCodes } from './exit-codes.ts'

/** Ends the program with a code of its own. */
export class CliError extends ConnectError {
  readonly exitCode: ExitCode

  constructor(code: string, exitCode: ExitCode, message: string, options: { cause?: unknown } = {}) {
    super(code, message, options)
    this.exitCode = exitCode
  }
}

/** The command line, a context or a local file is wrong. */
export function usageError(message: string): CliError {
  return new CliError('cli.usage', exitCodes.usage, message)
}

export interface Failure {
  readonly text: string
  readonly exitCode: ExitCode
}

/** Text and exit code of whatever a command threw. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CliError) return { text: error.message, exitCode: error.exitCode }
  if (error instanceof RestError) return failureOfAnswer(error)
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return {
      text: 'no worker answered in time: check the workers’ health, or give them longer by --request-timeout',
      exitCode: exitCodes.unreachable,
    }
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return { text: 'interrupted', exitCode: exitCodes.interrupted }
  }
  return { text: messageOf(error), exitCode: exitCodes.failed }
}

function failureOfAnswer({ status, message }: RestError): Failure {
  switch (status) {
    case 400:
      return { text: message, exitCode: isAboutConfig(message) ? exitCodes.invalid : exitCodes.failed }
    case 401:
      return {
        text: `the worker wants to know who asks (401: ${message}): set user and password, a token or a certificate with "penstock config set-context"`,
        exitCode: exitCodes.refused,
      }
    case 403:
      return { text: `not allowed (403): ${message}`, exitCode: exitCodes.refused }
    case 404:
      return { text: message, exitCode: exitCodes.notFound }
    case 409:
      return { text: message, exitCode: exitCodes.conflict }
    default:
      return { text: `the worker answered with ${status}: ${message}`, exitCode: exitCodes.failed }
  }
}

function isAboutConfig(message: string): boolean {
  return /configuration is invalid|Invalid value|Missing required|contains no connector type|Failed to find any class/.test(
    message,
  )
}

/** True for an answer that the whole resource is unknown, and not the thing that was asked for. */
export function isUnknownResource(error: unknown): boolean {
  return (
    error instanceof RestError &&
    (error.status === 405 || (error.status === 404 && /^HTTP 404|^<|404 Not Found|Cannot GET/i.test(error.message)))
  )
}

/** Runs what not every Kafka Connect has; where the worker lacks it, the error names the feature. */
export async function needing<T>(feature: string, who: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!isUnknownResource(error)) throw error
    throw new CliError('cli.unsupported', exitCodes.unsupported, `this worker can't do that: ${feature} needs ${who}`, {
      cause: error,
    })
  }
}

/** Who has what Kafka Connect has not. */
export const PENSTOCK = 'workers of Penstock; those of Kafka Connect on the JVM have no such resource'
