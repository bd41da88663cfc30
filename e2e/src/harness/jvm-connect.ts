/** Workers of Apache Kafka Connect itself, to compare with and to share groups with. They need a JDK and Maven. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConnectClient } from '@penstock/client'
import { toolsFolder } from '../stack/folders.ts'
import { GuardedProcess, type ProcessExit } from '../stack/guarded-process.ts'
import { jarFolder } from '../stack/jars.ts'
import { findJdks } from '../stack/jdk.ts'
import { KAFKA_VERSION } from '../stack/kafka-server.ts'
import { freePorts } from '../stack/ports.ts'
import { until } from './until.ts'
import { workerProperties } from './worker-properties.ts'

const READY_MS = 90_000
const GRACE_MS = 30_000
const JARS = [
  ...['connect-runtime', 'connect-file', 'connect-json', 'connect-transforms', 'connect-mirror'].map(
    (artifact) => `org.apache.kafka:${artifact}:${KAFKA_VERSION}`,
  ),
  'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4',
]

/** Where Java and the classes of Kafka Connect are. */
export interface JvmConnect {
  /** The program. */
  readonly java: string
  /** The class path. */
  readonly classes: string
}

/** Finds Java and fetches Kafka Connect the first time; says in one line why not, where that can't be. */
export async function findJvmConnect(): Promise<JvmConnect | undefined> {
  const jdks = (await findJdks()).filter(({ version }) => version >= 17)
  const jdk = jdks.sort((a, b) => b.version - a.version)[0]
  if (!jdk) return skipped('no JDK 17 or newer was found')
  try {
    const folder = await jarFolder(`jvm-connect-${KAFKA_VERSION}`, JARS, (line) => console.error(line))
    return { java: join(jdk.home, 'bin', 'java'), classes: join(folder, 'lib', '*') }
  } catch (error) {
    return skipped((error as Error).message)
  }
}

function skipped(reason: string): undefined {
  console.error(`skipped: comparisons with Kafka Connect on the JVM: ${reason}`)
  return undefined
}

export interface JvmWorkerOptions {
  readonly groupId: string
  /** Over the harness's own worker properties. */
  readonly properties?: Readonly<Record<string, string>>
}

/** Starts a worker of Kafka Connect on a free port; resolves when it is ready for requests. */
export async function startJvmWorker(jvm: JvmConnect, options: JvmWorkerOptions): Promise<JvmWorker> {
  const [port] = (await freePorts(1)) as [number]
  const worker = new JvmWorker(jvm, port, options)
  try {
    await worker.start()
    return worker
  } catch (error) {
    await worker[Symbol.asyncDispose]()
    throw error
  }
}

export class JvmWorker implements AsyncDisposable {
  readonly url: string
  /** host:port, as statuses name it. */
  readonly workerId: string
  readonly client: ConnectClient
  readonly logFile: string
  readonly #jvm: JvmConnect
  readonly #properties: Readonly<Record<string, string>>
  readonly #folder: string
  #process: GuardedProcess | undefined

  constructor(jvm: JvmConnect, port: number, { groupId, properties = {} }: JvmWorkerOptions) {
    this.#jvm = jvm
    this.#properties = { ...workerProperties(groupId, port), ...properties }
    this.#folder = join(toolsFolder, 'e2e-logs', groupId)
    this.workerId = `127.0.0.1:${port}`
    this.url = `http://${this.workerId}`
    this.client = new ConnectClient({ baseUrl: this.url, timeoutMs: 60_000 })
    this.logFile = join(this.#folder, `jvm-worker-${port}.log`)
  }

  /** Starts the process; resolves when it has joined its group and is healthy. */
  async start(): Promise<void> {
    await mkdir(this.#folder, { recursive: true })
    const logging = join(this.#folder, 'log4j2.properties')
    await writeFile(logging, LOGGING)
    const file = `${this.logFile}.properties`
    await writeFile(
      file,
      Object.entries(this.#properties)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
    )
    const started = await GuardedProcess.start({
      command: this.#jvm.java,
      args: [
        ...['-Xmx512m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', `-Dlog4j2.configurationFile=${logging}`],
        ...['-cp', this.#jvm.classes, 'org.apache.kafka.connect.cli.ConnectDistributed', file],
      ],
      logFile: this.logFile,
      cwd: this.#folder,
      env: { ...process.env, LC_ALL: 'C.UTF-8' }, // Java can name no other files otherwise
    })
    this.#process = started
    const ready = async () => {
      if (started.exit) return true
      return (await this.client.health()).status === 'healthy'
    }
    await until(ready, { what: `${this.url} to be healthy (log: ${this.logFile})`, deadlineMs: READY_MS })
    if (started.exit) throw new Error(`the JVM worker ended: ${JSON.stringify(started.exit)}\n${await this.#tail()}`)
  }

  /** SIGTERM; resolves with how it ended. */
  async stop(): Promise<ProcessExit | undefined> {
    return await this.#process?.stop(GRACE_MS)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]()
  }

  async #tail(): Promise<string> {
    const text = await readFile(this.logFile, 'utf8').catch(() => '')
    return text.trimEnd().split('\n').slice(-30).join('\n')
  }
}

const LOGGING = `status = ERROR
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d] %p %m (%c)%n
rootLogger.level = INFO
rootLogger.appenderRef.console.ref = console
`
