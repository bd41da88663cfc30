/** What went wrong with a request, for people. */
import { ConnectError, isMomentaryConflict } from '@penstock/client'

export interface Problem {
  readonly title: string
  /** The worker's own text, or what is known without an answer. */
  readonly text: string
}

export function problemOf(error: unknown): Problem {
  if (error instanceof ConnectError) return { title: titleOf(error), text: error.message }
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return { title: 'No answer in time', text: 'The worker did not answer. It may still carry the request out.' }
  }
  if (isUnreachable(error)) {
    return { title: 'The worker can’t be reached', text: 'It may be down or restarting; the console asks again.' }
  }
  return { title: 'This failed', text: error instanceof Error ? error.message : String(error) }
}

function titleOf({ status, message }: ConnectError): string {
  switch (status) {
    case 400:
      return 'The worker refused this'
    case 401:
      return 'Sign in first'
    case 403:
      return 'You may not do this'
    case 404:
      return 'Not found'
    case 409:
      return isMomentaryConflict(message) ? 'The workers rebalance' : 'This is in conflict with something else'
    case 503:
      return 'The worker is starting'
    default:
      return `The worker failed (${status})`
  }
}

/** True for a refusal that will be over in a moment. */
export function isMomentary(error: unknown): boolean {
  if (!(error instanceof ConnectError)) return false
  return error.status === 503 || (error.status === 409 && isMomentaryConflict(error.message))
}

/** True where no answer came. The request may have been carried out all the same. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof TypeError // as fetch throws it
}
