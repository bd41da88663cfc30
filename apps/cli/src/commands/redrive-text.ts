import type { RedriveResult } from '@penstock/client'
import { oneLine } from '../output/table.ts'

/** What became of records that were driven again. */
export function redriveText(result: RedriveResult): string {
  const { taken, written, refused, dropped, skipped, refusals, refusals_not_listed: more, complete } = result
  const lines = refusals.map(
    ({ topic, partition, offset, stage, message }) =>
      `  ${topic}-${partition} ${offset} refused at ${stage}: ${oneLine(message)}\n`,
  )
  return [
    `driven again: ${taken} taken, ${written} written, ${refused} refused, ${dropped} dropped, ${skipped} skipped${complete ? '' : '; there is more to do'}\n`,
    ...lines,
    ...(more > 0 ? [`  … ${more} more\n`] : []),
  ].join('')
}
