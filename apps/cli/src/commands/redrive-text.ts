import { type RedriveResult, recordCoordinates } from '@penstock/client'
import { oneLine } from '../output/table.ts'

/** What became of records that were driven again. */
export function redriveText(result: RedriveResult): string {
  const { taken, written, refused, dropped, skipped, refusals, refusals_not_listed: more, complete } = result
  const lines = refusals.map(
    (refusal) => `  ${recordCoordinates(refusal)} refused at ${refusal.stage}: ${oneLine(refusal.message)}\n`,
  )
  return [
    `driven again: ${taken} taken, ${written} written, ${refused} refused, ${dropped} dropped, ${skipped} skipped${complete ? '' : '; there is more to do'}\n`,
    ...lines,
    ...(more > 0 ? [`  … ${more} more\n`] : []),
  ].join('')
}
