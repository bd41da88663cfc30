import { setImmediate as nextTurn } from 'node:timers/promises'
import { vi } from 'vitest'

/** Without timers work may still be at something that takes Node a few turns. */
const mostIdleTurns = 10_000
const longestMs = 3_600_000

/**
 * Does work that waits a lot, without waiting: whenever nothing else is left to do, time jumps to the next timer. What
 * happens then depends on the work alone, neither on the machine nor on what else runs there, so it happens again.
 */
export async function inJumpingTime(work: () => Promise<void>): Promise<void> {
  // Not setImmediate, whose turns are taken here. Builtins, because much waits by node:timers/promises.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], fakeNodeBuiltins: true })
  try {
    let isOver = false
    const over = (): void => {
      isOver = true
    }
    const began = Date.now()
    const done = work()
    done.then(over, over)
    for (let idleTurns = 0; !isOver; idleTurns = vi.getTimerCount() === 0 ? idleTurns + 1 : 0) {
      if (idleTurns > mostIdleTurns) throw new Error('the work waits for something that never happens')
      if (Date.now() - began > longestMs) throw new Error(`the work takes more than ${longestMs} ms`)
      await nextTurn()
      vi.advanceTimersToNextTimer()
    }
    await done
  } finally {
    vi.useRealTimers()
  }
}
