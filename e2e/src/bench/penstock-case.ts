/** One worker of its own brings a filled topic into an index. */
import { type Cluster, freshName, NotYet, startCluster, until } from '../harness/index.ts'
import type { BenchIndex } from './bench-index.ts'
import type { WorkerSettings } from './cases.ts'
import { type CpuProfile, readProfiles } from './cpu-profile.ts'
import { elasticsearchProcess } from './listening-process.ts'
import { type Measurement, measure } from './measure.ts'

export interface PenstockRun {
  readonly measurement: Measurement
  /** Only where asked for. */
  readonly profiles: readonly CpuProfile[]
}

export async function runPenstock(
  { executors, connector }: WorkerSettings,
  topic: string,
  index: BenchIndex,
  records: number,
  profileFolder?: string,
): Promise<PenstockRun> {
  const env = profileFolder ? { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profileFolder}` } : {}
  await using cluster = await startCluster({ workers: 1, properties: { 'executor.processes': String(executors) }, env })
  await cluster.createConnector(freshName('bench'), { ...sinkTo(topic, index.name), ...connector })
  const pids = await processesOf(cluster, executors)
  const measurement = await measure(index, records, { pids, server: elasticsearchProcess() })
  if (!profileFolder) return { measurement, profiles: [] }
  await cluster.worker(0).stop() // profiles are written at an orderly end
  return { measurement, profiles: await readProfiles(profileFolder) }
}

/**
 * To be given a name of its own: the name of the consumer group is made from it, and with it committed offsets are
 * found again.
 */
export function sinkTo(topic: string, index: string): Record<string, string> {
  return {
    'connector.class': 'ElasticsearchSink',
    topics: topic,
    'topic.index.map': `${topic}:${index}`,
    'consumer.override.auto.offset.reset': 'earliest',
  }
}

/** The worker and its executors, the second of which starts with the second task. */
export async function processesOf(cluster: Cluster, executors: number): Promise<number[]> {
  const worker = cluster.worker(0)
  const children = async () => {
    const pids = await worker.executorPids()
    return pids.length === executors ? pids : new NotYet(pids)
  }
  return [worker.pid, ...(await until(children, { what: `${executors} executors to run`, everyMs: 50 }))]
}
