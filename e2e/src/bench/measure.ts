/** Watches documents arrive, and what the processes that bring them use meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { BenchIndex } from './bench-index.ts'
import { cpuSeconds, cpuSecondsByThread, proportionalBytes, residentBytes } from './process-figures.ts'

const everyMs = 100
/** The kernel walks through all of their memory for it, which is felt by what is measured. */
const proportionalEveryUs = 1_000_000
const stallMs = 60_000

export interface Measurement {
  readonly records: number
  /** Documents in the index in the end. */
  readonly present: number
  /** Documents that were sent more than once, because an answer came too late. */
  readonly writtenAgain: number
  /** From the first documents seen to the last, over the documents that came meanwhile. */
  readonly perSecond: number
  /** From the call until the last document. */
  readonly totalSeconds: number
  /** Of all processes, in the same span as `perSecond`. */
  readonly cpuSecondsPerMillion: number
  /** Of all processes, from the call until the last document. */
  readonly totalCpuSeconds: number
  /** Of Elasticsearch; null where its process is not ours to look at. */
  readonly serverCpuSecondsPerMillion: number | null
  /** Highest sum of resident memory. */
  readonly peakBytes: number
  /** The same with what processes share divided among them. */
  readonly peakProportionalBytes: number
  /** The span on the clock of process.hrtime, in microseconds. */
  readonly spanUs: readonly [number, number]
  readonly threadSeconds: ReadonlyMap<string, number>
}

/** The processes whose use is measured. */
export interface Watched {
  /** The worker with its executors, or what stands in their place. */
  readonly pids: readonly number[]
  readonly server: number | undefined
}

/** Resolves when the index has taken so many documents; rejects if none comes for a minute, or `work` rejects. */
export async function measure(
  index: BenchIndex,
  records: number,
  watched: Watched,
  work: Promise<unknown> = new Promise(() => {}),
): Promise<Measurement> {
  const startedUs = nowUs()
  let failure: unknown
  work.catch((error: unknown) => {
    failure = error
  })
  let first: Sample | undefined
  let last = sample(0, watched)
  const { cpu: startCpu } = last
  let changedUs = startedUs
  let peakBytes = 0
  let peakProportionalBytes = 0
  let proportionalUs = 0
  for (;;) {
    const documents = await index.written()
    if (documents > last.documents) changedUs = nowUs()
    last = sample(documents, watched)
    peakBytes = Math.max(peakBytes, residentBytes(watched.pids))
    if (nowUs() - proportionalUs > proportionalEveryUs) {
      proportionalUs = nowUs()
      peakProportionalBytes = Math.max(peakProportionalBytes, proportionalBytes(watched.pids))
    }
    if (failure) throw failure
    if (documents > 0) first ??= last
    if (first && documents >= records) {
      // Documents that were sent again after a timeout count again: then the last one is still to come.
      const present = await index.count()
      if (present >= records) return result(first, last, present)
    }
    if (nowUs() - changedUs > stallMs * 1000)
      throw new Error(`${index.name} stays at ${documents} of ${records} documents`)
    await sleep(everyMs)
  }

  function result(from: Sample, to: Sample, present: number): Measurement {
    const threads = [...to.threads].map(([name, seconds]): [string, number] => [
      name,
      seconds - (from.threads.get(name) ?? 0),
    ])
    return {
      records,
      present,
      writtenAgain: to.documents - present,
      ...ratesBetween(from, to),
      totalSeconds: (to.us - startedUs) / 1e6,
      totalCpuSeconds: to.cpu - startCpu,
      peakBytes,
      peakProportionalBytes,
      spanUs: [from.us, to.us],
      threadSeconds: new Map(threads),
    }
  }
}

/** What had been written and used at one moment. */
export interface Sample {
  readonly us: number
  readonly documents: number
  readonly cpu: number
  readonly serverCpu: number | null
  readonly threads: ReadonlyMap<string, number>
}

export function sample(documents: number, { pids, server }: Watched): Sample {
  const serverCpu = server === undefined ? null : cpuSeconds([server])
  return { us: nowUs(), documents, cpu: cpuSeconds(pids), serverCpu, threads: cpuSecondsByThread(pids) }
}

export function ratesBetween(
  from: Sample,
  to: Sample,
): Pick<Measurement, 'perSecond' | 'cpuSecondsPerMillion' | 'serverCpuSecondsPerMillion'> {
  const documents = to.documents - from.documents
  return {
    perSecond: (documents * 1e6) / (to.us - from.us),
    cpuSecondsPerMillion: ((to.cpu - from.cpu) * 1e6) / documents,
    serverCpuSecondsPerMillion:
      to.serverCpu === null || from.serverCpu === null ? null : ((to.serverCpu - from.serverCpu) * 1e6) / documents,
  }
}

function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n)
}
