/**
 * `make bench`: how fast Penstock brings records into Elasticsearch, at what cost, and how near that is to what the
 * machine can do. Runs on the servers that the stack launcher names. Read next: cases.ts, measure.ts.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, freshName, type SchemaRegistry, startCluster, startSchemaRegistry } from '../harness/index.ts'
import { avroEvents, registerAvroSchema } from './avro-events.ts'
import { BenchIndex } from './bench-index.ts'
import {
  type Case,
  casesOf,
  checkWanted,
  formatOf,
  measures,
  type PenstockCase,
  partitions,
  type RecordFormat,
} from './cases.ts'
import { bulkBodies, measureCeiling } from './ceiling.ts'
import { fillTopic } from './fill-topic.ts'
import { measureFlatness } from './flatness.ts'
import { measureLatency } from './latency.ts'
import { measureLinearity } from './linearity.ts'
import { logEvents } from './log-events.ts'
import type { Measurement } from './measure.ts'
import { type Options, parseOptions, type Size, usage } from './options.ts'
import { runPenstock } from './penstock-case.ts'
import { loadAverage, machineTimes, stolenShare } from './process-figures.ts'
import {
  figuresOf,
  flatnessTable,
  latencyLine,
  linearityTable,
  machineLine,
  minuteLine,
  profileText,
  type Result,
  resultLine,
  resultTable,
  startupLines,
  stolenLine,
} from './report.ts'
import { findRsyslog, type Rsyslog, runRsyslog } from './rsyslog.ts'
import { measureStartup } from './startup.ts'

const quietLoad = 0.5
const noticedTheft = 0.01
const settleMs = 2_000
const warmUpRecords = 100_000

const say = (text: string) => console.error(text)

async function main(options: Options): Promise<void> {
  checkWanted(options)
  const load = loadAverage()
  const before = machineTimes()
  say(machineLine(load))
  if (load > quietLoad)
    say(`The machine is busy: figures will be too low, and differ from run to run. Wait for a load below ${quietLoad}.`)

  const startup = measures('start', options) ? await measureStartup() : undefined
  if (startup) say(startupLines(startup))
  await using servers = await startCluster({ workers: 0 })
  const results = await measureCases(servers, options)
  if (results.length === 0) await warmUp('small')
  const latency = measures('latency', options) ? await measureLatency() : undefined
  if (latency) say(latencyLine(latency))
  const linearity = measures('linear', options) ? await measureLinearity(servers, options.tenMillion, say) : undefined
  const { flatMinutes } = options
  const flatness = measures('flat', options)
    ? await measureFlatness(flatMinutes, (minute) => say(minuteLine(minute)))
    : undefined

  const stolen = stolenShare(before, machineTimes())
  if (stolen > noticedTheft) say(stolenLine(stolen))
  const cases = figuresOf(results)
  if (options.json) {
    console.log(
      JSON.stringify(
        { machine: machineLine(load), stolen, startup, latency, cases, linearity, flatness },
        undefined,
        2,
      ),
    )
    return
  }
  if (cases.length > 0) console.log(`\n${resultTable(cases)}`)
  if (linearity) console.log(`\n${linearityTable(linearity)}`)
  if (flatness) console.log(`\n${flatnessTable(flatness)}`)
}

/** What cases need besides the servers; undefined where it can't be had on this machine. */
interface Means {
  readonly registry: SchemaRegistry | undefined
  readonly rsyslog: Rsyslog | undefined
}

/** Cases without what they need were left out before. */
function needed<K extends keyof Means>(means: Means, what: K): NonNullable<Means[K]> {
  const found = means[what]
  if (found === undefined) throw new Error(`there is no ${what} on this machine`)
  return found
}

async function measureCases(servers: Cluster, options: Options): Promise<Result[]> {
  const wanted = casesOf(options)
  const rsyslog = wanted.some(({ kind }) => kind === 'rsyslog') ? await findRsyslog(say) : undefined
  await using registry = wanted.some((each) => formatOf(each) === 'avro') ? await startSchemaRegistry() : undefined
  const means: Means = { registry, rsyslog }
  const cases = wanted.filter(
    (each) =>
      (each.kind !== 'rsyslog' || rsyslog !== undefined) && (formatOf(each) !== 'avro' || registry !== undefined),
  )
  const results: Result[] = []
  for (const size of ['small', 'large'] as const) {
    const ofSize = cases.filter((each) => each.size === size)
    if (ofSize.length > 0) results.push(...(await measureSize(servers, size, ofSize, means, options)))
  }
  return results
}

async function measureSize(
  servers: Cluster,
  size: Size,
  cases: readonly Case[],
  means: Means,
  options: Options,
): Promise<Result[]> {
  const records = options.recordsBySize[size]
  const topics = new Map<RecordFormat, string>()
  for (const format of new Set(cases.map(formatOf))) {
    const topic = await servers.createTopic({ name: freshName(`bench-${size}-${format}`), partitions })
    say(`\nfilling a topic with ${records.toLocaleString('en')} ${size} records (${format})`)
    const avro = async () => avroEvents(records, await registerAvroSchema(needed(means, 'registry').url, topic))
    await fillTopic(topic, partitions, format === 'json' ? logEvents(size, records) : await avro())
    topics.set(format, topic)
  }
  await warmUp(size)
  const results: Result[] = []
  for (const measured of cases) {
    await sleep(settleMs)
    const topic = topics.get(formatOf(measured)) as string
    await using index = await BenchIndex.create(freshName(`bench-${size}`))
    const measurement = await measureCase(measured, topic, index, records, means, options)
    const { present, writtenAgain } = measurement
    if (present !== records)
      throw new Error(`${measured.name}: the index holds ${present} documents instead of ${records}`)
    if (writtenAgain > 0)
      say(`${measured.name}: ${writtenAgain} documents were sent again, Elasticsearch answered too late`)
    const result = { measured, measurement }
    results.push(result)
    say(resultLine(result))
  }
  return results
}

/** Elasticsearch becomes faster with the first requests; that must not depend on the order of the cases. */
async function warmUp(size: Size): Promise<void> {
  await using index = await BenchIndex.create(freshName('bench-warm-up'))
  await measureCeiling(index, bulkBodies(index.name, 'warm-up', logEvents(size, warmUpRecords)), warmUpRecords)
}

async function measureCase(
  measured: Case,
  topic: string,
  index: BenchIndex,
  records: number,
  means: Means,
  { profile }: Options,
): Promise<Measurement> {
  switch (measured.kind) {
    case 'rsyslog':
      return await runRsyslog(needed(means, 'rsyslog'), topic, index, records)
    case 'ceiling':
      return await measureCeiling(index, bulkBodies(index.name, topic, logEvents(measured.size, records)), records)
    case 'penstock':
      return await measurePenstock(measured, topic, index, records, means, profile)
  }
}

async function measurePenstock(
  measured: PenstockCase,
  topic: string,
  index: BenchIndex,
  records: number,
  means: Means,
  profile: boolean,
): Promise<Measurement> {
  const avro = () => ({
    'value.converter': 'AvroConverter',
    'value.converter.schema.registry.url': needed(means, 'registry').url,
  })
  const connector = { ...measured.connector, ...(measured.format === 'avro' ? avro() : {}) }
  const run = { executors: measured.executors, connector }
  if (!profile) return (await runPenstock(run, topic, index, records)).measurement
  const folder = await mkdtemp(join(tmpdir(), 'penstock-profile-'))
  try {
    const { measurement, profiles } = await runPenstock(run, topic, index, records, folder)
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
