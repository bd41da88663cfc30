import { ConnectError } from '@penstock/core'

/** Throws when the time for an answer is over: what was read until then would pass for all that there is. */
export function requireInTime(signal: AbortSignal): void {
  if (!signal.aborted) return
  throw new ConnectError(
    'inspection.took_too_long',
    'Kafka gave the records too slowly for an answer; ask for fewer records, or for one topic and partition',
  )
}
