/** Kills a worker in the middle of streaming and measures how the others take its work over. */
import { type Cluster, idOf, type StoredRecord, until, type WorkerProcess } from '../harness/index.ts'
import { requestJson } from './elasticsearch.ts'
import { type Stream, tasksEach } from './stream.ts'

export interface TakeOver {
  /** From the kill until every connector and task is RUNNING on the workers that are left. */
  readonly runningMs: number
  /** From the kill until a record sent to each partition right after it is in its index. */
  readonly flowingMs: number
}

const deadlineMs = 120_000
const everyMs = 100

/** The worker with the most tasks, and how many it has. */
export async function busiestWorker(cluster: Cluster, streams: readonly Stream[]): Promise<[WorkerProcess, number]> {
  const statuses = await Promise.all(streams.map(({ name }) => cluster.client.status(name)))
  const tasks = statuses.flatMap(({ tasks }) => tasks)
  const loads = cluster.workers.map((worker): [WorkerProcess, number] => [
    worker,
    tasks.filter(({ worker_id }) => worker_id === worker.workerId).length,
  ])
  return loads.reduce((most, load) => (load[1] > most[1] ? load : most))
}

export async function killAndMeasure(
  cluster: Cluster,
  streams: readonly Stream[],
  victim: WorkerProcess,
): Promise<TakeOver> {
  await victim.kill('SIGKILL')
  const killedAt = Date.now()
  const since = () => Date.now() - killedAt
  const [runningMs, flowingMs] = await Promise.all([
    Promise.all(streams.map(({ name }) => cluster.untilRunning(name, { tasks: tasksEach }, deadlineMs))).then(since),
    Promise.all(streams.map(async (stream) => untilIndexed(stream, await stream.sendHeld()))).then(since),
  ])
  return { runningMs, flowingMs }
}

/** Asks by id: a search would see documents only after the next refresh. */
async function untilIndexed({ name }: Stream, records: readonly StoredRecord[]): Promise<void> {
  const ids = records.map(idOf)
  await until(
    async () => {
      const { docs } = (await requestJson(`${name}/_mget?_source=false`, 'POST', { ids })) as {
        docs: { found: boolean }[]
      }
      return docs.every(({ found }) => found)
    },
    { what: `a record of each partition to be in ${name}`, deadlineMs, everyMs },
  )
}
