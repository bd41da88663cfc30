/** Whether cost grows in step with the work: ever more records, and the same records over ever more partitions. */
import { type Cluster, freshName } from '../harness/index.ts'
import { BenchIndex } from './bench-index.ts'
import { partitions, tuned } from './cases.ts'
import { fillTopic } from './fill-topic.ts'
import { logEvents } from './log-events.ts'
import { runPenstock } from './penstock-case.ts'
import { mebibytes } from './process-figures.ts'

const recordCounts = [10_000, 100_000, 1_000_000]
const mostRecords = 10_000_000
const partitionCounts = [1, 10, 100, 500]
const recordsOverPartitions = 300_000

export interface LinearityRun {
  readonly records: number
  readonly partitions: number
  /** From the creation of the connector to the last document: with the start of the task. */
  readonly totalSeconds: number
  readonly docsPerSecond: number
  /** Of the whole worker, from the creation of the connector to the last document. */
  readonly cpuSeconds: number
  readonly peakMebibytes: number
}

/** With `toTheEnd` up to ten million records. */
export async function measureLinearity(
  servers: Cluster,
  toTheEnd: boolean,
  say: (line: string) => void,
): Promise<LinearityRun[]> {
  const runs: LinearityRun[] = []
  const measureRun = async (records: number, partitions: number): Promise<void> => {
    const topic = await servers.createTopic({ name: freshName('linear'), partitions })
    await fillTopic(topic, partitions, logEvents('small', records))
    await using index = await BenchIndex.create(freshName('linear'))
    const connector = { 'tasks.max': '1', ...tuned(1) }
    const { measurement } = await runPenstock({ executors: 1, connector }, topic, index, records)
    const run: LinearityRun = {
      records,
      partitions,
      totalSeconds: Number(measurement.totalSeconds.toFixed(2)),
      docsPerSecond: Math.round(records / measurement.totalSeconds),
      cpuSeconds: Number(measurement.totalCpuSeconds.toFixed(2)),
      peakMebibytes: mebibytes(measurement.peakBytes),
    }
    runs.push(run)
    say(`${records} records in ${partitions} partitions: ${run.totalSeconds} s, ${run.cpuSeconds} CPU s`)
  }
  for (const records of toTheEnd ? [...recordCounts, mostRecords] : recordCounts) await measureRun(records, partitions)
  for (const count of partitionCounts) await measureRun(recordsOverPartitions, count)
  return runs
}
