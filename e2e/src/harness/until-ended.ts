import type { Inspection } from '@penstock/client'
import { NotYet, until } from './until.ts'

/** The end of a verification or of a re-drive, asked of whichever worker. */
export function untilEnded<Result>(
  ask: () => Promise<Inspection<Result>>,
  { what = 'the work to end', deadlineMs = 60_000 } = {},
): Promise<Inspection<Result>> {
  return until(
    async () => {
      const inspection = await ask()
      return inspection.state === 'RUNNING' ? new NotYet(inspection.progress) : inspection
    },
    { what, deadlineMs },
  )
}
