import { ConnectError, type Inspection } from '@penstock/client'
import { useEffect, useState } from 'preact/hooks'

export interface InspectionState<Result> {
  /** Null: there was none yet. */
  readonly inspection: Inspection<Result> | null | undefined
  readonly error: unknown
  /** Looks at once: something was begun or cancelled. */
  readonly look: () => void
}

const pollMs = 1_000

/** Follows long work on a connector's records while it runs. */
export function useInspection<Result>(ask: () => Promise<Inspection<Result>>, name: string): InspectionState<Result> {
  const [state, setState] = useState<Omit<InspectionState<Result>, 'look'>>({ inspection: undefined, error: undefined })
  const [round, setRound] = useState(0)
  useEffect(() => {
    let current = true
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = async (): Promise<void> => {
      try {
        const inspection = await ask()
        if (!current) return
        setState({ inspection, error: undefined })
        if (inspection.state === 'RUNNING') timer = setTimeout(() => void look(), pollMs)
      } catch (error) {
        if (!current) return
        const isNone = error instanceof ConnectError && error.status === 404
        setState(isNone ? { inspection: null, error: undefined } : { inspection: undefined, error })
      }
    }
    void look()
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [name, round])
  return { ...state, look: () => setRound((before) => before + 1) }
}
