import { retried } from '../api/retry.ts'
import { dismiss, show, showError } from './messages.ts'

/** Carries out what a button asks for and tells of the outcome; repeats it while the workers rebalance. Resolves with success. */
export async function perform(done: string, request: () => Promise<unknown>): Promise<boolean> {
  let waiting: number | null = null
  try {
    await retried(request, {
      onRetry: () => {
        waiting ??= show('progress', 'The workers rebalance', 'Your request is repeated until they are done.')
      },
    })
    show('done', done)
    return true
  } catch (error) {
    showError(error)
    return false
  } finally {
    if (waiting !== null) dismiss(waiting)
  }
}
