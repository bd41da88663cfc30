/** The two kinds of pipe between worker and executor. */
import type { ChildProcess } from 'node:child_process'
import type { Channel, Command, ExecutorChannel, Report, WorkerChannel } from './ipc.ts'

/** The worker's end of a forked executor. */
export function channelToChild(child: ChildProcess): WorkerChannel {
  return {
    send: (message: Command) => {
      if (child.connected) child.send(message, ignoreClosed)
    },
    onMessage: (listener) => child.on('message', (message) => listener(message as Report)),
    onClose: (listener) => child.once('exit', listener),
    close: () => {
      if (child.connected) child.disconnect()
    },
  }
}

/** The executor's end. Throws when this process was not forked. */
export function channelToParent(): ExecutorChannel {
  if (!process.send) throw new Error('an executor must be started by a worker')
  return {
    send: (message: Report) => {
      if (process.connected) process.send?.(message, undefined, undefined, ignoreClosed)
    },
    onMessage: (listener) => process.on('message', (message) => listener(message as Command)),
    onClose: (listener) => process.once('disconnect', listener),
    close: () => process.disconnect?.(),
  }
}

// The exit or disconnect event tells of a closed pipe; a failed send would tell it twice.
function ignoreClosed(): void {}

/** Two ends within one process, for `executor.processes=0`. */
export function channelPair(): { worker: WorkerChannel; executor: ExecutorChannel } {
  const toExecutor = new Queue<Command>()
  const toWorker = new Queue<Report>()
  const closed: (() => void)[] = []
  const close = (): void => {
    for (const listener of closed.splice(0)) listener()
  }
  const end = <Out, In>(out: Queue<Out>, incoming: Queue<In>): Channel<Out, In> => ({
    send: (message) => out.push(message),
    onMessage: (listener) => incoming.listen(listener),
    onClose: (listener) => void closed.push(listener),
    close,
  })
  return { worker: end(toExecutor, toWorker), executor: end(toWorker, toExecutor) }
}

class Queue<T> {
  #listener: ((message: T) => void) | null = null
  readonly #waiting: T[] = []

  push(message: T): void {
    this.#waiting.push(message)
    setImmediate(() => this.#drain())
  }

  listen(listener: (message: T) => void): void {
    this.#listener = listener
    this.#drain()
  }

  #drain(): void {
    if (!this.#listener) return
    for (const message of this.#waiting.splice(0)) this.#listener(message)
  }
}
