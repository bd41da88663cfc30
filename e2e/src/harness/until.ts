import { setTimeout as sleep } from 'node:timers/promises'

export interface UntilOptions {
  /** What is waited for, as the end of the sentence "waited in vain for …". */
  readonly what: string
  /** How long it may take on a machine that has nothing else to do. */
  readonly deadlineMs?: number
  readonly everyMs?: number
}

/** A condition that does not hold yet, with what was seen instead. */
export class NotYet {
  readonly seen: unknown

  constructor(seen: unknown) {
    this.seen = seen
  }
}

/** On a machine whose cores others use too, all takes longer. More patience costs time only where a test fails. */
const patience = 3

/**
 * Asks again and again until the condition gives something other than false, undefined or NotYet, and hands that out.
 * An exception counts as "not yet"; at the deadline the error tells what was seen last.
 */
export async function until<T>(
  condition: () => Promise<T | NotYet | false | undefined> | T | NotYet | false | undefined,
  { what, deadlineMs = 30_000, everyMs = 100 }: UntilOptions,
): Promise<T> {
  const startedAt = Date.now()
  const longestMs = deadlineMs * patience
  for (;;) {
    let seen: unknown
    try {
      const result = await condition()
      if (result !== false && result !== undefined && !(result instanceof NotYet)) return result
      seen = result instanceof NotYet ? result.seen : result
    } catch (error) {
      seen = error
    }
    if (Date.now() - startedAt > longestMs) {
      throw new Error(`waited ${longestMs} ms in vain for ${what}; seen last: ${show(seen)}`)
    }
    await sleep(everyMs)
  }
}

function show(seen: unknown): string {
  if (seen instanceof Error) return `${seen.name}: ${seen.message}${seen.cause ? ` (${String(seen.cause)})` : ''}`
  return typeof seen === 'string'
    ? seen
    : (JSON.stringify(seen, (_key, value) => (typeof value === 'bigint' ? String(value) : value)) ?? String(seen))
}
