/**
 * A schema registry to test converters with: the one at SCHEMA_REGISTRY_URL, else Apicurio's, which speaks the same
 * REST API. It needs a JDK 25 and Maven.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { toolsFolder } from '../stack/folders.ts'
import { GuardedProcess } from '../stack/guarded-process.ts'
import { archiveFolder } from '../stack/jars.ts'
import { findJdks } from '../stack/jdk.ts'
import { freePorts } from '../stack/ports.ts'
import { freshName } from './cluster.ts'
import { until } from './until.ts'

const VERSION = '3.3.3'
const JAVA = 25
const READY_MS = 120_000

/** Starts a registry; undefined where that can't be, after one line that says why. */
export async function startSchemaRegistry(): Promise<SchemaRegistry | undefined> {
  const named = process.env.SCHEMA_REGISTRY_URL
  if (named) return new SchemaRegistry(named, undefined)
  const jdk = (await findJdks()).find(({ version }) => version >= JAVA)
  if (!jdk) return skipped(`no JDK ${JAVA} or newer was found, and SCHEMA_REGISTRY_URL names no registry`)
  let folder: string
  try {
    const artifact = `io.apicurio:apicurio-registry-app:${VERSION}:tar.gz:all`
    folder = await archiveFolder(`apicurio-registry-${VERSION}`, artifact, (line) => console.error(line))
  } catch (error) {
    return skipped((error as Error).message)
  }
  const [port] = (await freePorts(1)) as [number]
  const logs = join(toolsFolder, 'e2e-logs')
  await mkdir(logs, { recursive: true })
  const logFile = join(logs, `${freshName('schema-registry')}.log`)
  const started = await GuardedProcess.start({
    command: join(jdk.home, 'bin', 'java'),
    args: [
      ...['-Xmx512m', '-Dquarkus.http.host=127.0.0.1', `-Dquarkus.http.port=${port}`],
      ...['-Dquarkus.management.enabled=false', '-jar', 'quarkus-run.jar'],
    ],
    cwd: folder,
    logFile,
  })
  const registry = new SchemaRegistry(`http://127.0.0.1:${port}/apis/ccompat/v7`, started)
  const ready = async () => started.exit !== undefined || (await registry.subjects()) !== undefined
  try {
    await until(ready, { what: `the schema registry to answer (log: ${logFile})`, deadlineMs: READY_MS })
    if (started.exit) throw new Error(`the schema registry ended: ${JSON.stringify(started.exit)} (log: ${logFile})`)
    return registry
  } catch (error) {
    await registry[Symbol.asyncDispose]()
    throw error
  }
}

function skipped(reason: string): undefined {
  console.error(`skipped: tests with a schema registry: ${reason}`)
  return undefined
}

export class SchemaRegistry implements AsyncDisposable {
  readonly url: string
  readonly #process: GuardedProcess | undefined

  constructor(url: string, started: GuardedProcess | undefined) {
    this.url = url
    this.#process = started
  }

  /** Whether it can be paused: not where somebody else runs it. */
  get controllable(): boolean {
    return this.#process !== undefined
  }

  async subjects(): Promise<string[]> {
    return (await this.#ask('GET', '/subjects')) as string[]
  }

  /** The versions of a subject. */
  async versions(subject: string): Promise<number[]> {
    return (await this.#ask('GET', `/subjects/${subject}/versions`)) as number[]
  }

  /** What a new version must be compatible with: BACKWARD, NONE … */
  async setCompatibility(subject: string, compatibility: string): Promise<void> {
    await this.#ask('PUT', `/config/${subject}`, { compatibility })
  }

  /** From now on it takes connections, and answers nothing. */
  pause(): void {
    this.#process?.signal('SIGSTOP')
  }

  resume(): void {
    this.#process?.signal('SIGCONT')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.resume()
    await this.#process?.[Symbol.asyncDispose]()
  }

  async #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return await response.json()
  }
}
