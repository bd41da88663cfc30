import { expect, test } from 'vitest'
import { JobQueue } from './job-queue.ts'

function queueAt(time = 5) {
  const clock = { time, now: () => clock.time }
  return { queue: new JobQueue(clock), clock }
}
const gate = () => {
  let open: () => void = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

test('jobs run one at a time, in their order', async () => {
  const { queue } = queueAt()
  const notes: string[] = []
  const job = (name: string) => async () => {
    notes.push(`${name} begins`)
    await new Promise((resolve) => setImmediate(resolve))
    notes.push(`${name} ends`)
    return name
  }
  expect(await Promise.all([queue.run('1', job('one')), queue.run('2', job('two'))])).toEqual(['one', 'two'])
  expect(notes).toEqual(['one begins', 'one ends', 'two begins', 'two ends'])
})

test('a job that throws, at once or later, rejects its own caller and nobody else', async () => {
  const { queue } = queueAt()
  const thrown = queue.run('1', () => {
    throw new Error('at once')
  })
  const rejected = queue.run('2', () => Promise.reject(new Error('later')))
  const fine = queue.run('3', () => 'fine')
  await expect(thrown).rejects.toThrow('at once')
  await expect(rejected).rejects.toThrow('later')
  expect(await fine).toBe('fine')
})

test('what is being done has a name and a beginning', async () => {
  const { queue, clock } = queueAt(100)
  const { open, opened } = gate()
  const first = queue.run('writing', () => opened)
  const second = queue.run('reading', () => queue.current())
  clock.time = 130
  expect(queue.current()).toEqual({ name: 'writing', since: 100 })
  open()
  await first
  expect(await second).toEqual({ name: 'reading', since: 130 })
  await new Promise((resolve) => setImmediate(resolve))
  expect(queue.current()).toBeNull()
})

test('a job may ask for another; it comes after those that wait', async () => {
  const { queue } = queueAt()
  const notes: string[] = []
  let nested: Promise<unknown> = Promise.resolve()
  const first = queue.run('1', async () => {
    await new Promise((resolve) => setImmediate(resolve))
    nested = queue.run('3', () => notes.push('nested'))
  })
  await Promise.all([first, queue.run('2', () => notes.push('second'))])
  await nested
  expect(notes).toEqual(['second', 'nested'])
})

test('after closing nothing new is taken, what waits still runs', async () => {
  const { queue } = queueAt()
  const { open, opened } = gate()
  const running = [queue.run('1', () => opened), queue.run('2', () => 'done')]
  queue.close()
  await expect(queue.run('3', () => 'never')).rejects.toMatchObject({ code: 'herder.stopping' })
  open()
  expect(await Promise.all(running)).toEqual([undefined, 'done'])
})
