/** One executor as the worker sees it: a process that answers requests, or is found dead or deaf. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ConnectError, type Logger, type RawConfig } from '@penstock/core'
import type { WorkerMode } from '../config/worker-config.ts'
import type { PluginDescription } from '../plugins/description.ts'
import { CpuShare } from '../telemetry/cpu-share.ts'
import type { LogLevel } from '../telemetry/log-levels.ts'
import type { Redactor } from '../telemetry/redactor.ts'
import { channelPair, channelToChild } from './channels.ts'
import { runExecutor } from './executor-main.ts'
import {
  ipcVersion,
  type PassedReport,
  type Report,
  type RequestKind,
  type Requests,
  type WorkerAnswers,
  type WorkerChannel,
} from './ipc.ts'
import type { LastWill } from './last-will.ts'
import { packError, unpackError } from './wire-error.ts'

export interface ExecutorProcessOptions {
  readonly index: number
  readonly workerId: string
  /** False: within this process, for `executor.processes=0`. */
  readonly forked: boolean
  readonly heapMb: number
  readonly startTimeoutMs: number
  readonly unresponsiveTimeoutMs: number
  readonly mode: WorkerMode
  /** As written: each process looks up for itself what variables stand for. */
  readonly workerConfig: RawConfig
  /** Of this process, for an executor within it. */
  readonly redactor: Redactor
  readonly appFolder: string
  readonly pluginFolders: readonly string[]
  readonly logger: Logger
  /** Answers what the executor asks; null where nothing is to be asked. */
  readonly answers: WorkerAnswers | null
  readonly onReport: (report: PassedReport) => void
  /** Told once, with the reason in a sentence. Not after {@link ExecutorProcess.stop}. */
  readonly onDeath: (reason: string) => void
}

interface Pending {
  resolve(result: unknown): void
  reject(error: Error): void
}

const outOfMemory = /JavaScript heap out of memory|Reached heap limit/
const keptStderrBytes = 4_000
const killGraceMs = 1_000
const silentAfterMs = 3_000

export class ExecutorProcess {
  readonly #options: ExecutorProcessOptions
  readonly #channel: WorkerChannel
  readonly #kill: () => void
  readonly #pending = new Map<number, Pending>()
  readonly pid: number
  #nextId = 1
  #sequence = 0
  #lastPong = Date.now()
  #pings: NodeJS.Timeout | null = null
  #stderr = ''
  #state: 'starting' | 'running' | 'stopping' | 'dead' = 'starting'
  #verdict: string | null = null
  #exited: Promise<void>
  #onReady: ((plugins: readonly PluginDescription[]) => void) | null = null
  /** A signal has ended it that this worker did not send: that says nothing of the next one. */
  endedFromOutside = false
  readonly cpu = new CpuShare()
  memoryBytes = 0
  cpuSeconds = 0

  constructor(options: ExecutorProcessOptions) {
    this.#options = options
    let markExited: () => void = () => {}
    this.#exited = new Promise((resolve) => {
      markExited = resolve
    })
    if (options.forked) {
      const child = fork(
        fileURLToPath(
          new URL(import.meta.url.endsWith('.ts') ? './executor-main.ts' : './executor-main.js', import.meta.url),
        ),
        {
          // Records die young; V8's own choice on a large machine would spend 100 MB more for a tenth of the time.
          execArgv: [...process.execArgv, '--max-semi-space-size=6', `--max-old-space-size=${options.heapMb}`],
          env: {
            UV_THREADPOOL_SIZE: '16',
            // The native client's many threads would each keep an arena of freed memory.
            MALLOC_ARENA_MAX: '2',
            // Else glibc moves the bounds up to the largest buffer that was freed, and fragments its heap with bulk bodies.
            MALLOC_MMAP_THRESHOLD_: '131072',
            MALLOC_TRIM_THRESHOLD_: '131072',
            ...process.env,
            PENSTOCK_EXECUTOR: '1',
          },
          serialization: 'advanced',
          stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
        },
      )
      this.pid = child.pid ?? -1
      child.stderr?.on('data', (chunk: Buffer) => this.#onStderr(chunk))
      child.once('exit', (code, signal) => {
        this.endedFromOutside = signal !== null && this.#verdict === null
        markExited()
        this.#died(this.#verdict ?? exitReason(code, signal, this.#stderr, options.heapMb))
      })
      child.on('error', (error) => this.#died(`it could not be started: ${error.message}`))
      this.#channel = channelToChild(child)
      this.#kill = () => child.kill('SIGKILL')
    } else {
      const pair = channelPair()
      runExecutor(pair.executor, options.redactor, (code) => {
        markExited()
        this.#died(exitReason(code, null, this.#stderr, options.heapMb))
      })
      this.pid = process.pid
      this.#channel = pair.worker
      this.#kill = () => {}
    }
    this.#channel.onMessage((report) => this.#receive(report))
  }

  /** Resolves with the plugins it found, once it is ready for requests. */
  async start(): Promise<readonly PluginDescription[]> {
    const { mode, workerConfig, workerId, appFolder, pluginFolders, index, forked, startTimeoutMs } = this.#options
    const ready = new Promise<readonly PluginDescription[]>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#verdict = `it did not start within ${startTimeoutMs} ms (executor.start.timeout.ms)`
        this.#kill()
        // Of a process the death is awaited: what was to run there dies with it, and is started elsewhere by policy.
        if (!forked) reject(new ConnectError('executor.start', `executor ${index}: ${this.#verdict}`))
      }, startTimeoutMs)
      this.#onReady = (plugins) => {
        clearTimeout(timer)
        resolve(plugins)
      }
      this.#pending.set(0, {
        resolve: () => {},
        reject: (error) => {
          clearTimeout(timer)
          reject(error)
        },
      })
    })
    this.#channel.send({
      kind: 'initialize',
      ipcVersion,
      mode,
      workerConfig,
      pluginFolders,
      appFolder,
      executor: index,
      workerId,
    })
    const plugins = await ready
    this.#pending.delete(0)
    if (this.#state !== 'starting') throw new ConnectError('executor.stopping', `executor ${index} is being stopped`)
    this.#state = 'running'
    this.#lastPong = Date.now()
    if (this.#options.forked) this.#startPings()
    return plugins
  }

  /** False for one that has not answered for a while, whatever the reason. */
  get isResponsive(): boolean {
    return !this.#options.forked || Date.now() - this.#lastPong < silentAfterMs
  }

  /** Some request waits for its answer. */
  get isAsked(): boolean {
    return this.#pending.size > 0
  }

  /** Rejects with what the executor threw, or with its death. */
  async request<K extends RequestKind>(request: K, params: Requests[K]['params']): Promise<Requests[K]['result']> {
    if (this.#state !== 'running')
      throw new ConnectError('executor.dead', `executor ${this.#options.index} does not run`)
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: (result) => resolve(result as Requests[K]['result']), reject })
      this.#channel.send({ kind: 'request', id, request, params } as Parameters<WorkerChannel['send']>[0])
    })
  }

  /** An executor that isn't running yet is told by whoever starts it. */
  setLastWill(will: LastWill): void {
    this.#channel.send({ kind: 'last-will', will })
  }

  setLogLevel(logger: string, level: LogLevel): void {
    if (this.#state === 'running') this.#channel.send({ kind: 'log-level', logger, level })
  }

  /** Lets the tasks stop in order, kills what is left after the timeout. */
  async stop(timeoutMs: number): Promise<void> {
    if (this.#state === 'dead') return
    this.#state = 'stopping'
    if (this.#pings) clearInterval(this.#pings)
    this.#channel.send({ kind: 'shutdown', timeoutMs })
    const timer = setTimeout(this.#kill, timeoutMs + killGraceMs)
    await this.#exited
    clearTimeout(timer)
  }

  #startPings(): void {
    const { unresponsiveTimeoutMs } = this.#options
    const everyMs = Math.max(100, Math.min(1_000, unresponsiveTimeoutMs / 4))
    let lastTick = Date.now()
    this.#pings = setInterval(() => {
      const now = Date.now()
      // This process itself slept (SIGSTOP, suspended machine): that is no sign of the executor's health.
      if (now - lastTick > everyMs * 3) this.#lastPong = now
      lastTick = now
      if (now - this.#lastPong > unresponsiveTimeoutMs) {
        this.#verdict ??= `it did not answer for ${unresponsiveTimeoutMs} ms (executor.unresponsive.timeout.ms) and was killed`
        this.#kill()
        return
      }
      this.#channel.send({ kind: 'ping', sequence: this.#sequence++ })
    }, everyMs)
  }

  #receive(report: Report): void {
    switch (report.kind) {
      case 'ready':
        if (report.ipcVersion !== ipcVersion) {
          this.#verdict = `it speaks IPC version ${report.ipcVersion}, not ${ipcVersion}`
          this.#kill()
          return
        }
        this.#onReady?.(report.plugins)
        break
      case 'pong':
        this.#lastPong = Date.now()
        this.memoryBytes = report.memoryBytes
        this.cpuSeconds = report.cpuSeconds
        this.cpu.add(report.cpuSeconds, this.#lastPong)
        break
      case 'reply': {
        const pending = this.#pending.get(report.id)
        this.#pending.delete(report.id)
        if (report.error) pending?.reject(unpackError(report.error))
        else pending?.resolve(report.result)
        break
      }
      case 'worker-request':
        void this.#answer(report)
        break
      default:
        this.#options.onReport(report)
    }
  }

  async #answer({ id, request, params }: Extract<Report, { kind: 'worker-request' }>): Promise<void> {
    const { answers } = this.#options
    try {
      if (answers === null) throw new ConnectError('executor.unanswered', `this worker does not answer "${request}"`)
      const result = await answers[request](params as never)
      this.#channel.send({ kind: 'worker-reply', id, result, error: null })
    } catch (error) {
      this.#channel.send({ kind: 'worker-reply', id, result: null, error: packError(error) })
    }
  }

  #onStderr(chunk: Buffer): void {
    process.stderr.write(chunk)
    this.#stderr = (this.#stderr + chunk.toString()).slice(-keptStderrBytes)
  }

  #died(reason: string): void {
    if (this.#state === 'dead') return
    const expected = this.#state === 'stopping'
    this.#state = 'dead'
    if (this.#pings) clearInterval(this.#pings)
    const error = new ConnectError('executor.died', `executor ${this.#options.index} (pid ${this.pid}) died: ${reason}`)
    for (const pending of this.#pending.values()) pending.reject(error)
    this.#pending.clear()
    if (!expected) this.#options.onDeath(error.message)
  }
}

function exitReason(code: number | null, signal: string | null, stderr: string, heapMb: number): string {
  if (outOfMemory.test(stderr)) return `it ran out of heap (limit ${heapMb} MiB, executor.heap.max.mb)`
  if (signal !== null) return `it was ended by signal ${signal}`
  const reason = stderr.split('\n').find((line) => /error/i.test(line))
  return reason === undefined ? `it exited with code ${code}` : `it exited with code ${code}: ${reason.trim()}`
}
