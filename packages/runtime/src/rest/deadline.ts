/** Settles as `work` does, or rejects with what `late` makes once `signal` aborts; the work itself goes on. */
export function withDeadline<Result>(work: Promise<Result>, signal: AbortSignal, late: () => Error): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(late())
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
