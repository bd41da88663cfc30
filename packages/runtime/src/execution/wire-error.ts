import { ConnectError, codeOf, isRetriable, messageOf, RetriableError, traceOf } from '@penstock/core'
import type { WireError } from './ipc.ts'

/** Packs whatever was thrown for the way to the other process. */
export function packError(error: unknown): WireError {
  return {
    name: error instanceof Error ? error.name : 'Error',
    message: messageOf(error),
    code: codeOf(error),
    trace: traceOf(error),
    retriable: isRetriable(error),
  }
}

/** The error as it was thrown over there, with that side's stack. */
export function unpackError(wire: WireError): Error {
  const error = wire.retriable
    ? new RetriableError(wire.code ?? 'executor.error', wire.message)
    : new ConnectError(wire.code ?? 'executor.error', wire.message)
  error.stack = wire.trace
  return error
}
