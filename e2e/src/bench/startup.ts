import { setTimeout as sleep } from 'node:timers/promises'
import { startCluster } from '../harness/index.ts'
import { cpuSeconds, proportionalBytes, residentBytes } from './process-figures.ts'

const rounds = 3
const askEveryMs = 10
/** Longer than `executor.idle.timeout.ms`. */
const idleAfterMs = 20_000
const idleForMs = 30_000

export interface Startup {
  /** From the start of the process until `GET /` answers 200; the best of three, its internal topics exist. */
  readonly firstAnswerMs: number
  /** Resident memory of an idle worker: with nothing to run it has no executor. */
  readonly idleBytes: number
  /** The same with the memory that it shares with other processes counted in part. */
  readonly idleProportionalBytes: number
  /** Of one core, in percent. */
  readonly idlePercent: number
}

export async function measureStartup(): Promise<Startup> {
  await using cluster = await startCluster({ workers: 1, properties: { 'executor.processes': '1' } })
  const worker = cluster.worker(0)
  const timesMs: number[] = []
  for (let round = 0; round < rounds; round++) {
    await worker.stop()
    const startedAt = performance.now()
    await worker.launch()
    while (!(await answers(worker.url))) await sleep(askEveryMs)
    timesMs.push(performance.now() - startedAt)
  }
  await sleep(idleAfterMs)
  const pids = [worker.pid, ...(await worker.executorPids())]
  const before = cpuSeconds(pids)
  await sleep(idleForMs)
  const idlePercent = ((cpuSeconds(pids) - before) / (idleForMs / 1000)) * 100
  return {
    firstAnswerMs: Math.min(...timesMs),
    idleBytes: residentBytes(pids),
    idleProportionalBytes: proportionalBytes(pids),
    idlePercent,
  }
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url).catch(() => undefined)
  await response?.text()
  return response?.status === 200
}
