import { expect, test } from 'vitest'
import { RebalanceQueue } from './rebalance-queue.ts'

const p0 = { topic: 't', partition: 0 }
const p1 = { topic: 't', partition: 1 }

/** True when a promise has been resolved by now. */
async function isDone(promise: Promise<void>): Promise<boolean> {
  return Promise.race([promise.then(() => true), new Promise<false>((resolve) => setImmediate(() => resolve(false)))])
}

test('the consumer waits until its step is done; steps keep their order', async () => {
  const queue = new RebalanceQueue()
  const waiting = [queue.onRevoked([p0], false), queue.onAssigned([p1]), queue.onRevoked([p1], true)]
  const steps = [queue.take(), queue.take(), queue.take(), queue.take()]
  expect(steps.map((step) => [step?.kind, step?.partitions])).toEqual([
    ['revoked', [p0]],
    ['assigned', [p1]],
    ['lost', [p1]],
    [undefined, undefined],
  ])
  expect(await Promise.all(waiting.map(isDone))).toEqual([false, false, false])
  steps[1]?.done()
  expect(await Promise.all(waiting.map(isDone))).toEqual([false, true, false])
})

test('the loop is woken for every step, and not for one without partitions', async () => {
  const queue = new RebalanceQueue()
  let wakeups = 0
  queue.onStep(() => wakeups++)
  await queue.onAssigned([])
  expect([wakeups, queue.take()]).toEqual([0, undefined])
  void queue.onAssigned([p0])
  expect(wakeups).toBe(1)
})

test('once the loop has ended nobody waits any more', async () => {
  const queue = new RebalanceQueue()
  const before = queue.onAssigned([p0])
  queue.close()
  await before
  await queue.onRevoked([p0], false)
  expect(queue.take()).toBeUndefined()
})
