/**
 * `make bench-verify`: how fast a verification is and what it needs. Streams records into an index, deletes a few
 * documents, verifies, drives the gaps again, verifies once more; with `--once` only a first time. `--per-second` is for the
 * worker's own limit.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import type { Inspection, RedriveResult, VerifyResult } from '@penstock/client'
import { freshName, NotYet, sampleRecord, startCluster, until, untilEnded, Watch } from '../harness/index.ts'
import { stack } from '../harness/stack-env.ts'
import { elasticsearchRequest } from '../stack/elasticsearch-request.ts'
import { cpuSeconds, loadAverage, mebibytes, residentBytes } from './process-figures.ts'

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    'per-second': { type: 'string', default: '1000000' },
    once: { type: 'boolean', default: false },
  },
})
const records = Number(values.records)
const partitions = 4
const producedAtOnce = 50_000
const lost = 1_000
/** One of so many documents of the first partition is deleted. */
const lostEvery = 20

async function main(): Promise<void> {
  const least = lost * lostEvery * partitions
  if (!values.once && !(records >= least))
    throw new Error(`--records ${values.records} are too few: at least ${least}, or --once`)
  console.error(`${availableParallelism()} cores, load ${loadAverage()}`)
  const properties = { 'executor.processes': '1', 'inspection.records.per.second': values['per-second'] }
  await using cluster = await startCluster({
    workers: 1,
    properties: { ...properties, 'offset.flush.interval.ms': '1000' },
  })
  const topic = await cluster.createTopic({ partitions })
  const index = cluster.index(topic)
  await index.create({ number_of_shards: 1, number_of_replicas: 0, refresh_interval: '-1' })
  for (let done = 0; done < records; done += producedAtOnce) {
    const count = Math.min(producedAtOnce, records - done)
    await cluster.produce(
      topic,
      Array.from({ length: count }, (_, at) => ({
        ...sampleRecord(topic, done + at),
        partition: (done + at) % partitions,
      })),
    )
  }
  const name = freshName('verify')
  await cluster.createConnector(name, { 'connector.class': 'ElasticsearchSink', topics: topic, 'tasks.max': '2' })
  const committed = async (): Promise<number> =>
    [...(await cluster.group(name).committed(topic)).values()].reduce((sum, offset) => sum + Number(offset), 0)
  await until(async () => (await committed()) === records || new NotYet(await committed()), {
    what: 'all records to be written',
    deadlineMs: 1_800_000,
    everyMs: 1_000,
  })
  const pids = await cluster.worker(0).executorPids()
  const verify = () => cluster.client.verify(name)
  const watch = () => cluster.client.verification(name)
  await measure('verify, all there', pids, verify, watch)
  if (values.once) return
  const bulk = Array.from({ length: lost }, (_, at) => `{"delete":{"_id":"${topic}+0+${at * lostEvery}"}}\n`).join('')
  const deletion = { method: 'POST', body: bulk, contentType: 'application/x-ndjson' }
  const deleted = await elasticsearchRequest(stack.elasticsearch, `${topic}/_bulk`, deletion)
  const { items } = (await deleted.json()) as { items: { delete: { result: string } }[] }
  const gone = items.filter((item) => item.delete.result === 'deleted').length
  if (gone !== lost) throw new Error(`${gone} documents were deleted instead of ${lost}`)
  await measure(`verify, ${lost} missing`, pids, verify, watch)
  await measure(
    'gaps driven again',
    pids,
    () => cluster.client.redriveGaps(name),
    () => cluster.client.gapRedrive(name),
  )
  await measure('verify, mended', pids, verify, watch)
}

async function measure<Result extends VerifyResult | RedriveResult>(
  what: string,
  pids: readonly number[],
  begin: () => Promise<Inspection<Result>>,
  look: () => Promise<Inspection<Result>>,
): Promise<void> {
  const before = { cpu: cpuSeconds(pids), resident: residentBytes(pids), at: performance.now() }
  await using resident = new Watch(async () => residentBytes(pids), { everyMs: 500 })
  await begin()
  const end = await untilEnded(look, { what, deadlineMs: 1_800_000 })
  const seconds = (performance.now() - before.at) / 1_000
  const most = Math.max(...resident.seen.map(({ value }) => value))
  const read = end.progress?.records_read ?? 0
  const {
    partitions: _,
    gaps,
    refusals,
    failures,
    duplicates,
    ...result
  } = (end.result ?? {}) as Record<string, unknown>
  console.log(
    `${what}: ${end.state}, ${read} records in ${seconds.toFixed(1)} s (${Math.round(read / seconds)}/s), ` +
      `${(cpuSeconds(pids) - before.cpu).toFixed(1)} CPU s of the executor, resident ${mebibytes(before.resident)} MiB before, ${mebibytes(most)} MiB at most`,
  )
  console.log(`  ${JSON.stringify({ ...result, gaps: (gaps as unknown[] | undefined)?.length })}`)
}

await main()
