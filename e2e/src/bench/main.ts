/**
 * `make bench`: how fast Penstock brings records into Elasticsearch, at what cost, and how near that is to what the
 * machine can do. Runs on the servers that the stack launcher names. Read next: cases.ts, measure.ts.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, freshName, startCluster } from '../harness/index.ts'
import { BenchIndex } from './bench-index.ts'
import { type Case, casesOf, measuresStart, partitions } from './cases.ts'
import { bulkBodies, measureCeiling } from './ceiling.ts'
import { fillTopic } from './fill-topic.ts'
import { logEvents } from './log-events.ts'
import type { Measurement } from './measure.ts'
import { type Options, parseOptions, type Size, usage } from './options.ts'
import { runPenstock } from './penstock-case.ts'
import { loadAverage } from './process-figures.ts'
import { figuresOf, machineLine, profileText, type Result, resultTable, startupLines } from './report.ts'
import { measureStartup } from './startup.ts'

const quietLoad = 0.5
const settleMs = 2_000
const warmUpRecords = 100_000

const say = (text: string) => console.error(text)

async function main(options: Options): Promise<void> {
  const load = loadAverage()
  say(machineLine(load))
  if (load > quietLoad)
    say(`The machine is busy: figures will be too low, and differ from run to run. Wait for a load below ${quietLoad}.`)

  const cases = casesOf(options)
  const startup = measuresStart(options) ? await measureStartup() : undefined
  if (startup) say(startupLines(startup))
  await using servers = await startCluster({ workers: 0 })
  const results: Result[] = []
  for (const size of ['small', 'large'] as const) {
    const ofSize = cases.filter((each) => each.size === size)
    if (ofSize.length > 0) results.push(...(await measureSize(servers, size, ofSize, options)))
  }

  const figures = figuresOf(results)
  if (options.json) console.log(JSON.stringify({ machine: machineLine(load), startup, cases: figures }, undefined, 2))
  else if (figures.length > 0) console.log(`\n${resultTable(figures)}`)
}

async function measureSize(servers: Cluster, size: Size, cases: readonly Case[], options: Options): Promise<Result[]> {
  const records = options.recordsBySize[size]
  const topic = await servers.createTopic({ name: freshName(`bench-${size}`), partitions })
  say(`\nfilling a topic with ${records.toLocaleString('en')} ${size} records`)
  await fillTopic(topic, partitions, logEvents(size, records))
  await warmUp(size, topic)
  const results: Result[] = []
  for (const measured of cases) {
    await sleep(settleMs)
    await using index = await BenchIndex.create(freshName(`bench-${size}`))
    const measurement = await measureCase(measured, topic, index, records, options)
    const { present, writtenAgain } = measurement
    if (present !== records)
      throw new Error(`${measured.name}: the index holds ${present} documents instead of ${records}`)
    if (writtenAgain > 0)
      say(`${measured.name}: ${writtenAgain} documents were sent again, Elasticsearch answered too late`)
    results.push({ measured, measurement })
    say(`${measured.name.padEnd(20)} ${Math.round(measurement.perSecond).toLocaleString('en').padStart(8)} docs/s`)
  }
  return results
}

/** Elasticsearch becomes faster with the first requests; that must not depend on the order of the cases. */
async function warmUp(size: Size, topic: string): Promise<void> {
  await using index = await BenchIndex.create(freshName('bench-warm-up'))
  await measureCeiling(index, bulkBodies(index.name, topic, logEvents(size, warmUpRecords)), warmUpRecords)
}

async function measureCase(
  measured: Case,
  topic: string,
  index: BenchIndex,
  records: number,
  { profile }: Options,
): Promise<Measurement> {
  if (measured.kind === 'ceiling') {
    const bodies = bulkBodies(index.name, topic, logEvents(measured.size, records))
    return await measureCeiling(index, bodies, records)
  }
  if (!profile) return (await runPenstock(measured, topic, index, records)).measurement
  const folder = await mkdtemp(join(tmpdir(), 'penstock-profile-'))
  try {
    const { measurement, profiles } = await runPenstock(measured, topic, index, records, folder)
    console.log(`\n${profileText({ measured, measurement }, profiles)}\n`)
    return measurement
  } finally {
    await rm(folder, { recursive: true })
  }
}

try {
  await main(parseOptions(process.argv.slice(2)))
} catch (error) {
  const unknownOption = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
  say(`bench: ${error instanceof Error ? error.message : String(error)}${unknownOption ? `\n${usage}` : ''}`)
  process.exitCode = 1
}
