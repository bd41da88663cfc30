import { type Inputs, useCallback, useEffect, useState } from 'preact/hooks'

/** What is asked of a worker, and how far that is. Data stays while it is asked for again. */
export interface Resource<T> {
  readonly data: T | undefined
  readonly error: unknown
  readonly loading: boolean
  /** Asks again; the result is shown when it is there. */
  readonly reload: () => void
}

interface Held<T> {
  readonly data: T | undefined
  readonly error: unknown
  readonly loading: boolean
}

/** Asks when the component appears and whenever `inputs` change; a late answer to an earlier question is dropped. */
export function useResource<T>(load: () => Promise<T>, inputs: Inputs): Resource<T> {
  const [held, setHeld] = useState<Held<T>>({ data: undefined, error: undefined, loading: true })
  const [round, setRound] = useState(0)
  useEffect(() => {
    let current = true
    setHeld(({ data }) => ({ data, error: undefined, loading: true }))
    load()
      .then((data) => current && setHeld({ data, error: undefined, loading: false }))
      .catch((error: unknown) => current && setHeld(({ data }) => ({ data, error, loading: false })))
    return () => {
      current = false
    }
  }, [...inputs, round])
  const reload = useCallback(() => setRound((before) => before + 1), [])
  return { ...held, reload }
}
