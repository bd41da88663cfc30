import { isMomentary } from './problem.ts'

export interface RetryOptions {
  readonly attempts?: number
  readonly pauseMs?: number
  /** Which errors are not final. */
  readonly passes?: (error: unknown) => boolean
  /** Told before each further attempt. */
  readonly onRetry?: (attempt: number) => void
  readonly wait?: (ms: number) => Promise<void>
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))

/** Repeats what a worker refuses for the moment, because the group rebalances. By default any other error is final. */
export async function retried<T>(
  request: () => Promise<T>,
  { attempts = 8, pauseMs = 750, passes = isMomentary, onRetry, wait = sleep }: RetryOptions = {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request()
    } catch (error) {
      if (attempt >= attempts || !passes(error)) throw error
      onRetry?.(attempt + 1)
      await wait(pauseMs)
    }
  }
}
