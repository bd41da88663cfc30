/** A Prometheus with the project's alert rules and an Alertmanager that tells of alerts, from Debian's packages. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootFolder } from '../stack/folders.ts'
import { GuardedProcess } from '../stack/guarded-process.ts'
import { freePorts } from '../stack/ports.ts'
import { findDebianProgram, withOwnShare } from './debian-program.ts'
import { until } from './until.ts'

export const rulesFolder = join(rootFolder, 'deploy', 'prometheus')

const readyMs = 20_000
const graceMs = 5_000

/** As Alertmanager sends it to a webhook. */
export interface ToldAlert {
  readonly status: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

export interface RuleState {
  readonly name: string
  readonly query: string
  readonly health: string
  readonly lastError?: string
}

export interface PrometheusOptions {
  /** `host:port` of the workers. */
  readonly workers: readonly string[]
}

/** Undefined where the programs can't be had. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus | undefined> {
  const server = await findDebianProgram('prometheus', 'prometheus')
  const unpacked = await findDebianProgram('prometheus-alertmanager', 'prometheus-alertmanager')
  const alertmanager = unpacked === undefined ? undefined : await withOwnShare(unpacked)
  if (server === undefined || alertmanager === undefined) return undefined
  const prometheus = new Prometheus(await mkdtemp(join(tmpdir(), 'penstock-prometheus-')))
  try {
    await prometheus.start({ ...options, server, alertmanager })
    return prometheus
  } catch (error) {
    await prometheus[Symbol.asyncDispose]()
    throw error
  }
}

export class Prometheus implements AsyncDisposable {
  /** What Alertmanager has told so far. */
  readonly told: ToldAlert[] = []
  readonly #folder: string
  readonly #processes: GuardedProcess[] = []
  #webhook: Server | undefined
  #url = ''

  constructor(folder: string) {
    this.#folder = folder
  }

  async start({
    workers,
    server,
    alertmanager,
  }: PrometheusOptions & { server: string; alertmanager: readonly string[] }): Promise<void> {
    const [port = 0, alertPort = 0, hookPort = 0] = await freePorts(3)
    const alertUrl = `http://127.0.0.1:${alertPort}`
    this.#url = `http://127.0.0.1:${port}`
    this.#webhook = await this.#listen(hookPort)
    await mkdir(join(this.#folder, 'alerts'))
    await this.#write('alertmanager.yaml', alertmanagerConfig(hookPort))
    await this.#write('prometheus.yaml', prometheusConfig(workers, alertPort))
    // Nobody waits a minute in a test for a state to last.
    const rules = await readFile(join(rulesFolder, 'penstock.rules.yaml'), 'utf8')
    await this.#write('rules.yaml', rules.replace(/^(\s+for:) \w+$/gm, '$1 0s'))
    await this.#run([
      ...alertmanager,
      '--config.file=alertmanager.yaml',
      '--storage.path=alerts',
      '--cluster.listen-address=',
      `--web.listen-address=127.0.0.1:${alertPort}`,
    ])
    await this.#run([
      server,
      '--config.file=prometheus.yaml',
      '--storage.tsdb.path=data',
      `--web.listen-address=127.0.0.1:${port}`,
    ])
    for (const url of [alertUrl, this.#url])
      await until(() => answers(`${url}/-/ready`), { what: url, deadlineMs: readyMs })
  }

  /** The series that an expression gives. Throws with Prometheus' own words where it is wrong. */
  async query(expr: string): Promise<readonly { metric: Record<string, string>; value: [number, string] }[]> {
    const { data } = await this.#get(`/api/v1/query?${new URLSearchParams({ query: expr })}`)
    return (data as { result: never[] }).result
  }

  /** Of all metrics that were ever scraped. */
  async names(): Promise<readonly string[]> {
    const { data } = await this.#get('/api/v1/label/__name__/values')
    return data as string[]
  }

  /** The alert rules, and how their last evaluation went. */
  async rules(): Promise<readonly RuleState[]> {
    const { data } = await this.#get('/api/v1/rules')
    return (data as { groups: { rules: RuleState[] }[] }).groups.flatMap(({ rules }) => rules)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.stop(graceMs)))
    this.#webhook?.closeAllConnections()
    await new Promise<void>((resolve) => (this.#webhook ? this.#webhook.close(() => resolve()) : resolve()))
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #get(path: string): Promise<{ data: unknown }> {
    const response = await fetch(this.#url + path)
    const body = (await response.json()) as { status: string; error?: string; data: unknown }
    if (body.status !== 'success') throw new Error(`${path}: ${body.error}`)
    return body
  }

  async #write(file: string, text: string): Promise<void> {
    await writeFile(join(this.#folder, file), text)
  }

  async #run([command = '', ...args]: readonly string[]): Promise<void> {
    const logFile = join(this.#folder, 'log')
    this.#processes.push(await GuardedProcess.start({ command, args, cwd: this.#folder, logFile }))
  }

  #listen(port: number): Promise<Server> {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const { alerts } = JSON.parse(Buffer.concat(chunks).toString()) as { alerts: ToldAlert[] }
      this.told.push(...alerts)
      response.end()
    })
    return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)))
  }
}

async function answers(url: string): Promise<boolean> {
  return (await fetch(url)).ok
}

function prometheusConfig(workers: readonly string[], alertPort: number): string {
  return JSON.stringify({
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yaml'],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertPort}`] }] }] },
    scrape_configs: [{ job_name: 'penstock', static_configs: [{ targets: workers }] }],
  })
}

function alertmanagerConfig(hookPort: number): string {
  const webhook = { url: `http://127.0.0.1:${hookPort}/`, send_resolved: true }
  return JSON.stringify({
    route: { receiver: 'test', group_by: ['...'], group_wait: '0s', group_interval: '1s', repeat_interval: '1h' },
    receivers: [{ name: 'test', webhook_configs: [webhook] }],
  })
}
