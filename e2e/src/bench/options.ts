import { parseArgs } from 'node:util'

export interface Options {
  readonly recordsBySize: Readonly<Record<Size, number>>
  /** Parts of case names; none stands for all cases. */
  readonly only: readonly string[]
  readonly json: boolean
  readonly profile: boolean
  /** Ever more records and partitions. */
  readonly linear: boolean
  /** Then up to ten million records. */
  readonly tenMillion: boolean
  /** Full load for so many minutes; 0 for none. */
  readonly flatMinutes: number
}

export type Size = 'small' | 'large'

export const usage = `usage: make bench ARGS='OPTION...'
  --quick              a tenth of the records
  --records-small N    records of about 200 bytes, 1000000 by default
  --records-large N    records of about 1 KB, 300000 by default
  --only TEXT          only cases whose name holds TEXT, as small, raw, large/raw/2, rsyslog, start, latency; may be
                       repeated
  --linear             also 10^4 to 10^6 records, and 1 to 500 partitions; with --ten-million up to 10^7 records
  --flat MINUTES       also full load for so long, told minute by minute; a million records take half a GB of disk
  --json               print JSON instead of a table
  --profile            print in which functions and threads the CPU time goes (of small/raw/1, or what --only names)`

export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      'records-small': { type: 'string', default: '1000000' },
      'records-large': { type: 'string', default: '300000' },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      linear: { type: 'boolean', default: false },
      'ten-million': { type: 'boolean', default: false },
      flat: { type: 'string', default: '0' },
      profile: { type: 'boolean', default: false },
    },
  })
  const share = values.quick ? 0.1 : 1
  const records = (key: 'records-small' | 'records-large') => {
    const count = Number(values[key])
    if (!Number.isInteger(count) || count < 1000)
      throw new Error(`--${key} must be a number from 1000, not ${values[key]}`)
    return Math.round(count * share)
  }
  const flatMinutes = Number(values.flat)
  if (!Number.isInteger(flatMinutes) || flatMinutes < 0)
    throw new Error(`--flat must be a whole number of minutes, not ${values.flat}`)
  return {
    recordsBySize: { small: records('records-small'), large: records('records-large') },
    only: values.only,
    json: values.json,
    profile: values.profile,
    linear: values.linear || values['ten-million'],
    tenMillion: values['ten-million'],
    flatMinutes,
  }
}
