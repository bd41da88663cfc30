import { RetriableError, StageError } from '@penstock/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { failureOf } from './error-policy.ts'
import { messagesAt } from './fixtures/messages.ts'
import { deadLetters, errorPolicy } from './fixtures/task-parts.ts'
import { MessageOrigin } from './record-decoder.ts'

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const origin = new MessageOrigin(messagesAt(3, 41)[0]!)
const never = new AbortController().signal
const broken = new StageError('VALUE_CONVERTER', 'Json', new Error('malformed'))
const passing = new StageError('TRANSFORMATION', 'Lookup', new RetriableError('x', 'try later'))

/** Recovers from `first` by attempts that have these outcomes; the times of the attempts are noted. */
function recovery(parts: ReturnType<typeof errorPolicy>, first: unknown, outcomes: unknown[], signal = never) {
  const startedAt = Date.now()
  const triedAtMs: number[] = []
  const attempt = () => {
    triedAtMs.push(Date.now() - startedAt)
    const outcome = outcomes.length > 1 ? outcomes.shift() : outcomes[0]
    if (outcome instanceof Error) throw outcome
    return outcome
  }
  const result = parts.policy.recover(attempt, first, origin, signal)
  result.catch(() => {})
  return { result, triedAtMs }
}

describe('retries', () => {
  test('grow from 300 ms, with a random pause below the maximum beyond it', async () => {
    const parts = errorPolicy({ retryTimeoutMs: -1, retryDelayMaxMs: 1_000 })
    const { result, triedAtMs } = recovery(parts, passing, [passing, passing, passing, 'done'])
    await vi.runAllTimersAsync()
    expect(await result).toBe('done')
    expect(triedAtMs).toEqual([300, 900, 1_400, 1_900])
    expect(parts.figures()).toEqual({ 'total-record-failures': 4, 'total-retries': 4 })
  })

  test('end at the timeout: the last is made then, not later', async () => {
    const parts = errorPolicy({ retryTimeoutMs: 1_000, tolerance: 'all' })
    const { result, triedAtMs } = recovery(parts, passing, [passing])
    await vi.runAllTimersAsync()
    expect(await result).toBeNull()
    expect(triedAtMs).toEqual([300, 900, 1_000])
    expect(parts.figures()).toMatchObject({ 'total-record-failures': 4, 'total-retries': 3, 'total-record-errors': 1 })
  })

  test.each([
    ['without a timeout', { retryTimeoutMs: 0 }, passing],
    ['of an error that will not pass', { retryTimeoutMs: -1 }, broken],
  ])('are not made %s', async (_why, config, error) => {
    const parts = errorPolicy({ ...config, tolerance: 'all' })
    const { result, triedAtMs } = recovery(parts, error, ['done'])
    expect([await result, triedAtMs]).toEqual([null, []])
  })

  test('end when the error turns into one that will not pass', async () => {
    const parts = errorPolicy({ retryTimeoutMs: -1, tolerance: 'all' })
    const { result, triedAtMs } = recovery(parts, passing, [broken])
    await vi.runAllTimersAsync()
    expect([await result, triedAtMs]).toEqual([null, [300]])
  })

  test('end at once when the task is cancelled', async () => {
    const cancel = new AbortController()
    const parts = errorPolicy({ retryTimeoutMs: -1 })
    const { result, triedAtMs } = recovery(parts, passing, [passing], cancel.signal)
    await vi.advanceTimersByTimeAsync(100)
    cancel.abort()
    await expect(result).rejects.toMatchObject({ code: 'record.not_tolerated' })
    expect(triedAtMs).toEqual([100])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a record that a retry drops is no error', async () => {
    const parts = errorPolicy({ retryTimeoutMs: -1 })
    const { result } = recovery(parts, passing, [null])
    await vi.runAllTimersAsync()
    expect(await result).toBeNull()
    expect(parts.figures()).toEqual({ 'total-record-failures': 1, 'total-retries': 1 })
  })
})

describe('reports', () => {
  const failure = failureOf(broken)

  test('tolerance none: the task fails, with the record, the stage and the way out', async () => {
    const { policy, figures } = errorPolicy()
    await expect(policy.report(failure, origin)).rejects.toMatchObject({
      code: 'record.not_tolerated',
      cause: broken.cause,
      message:
        'Tolerance exceeded in error handler: record t-3@41 failed at stage VALUE_CONVERTER in Json: malformed. Set errors.tolerance=all to skip such records, with errors.deadletterqueue.topic.name to keep a copy of them',
    })
    expect(figures()).toEqual({
      ...{ 'total-record-failures': 1, 'total-record-errors': 1 },
      'last-error-timestamp': Date.now(),
    })
  })

  test('tolerance all: the record is skipped and counted', async () => {
    const { policy, figures } = errorPolicy({ tolerance: 'all' })
    await policy.report(failure, origin)
    expect(figures()).toMatchObject({ 'total-records-skipped': 1, 'total-record-errors': 1 })
  })

  test('a task may tolerate by its own configuration', async () => {
    const { policy, figures } = errorPolicy()
    await policy.report(failure, origin, { tolerated: true })
    expect(figures()).toMatchObject({ 'total-records-skipped': 1 })
  })

  test('a tolerated record is on its way to the queue, not waited for', async () => {
    const { queue, produced } = deadLetters({ acknowledge: () => new Promise(() => {}) })
    await errorPolicy({ tolerance: 'all' }, queue).policy.report(failure, origin)
    expect(produced).toHaveLength(1)
  })

  test('before the task fails, the copy is safe', async () => {
    const acknowledgements: (() => void)[] = []
    const acknowledge = () => new Promise<void>((resolve) => void acknowledgements.push(resolve))
    const { queue, produced } = deadLetters({ acknowledge })
    let failed = false
    const report = errorPolicy({}, queue).policy.report(failure, origin)
    const rejected = report.catch(() => {
      failed = true
    })
    await vi.advanceTimersByTimeAsync(1_000)
    expect([produced.length, failed]).toEqual([1, false])
    acknowledgements[0]?.()
    await rejected
    expect(failed).toBe(true)
  })

  test('a copy that got lost fails the task, whatever is tolerated', async () => {
    const { queue } = deadLetters({ acknowledge: () => Promise.reject(new Error('no room')) })
    const { policy } = errorPolicy({ tolerance: 'all' }, queue)
    await policy.report(failure, origin)
    await vi.advanceTimersByTimeAsync(0)
    await expect(policy.report(failure, origin)).rejects.toMatchObject({ code: 'dead_letters.produce' })
  })

  test.each([
    [false, "Error encountered in task dlqsink-0. Executing stage 'VALUE_CONVERTER' with class 'Json'."],
    [
      true,
      "Error encountered in task dlqsink-0. Executing stage 'VALUE_CONVERTER' with class 'Json', where consumed record is {topic='t', partition=3, offset=41, timestamp=1700000000000, timestampType=CreateTime}.",
    ],
  ])('logged, with the record: %s', async (logRecords, line) => {
    const { policy, logger, figures } = errorPolicy({ tolerance: 'all', logEnabled: true, logRecords })
    await policy.report(failure, origin)
    expect(logger.lines).toEqual([`error: ${line}`])
    expect(figures()).toMatchObject({ 'total-errors-logged': 1 })
  })

  test('nothing is logged unless asked for', async () => {
    const { policy, logger } = errorPolicy({ tolerance: 'all' })
    await policy.report(failure, origin)
    expect(logger.lines).toEqual([])
  })
})

test('an error without a stage is the sink task’s own', () => {
  const error = new Error('refused')
  expect(failureOf(error)).toEqual({
    stage: 'TASK_PUT',
    executingClass: 'org.apache.kafka.connect.sink.SinkTask',
    error,
  })
})
