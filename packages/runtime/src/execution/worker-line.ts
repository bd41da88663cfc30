/** How an executor asks the worker for what only one process may hold. */
import { ConnectError } from '@penstock/core'
import type { Command, ExecutorChannel, Report, WorkerRequestKind, WorkerRequests } from './ipc.ts'
import { unpackError } from './wire-error.ts'

/** Asks the worker and resolves with its answer. Rejects with what the worker threw, or when the worker is gone. */
export type AskWorker = <K extends WorkerRequestKind>(
  request: K,
  params: WorkerRequests[K]['params'],
) => Promise<WorkerRequests[K]['result']>

interface Pending {
  resolve(result: unknown): void
  reject(error: Error): void
}

export class WorkerLine {
  readonly #channel: ExecutorChannel
  readonly #pending = new Map<number, Pending>()
  #nextId = 1
  #isGone = false

  constructor(channel: ExecutorChannel) {
    this.#channel = channel
    channel.onClose(() => this.#workerIsGone())
  }

  readonly ask: AskWorker = async (request, params) => {
    if (this.#isGone) throw goneError()
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: (result) => resolve(result as never), reject })
      this.#channel.send({ kind: 'worker-request', id, request, params } as Extract<Report, { kind: 'worker-request' }>)
    })
  }

  receive({ id, result, error }: Extract<Command, { kind: 'worker-reply' }>): void {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    if (error) pending?.reject(unpackError(error))
    else pending?.resolve(result)
  }

  #workerIsGone(): void {
    this.#isGone = true
    for (const pending of this.#pending.values()) pending.reject(goneError())
    this.#pending.clear()
  }
}

function goneError(): ConnectError {
  return new ConnectError('executor.worker_gone', 'the worker of this executor has ended')
}
