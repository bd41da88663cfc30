/** What is measured. */
import type { Options, Size } from './options.ts'

export const partitions = 6
/** Bulk requests under way at once, over all tasks: the same for Penstock and for the ceiling. */
export const inFlight = 4
/** Documents in a bulk request. */
export const batchSize = 5_000

export type Case = CeilingCase | RsyslogCase | PenstockCase
export type RecordFormat = 'json' | 'avro'

interface SizedCase {
  /** size/way/executors, size/ceiling or size/rsyslog. */
  readonly name: string
  readonly size: Size
}

export interface CeilingCase extends SizedCase {
  readonly kind: 'ceiling'
}

export interface RsyslogCase extends SizedCase {
  readonly kind: 'rsyslog'
}

export interface PenstockCase extends SizedCase, WorkerSettings {
  readonly kind: 'penstock'
  /** What the topic holds. */
  readonly format: RecordFormat
}

export interface WorkerSettings {
  readonly executors: number
  readonly connector: Readonly<Record<string, string>>
}

/** What the topic of a case holds. */
export function formatOf(of: Case): RecordFormat {
  return of.kind === 'penstock' ? of.format : 'json'
}

/** Requests like those of the ceiling, whatever the number of tasks; like it they wait for a slow answer. */
export const tuned = (executors: number) => ({
  'batch.size': String(batchSize),
  'max.in.flight.requests': String(inFlight / executors),
  'read.timeout.ms': '60000',
})

const transformations = {
  transforms: 'insert,drop',
  'transforms.insert.type': 'org.apache.kafka.connect.transforms.InsertField$Value',
  'transforms.insert.static.field': 'environment',
  'transforms.insert.static.value': 'production',
  'transforms.drop.type': 'org.apache.kafka.connect.transforms.ReplaceField$Value',
  'transforms.drop.exclude': 'host',
}

/** For each size the ceiling comes first and last: how far the two differ is how far the machine drifted. */
export function casesOf({ only, profile }: Options): Case[] {
  const wanted = profile && only.length === 0 ? ['small/raw/1'] : only
  return (['small', 'large'] as const)
    .flatMap((size): Case[] => {
      const ceiling: CeilingCase = { name: `${size}/ceiling`, kind: 'ceiling', size }
      const rsyslog: RsyslogCase = { name: `${size}/rsyslog`, kind: 'rsyslog', size }
      const penstock = (way: string, executors: number, connector: WorkerSettings['connector']): PenstockCase => ({
        name: `${size}/${way}/${executors}`,
        size,
        kind: 'penstock',
        format: way === 'avro' ? 'avro' : 'json',
        executors,
        connector: { 'tasks.max': String(executors), ...connector },
      })
      return [
        ceiling,
        penstock('raw', 1, tuned(1)),
        penstock('raw', 2, tuned(2)),
        penstock('transformed', 1, { ...tuned(1), ...transformations }),
        penstock('transformed', 2, { ...tuned(2), ...transformations }),
        penstock('defaults', 1, {}),
        ...(size === 'small'
          ? [penstock('fixed', 1, { ...tuned(1), 'adaptive.batching': 'false' }), penstock('avro', 1, tuned(1))]
          : []),
        rsyslog,
        ceiling,
      ]
    })
    .filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
}

/** Throws where nothing would be measured. */
export function checkWanted(options: Options): void {
  const measured = besides.some((what) => measures(what, options)) || casesOf(options).length > 0
  if (measured) return
  const names = casesOf({ ...options, only: [], profile: false }).map(({ name }) => name)
  const all = [...new Set(names), 'start', 'latency', 'linear (with --linear)', 'flat (with --flat)']
  throw new Error(`no case's name holds --only ${options.only.join(' or ')}; there are ${all.join(', ')}`)
}

const besides = ['start', 'latency', 'linear', 'flat'] as const

/** Besides the cases there are `start` (time to start, idleness), `latency`, and on wish `linear` and `flat`. */
export function measures(what: (typeof besides)[number], options: Options): boolean {
  const { only, profile, linear, flatMinutes } = options
  if (what === 'flat' && flatMinutes === 0) return false
  if (only.length > 0) return only.some((part) => what.includes(part))
  if (what === 'linear') return linear
  return what === 'flat' || !profile
}
