/** Tables of what was measured. */
import { cpus } from 'node:os'
import { textTable } from '../demo/text-table.ts'
import { batchSize, type Case, inFlight, partitions } from './cases.ts'
import type { CpuProfile } from './cpu-profile.ts'
import type { Minute } from './flatness.ts'
import type { Latency } from './latency.ts'
import type { LinearityRun } from './linearity.ts'
import type { Measurement } from './measure.ts'
import type { Size } from './options.ts'
import { mebibytes } from './process-figures.ts'
import type { Startup } from './startup.ts'

export interface Result {
  readonly measured: Case
  readonly measurement: Measurement
}

/** One line of the table, also the JSON. */
export interface Figures {
  readonly case: string
  readonly records: number
  readonly docsPerSecond: number
  /** Over the mean of the ceilings of this run; null without one. */
  readonly ofCeiling: number | null
  readonly totalSeconds: number
  /** null for the ceiling, which is no worker. */
  readonly cpuSecondsPerMillion: number | null
  /** Of Elasticsearch; null where its process is not ours to look at. */
  readonly serverCpuSecondsPerMillion: number | null
  readonly peakMebibytes: number | null
  readonly peakProportionalMebibytes: number | null
}

export function figuresOf(results: readonly Result[]): Figures[] {
  return results.map(({ measured, measurement }) => {
    const ceiling = ceilingOf(results, measured.size)
    const worker = measured.kind !== 'ceiling'
    const { serverCpuSecondsPerMillion: serverCpu } = measurement
    return {
      case: measured.name,
      records: measurement.records,
      docsPerSecond: Math.round(measurement.perSecond),
      ofCeiling: ceiling === undefined ? null : rounded(measurement.perSecond / ceiling, 3),
      totalSeconds: rounded(measurement.totalSeconds, 2),
      cpuSecondsPerMillion: worker ? rounded(measurement.cpuSecondsPerMillion, 2) : null,
      serverCpuSecondsPerMillion: serverCpu === null ? null : rounded(serverCpu, 2),
      peakMebibytes: worker ? mebibytes(measurement.peakBytes) : null,
      peakProportionalMebibytes: worker ? mebibytes(measurement.peakProportionalBytes) : null,
    }
  })
}

export function resultTable(figures: readonly Figures[]): string {
  const heads = [
    'case',
    'records',
    'docs/s',
    'of ceiling',
    'total s',
    'CPU s/million',
    'of the node',
    'peak MiB',
    'shared',
  ]
  const rows = figures.map((line) => [
    line.case,
    line.records,
    line.docsPerSecond,
    line.ofCeiling === null ? '–' : `${(line.ofCeiling * 100).toFixed(1)} %`,
    line.totalSeconds.toFixed(2),
    line.cpuSecondsPerMillion?.toFixed(2) ?? '–',
    line.serverCpuSecondsPerMillion?.toFixed(2) ?? '–',
    line.peakMebibytes ?? '–',
    line.peakProportionalMebibytes ?? '–',
  ])
  return `${textTable(heads, rows)}\n\n${legend}`
}

const legend = `case          size/way/executors: records of about 200 bytes (small) or 1 KB (large), ${partitions} partitions, 1 shard,
              no replica, no refresh. raw: schemaless JSON passed on; transformed: with InsertField and ReplaceField;
              both with batch.size=${batchSize} and ${inFlight} requests in flight over all tasks, as the ceiling has it, which
              sends bulk requests made beforehand. fixed: raw without adaptive batching. defaults: raw, with the
              connector's own settings. avro: with a schema registry, the documents made from Avro. rsyslog: its
              imkafka and omelasticsearch, without ids.
docs/s        from the first documents seen in the index to the last.
total s       from the creation of the connector to the last document.
CPU, memory   of the worker with its executors; of the node: CPU seconds per million documents of Elasticsearch.
              peak MiB: the highest sum of their resident sets; shared: the same, with what processes share, Node's
              own code above all, divided among them.`

export function startupLines({ firstAnswerMs, idleBytes, idleProportionalBytes, idlePercent }: Startup): string {
  const [resident, proportional] = [idleBytes, idleProportionalBytes].map(mebibytes)
  const idle = `${resident} MiB (${proportional} with shared memory counted once), ${idlePercent.toFixed(2)} % of a core`
  return `start to first REST answer: ${(firstAnswerMs / 1000).toFixed(2)} s (best of 3); idle: ${idle}`
}

export function latencyLine({ perSecond, records, recordMs, requestMs, requests }: Latency): string {
  return `from produce to acknowledged at ${perSecond} records/s (${records} of them): ${timesText(recordMs)};
  of that the node took for one of ${requests} bulk requests: ${timesText(requestMs)}`
}

function timesText({ median, p99, largest }: Latency['recordMs']): string {
  return `median ${median} ms, 99 % within ${p99} ms, at most ${largest} ms`
}

export function linearityTable(runs: readonly LinearityRun[]): string {
  const heads = ['records', 'partitions', 'total s', 'docs/s', 'CPU s', 'peak MiB']
  const rows = runs.map((run) => [
    run.records,
    run.partitions,
    run.totalSeconds.toFixed(2),
    run.docsPerSecond,
    run.cpuSeconds.toFixed(2),
    run.peakMebibytes,
  ])
  return `${textTable(heads, rows)}\n\nfrom the creation of the connector to the last document, otherwise as small/raw/1`
}

/** What is known as soon as a minute is over. */
export function minuteLine(minute: Minute): string {
  const { docsPerSecond, cpuSecondsPerMillion, peakMebibytes } = minute
  return `minute ${minute.minute}: ${docsPerSecond.toLocaleString('en')} docs/s, ${cpuSecondsPerMillion} CPU s per million, ${peakMebibytes} MiB`
}

const parts = ['first', 'second', 'last'] as const

/** The minutes in three parts of the same length, each by its medians: what grows shows from one to the next. */
export function flatnessTable(minutes: readonly Minute[]): string {
  const length = Math.ceil(minutes.length / parts.length)
  const rows = parts.flatMap((part, at) => {
    const own = minutes.slice(at * length, (at + 1) * length)
    if (own.length === 0) return []
    const median = (of: (minute: Minute) => number): number =>
      own.map(of).toSorted((a, b) => a - b)[own.length >> 1] as number
    const cpu = median((minute) => minute.cpuSecondsPerMillion)
    const server = median((minute) => minute.serverCpuSecondsPerMillion ?? Number.NaN)
    return [
      [
        `${part} ${own.length} minutes`,
        median((minute) => minute.docsPerSecond),
        cpu.toFixed(2),
        Number.isNaN(server) ? '–' : server.toFixed(2),
        Number.isNaN(server) ? '–' : (cpu / server).toFixed(3),
        median((minute) => minute.peakMebibytes),
        median((minute) => minute.proportionalMebibytes),
      ],
    ]
  })
  const heads = ['full load', 'docs/s', 'CPU s/million', 'of the node', 'ratio', 'peak MiB', 'shared']
  return `${textTable(heads, rows)}\n\nmedians of the minutes, as small/raw/2, with a producer beside it`
}

/** What is known as soon as a case is over. */
export function resultLine({ measured, measurement }: Result): string {
  const rate = `${Math.round(measurement.perSecond).toLocaleString('en').padStart(8)} docs/s`
  const cpu = `${measurement.cpuSecondsPerMillion.toFixed(2).padStart(6)} CPU s per million`
  return `${measured.name.padEnd(20)} ${rate}${measured.kind === 'ceiling' ? '' : cpu}`
}

export function machineLine(load: number): string {
  const [cpu] = cpus()
  return `${cpus().length} × ${cpu?.model.trim() ?? 'CPU'}, Node ${process.version}, load average ${load.toFixed(2)}`
}

export function stolenLine(share: number): string {
  return `The host did not give ${(share * 100).toFixed(0)} % of the CPU time that was wanted: compare figures of one run with each other only.`
}

const topCount = 25

/** Where the CPU time of a case went, by function (JavaScript only) and by thread. */
export function profileText({ measured, measurement }: Result, profiles: readonly CpuProfile[]): string {
  const [from, to] = measurement.spanUs
  const functions = profiles.map(({ pid, topFunctions }) => {
    const rows = topFunctions(from, to, topCount).map(({ name, share }) => [name, `${(share * 100).toFixed(1)} %`])
    return textTable([`process ${pid}: function`, 'self time'], rows)
  })
  const threads = [...measurement.threadSeconds].filter(([, seconds]) => seconds > 0).sort(([, a], [, b]) => b - a)
  const rows = threads.map(([name, seconds]) => [name, seconds.toFixed(2)])
  return [`profile of ${measured.name}`, ...functions, textTable(['process and thread', 'CPU s'], rows)].join('\n\n')
}

function ceilingOf(results: readonly Result[], size: Size): number | undefined {
  const ceilings = results.filter(({ measured }) => measured.kind === 'ceiling' && measured.size === size)
  if (ceilings.length === 0) return undefined
  return ceilings.reduce((sum, { measurement }) => sum + measurement.perSecond, 0) / ceilings.length
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
