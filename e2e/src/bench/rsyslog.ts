/**
 * rsyslog's way from Kafka to Elasticsearch, for what a program in C reaches. Takes the one that is installed, else
 * Debian's packages, which are unpacked beside the other tools and not installed.
 */
import { execFile } from 'node:child_process'
import { access, glob, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freshName, stack } from '../harness/index.ts'
import { toolsFolder } from '../stack/folders.ts'
import { GuardedProcess } from '../stack/guarded-process.ts'
import type { BenchIndex } from './bench-index.ts'
import { batchSize, inFlight } from './cases.ts'
import { elasticsearchProcess } from './listening-process.ts'
import { type Measurement, measure } from './measure.ts'

const run = promisify(execFile)
const packages = ['rsyslog', 'rsyslog-kafka', 'rsyslog-elasticsearch']
const libraries = ['libestr0', 'libfastjson4', 'liblognorm5', 'librdkafka1']
const fetchMs = 120_000

export interface Rsyslog {
  readonly command: string
  readonly modules: string
  readonly libraryPath: string
}

/** Undefined where there is none and none can be had, after one line that says why. */
export async function findRsyslog(say: (line: string) => void): Promise<Rsyslog | undefined> {
  const folder = join(toolsFolder, 'rsyslog')
  const found = (await rsyslogBelow('/')) ?? (await rsyslogBelow(join(folder, 'root')))
  if (found) return found
  say(`fetching ${packages.join(', ')} from Debian's archive to ${folder}; nothing is installed`)
  try {
    await mkdir(folder, { recursive: true })
    const options = { cwd: folder, timeout: fetchMs }
    await run('apt-get', ['download', ...packages, ...libraries], options)
    for await (const file of glob('*.deb', { cwd: folder })) await run('dpkg-deb', ['-x', file, 'root'], options)
  } catch (error) {
    const reason = (error as Error).message.trim().split('\n').at(-1)
    say(`skipped: rsyslog: it is not installed, and its packages can't be fetched: ${reason}`)
    return undefined
  }
  const unpacked = await rsyslogBelow(join(folder, 'root'))
  if (unpacked === undefined) say('skipped: rsyslog: its packages lack imkafka or omelasticsearch')
  return unpacked
}

async function rsyslogBelow(root: string): Promise<Rsyslog | undefined> {
  const command = join(root, 'usr/sbin/rsyslogd')
  for await (const input of glob(join(root, 'usr/lib/*/rsyslog/imkafka.so'))) {
    const modules = join(input, '..')
    try {
      await Promise.all([command, join(modules, 'omelasticsearch.so')].map((file) => access(file)))
      return { command, modules, libraryPath: join(modules, '..') }
    } catch {
      // Not all of it is there: perhaps elsewhere.
    }
  }
  return undefined
}

/** Like the others: so many documents in a request, and so many requests at once; ids are Elasticsearch's own. */
function configuration(topic: string, index: string, folder: string): string {
  const { hostname, port } = new URL(stack.elasticsearch)
  return `global(workDirectory="${folder}" maxMessageSize="64k")
module(load="imkafka")
module(load="omelasticsearch")
template(name="value" type="string" string="%msg%")
input(type="imkafka" topic="${topic}" broker=["${stack.kafka}"] consumergroup="${freshName('rsyslog')}"
  confParam=["auto.offset.reset=earliest"] ruleset="bench")
ruleset(name="bench" queue.type="LinkedList" queue.size="100000" queue.dequeueBatchSize="${batchSize}"
  queue.workerThreads="${inFlight}" queue.workerThreadMinimumMessages="${batchSize}") {
  action(type="omelasticsearch" server="${hostname}" serverport="${port}" template="value" searchIndex="${index}"
    searchType="" bulkmode="on" maxbytes="20m" action.resumeRetryCount="-1" errorFile="${join(folder, 'errors')}")
}
`
}

export async function runRsyslog(
  rsyslog: Rsyslog,
  topic: string,
  index: BenchIndex,
  records: number,
): Promise<Measurement> {
  const folder = await mkdtemp(join(tmpdir(), 'penstock-rsyslog-'))
  try {
    const file = join(folder, 'rsyslog.conf')
    await writeFile(file, configuration(topic, index.name, folder))
    await using daemon = await GuardedProcess.start({
      command: rsyslog.command,
      args: ['-n', '-f', file, '-i', join(folder, 'pid'), '-M', rsyslog.modules],
      logFile: join(toolsFolder, 'e2e-logs', 'bench-rsyslog.log'),
      env: { ...process.env, LD_LIBRARY_PATH: rsyslog.libraryPath },
    })
    const ended = daemon.exited.then(({ code }) => {
      throw new Error(`rsyslogd ended with ${code}, see ${join(toolsFolder, 'e2e-logs', 'bench-rsyslog.log')}`)
    })
    return await measure(index, records, { pids: [daemon.pid], server: elasticsearchProcess() }, ended)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
