/**
 * Starts one worker: REST, executors, and by its mode the herder with its stores (`distributed-worker.ts`,
 * `standalone-worker.ts`). The main flow goes on in `herder/distributed-herder.ts` (what runs where) and
 * `execution/sink-loop.ts` (how records flow).
 */
import { readFileSync } from 'node:fs'
import type { Clock, RawConfig } from '@penstock/core'
import { workerClientProperties } from './config/client-properties.ts'
import { withoutPrefix } from './config/prefix.ts'
import type { WorkerConfig } from './config/worker-config.ts'
import { openDistributedHerder } from './distributed-worker.ts'
import { answersFrom } from './execution/asked-offset-store.ts'
import { ExecutorPool } from './execution/executor-pool.ts'
import type { LocalWork } from './herder/local-work.ts'
import { createPeerClient } from './herder/peer-client.ts'
import type { InitialConnector } from './herder/standalone-herder.ts'
import { KafkaAdmin } from './kafka/admin.ts'
import { toProtocolClient } from './kafka/client-config.ts'
import { ConnectionMeter } from './kafka/connection-figures.ts'
import { untilKafkaAnswers } from './kafka/first-contact.ts'
import type { HerderSurroundings, OpenHerder } from './open-herder.ts'
import { openWorkerConfig } from './plugins/worker-config-providers.ts'
import { startRestServer } from './rest/server.ts'
import { openStandaloneHerder } from './standalone-worker.ts'
import type { ConfigState } from './storage/config-state.ts'
import { FileOffsetStore } from './storage/file-offset-store.ts'
import { collectGarbageOnce } from './telemetry/collect-garbage.ts'
import { LogRing } from './telemetry/log-ring.ts'
import { createLogger, type LoggerFactory } from './telemetry/logger.ts'
import { createMetrics, type Metrics } from './telemetry/metrics.ts'
import { type OtelSettings, otelSettings } from './telemetry/otel-settings.ts'
import { openProcessMeter } from './telemetry/process-meter.ts'
import { Redactor } from './telemetry/redactor.ts'
import { workerFigures } from './worker-figures.ts'
import { workerWarnings } from './worker-warnings.ts'

/** How a worker shares its work: with the group's others, or with nobody. */
export type WorkerRole =
  | { readonly mode: 'distributed' }
  | {
      readonly mode: 'standalone'
      /** None of them is started unless the configs of all are right. */
      readonly connectors: readonly InitialConnector[]
    }

export interface WorkerOptions {
  readonly role: WorkerRole
  /** The properties file with the environment applied. */
  readonly raw: RawConfig
  /** Folder of the program, whose package.json names the packages with the built-in plugins. */
  readonly appFolder: string
  /** Folder of the built console, which REST serves at `/ui`. */
  readonly consoleFolder: string
  /** The worker can't go on; what is left to do is {@link Worker.stop} and to exit with an error. */
  readonly onFatal: (error: Error) => void
}

export interface Worker {
  readonly url: string
  /** Leaves the group, stops tasks in order, closes everything. */
  stop(): Promise<void>
  /** A text that may be printed: without the secrets that this process knows. */
  redact(text: string): string
}

/** Resolves when the worker answers REST requests; one with a group is joining it by then. Rejects with what keeps it from starting. */
export async function startWorker({ role, raw, appFolder, consoleFolder, onFatal }: WorkerOptions): Promise<Worker> {
  const redactor = new Redactor()
  const { config, resolver } = await openWorkerConfig({ mode: role.mode, raw, appFolder, redactor })
  // What connector configurations refer to is looked up by executors alone.
  await resolver.close()
  const otel = otelSettings(process.env)
  for (const secret of otel.secrets) redactor.hide(secret)
  const clock: Clock = { now: () => Date.now() }
  const keptLines = config['log.kept.lines']
  const logRing = new LogRing(keptLines)
  const loggers = createLogger({
    format: config['log.format'],
    level: config['log.level'],
    levels: config['log.levels'],
    redactor,
    ...(keptLines === 0 ? {} : { onLine: (line) => logRing.add(line) }),
  })
  const running: Running = {
    ...{ role, config, clock, loggers, logRing, redactor, otel, appFolder, consoleFolder },
    closers: [],
  }
  try {
    return await bringUp(running, (error) => onFatal(redactor.redactError(error)))
  } catch (error) {
    await closeAll(running)
    throw redactor.redactError(error)
  }
}

interface Running {
  readonly role: WorkerRole
  readonly config: WorkerConfig
  readonly clock: Clock
  readonly loggers: LoggerFactory
  readonly logRing: LogRing
  readonly redactor: Redactor
  readonly otel: OtelSettings
  readonly appFolder: string
  readonly consoleFolder: string
  /** What is open, last opened first to be closed. */
  readonly closers: (() => Promise<void>)[]
}

async function bringUp(parts: Running, onFatal: (error: Error) => void): Promise<Worker> {
  const { config, clock, loggers, logRing, redactor, otel, appFolder, consoleFolder, closers } = parts
  const logger = loggers.child('worker')
  const { version, commit } = readVersion(appFolder)
  let local: LocalWork | null = null
  let configs: ConfigState | null = null
  const offsets =
    config.mode === 'standalone' ? await FileOffsetStore.open(config['offset.storage.file.filename']) : null
  closers.push(async () => offsets?.close())

  let metrics: Metrics | null = null
  const peers = createPeerClient(config)
  closers.push(() => peers.close())
  const rest = await startRestServer({
    config,
    logger: loggers.child('rest'),
    clock,
    peers,
    redactor,
    version,
    consoleFolder,
    metricsHandler: (request, response) => {
      if (metrics) metrics.handler(request, response)
      else response.writeHead(503).end()
    },
  })
  closers.push(() => rest.close())
  const { workerId, advertisedUrl: url } = rest
  loggers.addContext({ worker: workerId })
  logger.info(
    `Penstock ${version} answers at ${url}`,
    config.mode === 'standalone' ? { mode: config.mode } : { group: config['group.id'] },
  )
  for (const warning of [...workerWarnings(config.raw), ...otel.warnings]) logger.warn(warning)

  const executors = new ExecutorPool({
    config,
    workerId,
    appFolder,
    redactor,
    answers: offsets === null ? null : answersFrom(offsets),
    logger: loggers.child('executors'),
    isNeeded: () => configs?.hasConnectors ?? false,
    onReport: (report) => {
      switch (report.kind) {
        case 'task-status':
          void local?.onTaskStatus(report)
          break
        case 'reconfigure':
          local?.onReconfigure(report.connector)
          break
        case 'config-expired':
          local?.onConfigExpired(report.connector)
          break
        case 'connector-failed':
          local?.onConnectorFailure(report.connector, report.trace)
          break
        case 'topic-seen':
          local?.onTopicSeen(report.id, report.topic)
          break
        case 'logger':
          loggers.note(report.name)
          break
        case 'log':
          for (const line of report.lines) logRing.add(line)
      }
    },
    onDeath: (reason, work) => local?.onExecutorDeath(reason, work),
  })
  closers.push(() => executors.stop(config['task.shutdown.graceful.timeout.ms']))

  const connections = new ConnectionMeter(clock).start()
  closers.push(async () => connections.stop())
  const meter = openProcessMeter(clock)
  closers.push(async () => meter.close())
  const client = toProtocolClient({
    ...workerClientProperties(config.raw),
    'client.id': config['client.id'] || `connect-${workerId}`,
  })
  const kafkaClusterId = await untilKafkaAnswers(client, {
    timeoutMs: config['kafka.start.timeout.ms'],
    logger,
    retryBackoffMs: config['retry.backoff.ms'],
    retryBackoffMaxMs: config['retry.backoff.max.ms'],
  })
  const admin = new KafkaAdmin(client)
  closers.push(() => admin.close())
  const opened = await openHerder({
    ...parts,
    version,
    commit,
    kafkaClusterId,
    workerId,
    url,
    client,
    admin,
    executors,
    peers,
    process: meter,
    onFatal,
  })
  local = opened.herder.local
  configs = opened.configs
  // Only now, so that their start takes no time from the first answer; whatever needs one waits for it.
  executors.start().catch((error: unknown) => onFatal(error as Error))
  const collected = createMetrics({
    groupId: config['group.id'],
    workerId,
    kafkaClusterId,
    version,
    commit,
    context: withoutPrefix(config.raw, 'metrics.context.'),
    enabled: config['metrics.prometheus.enable'],
    otlp: otel.metrics,
    logger: loggers.child('metrics'),
  })
  closers.push(() => collected.shutdown())
  const figures = {
    work: opened.herder.local.running,
    configs: opened.configs,
    executors,
    connections,
    group: opened.group,
  }
  collected.taskMetrics(() => executors.metrics())
  collected.workerMetrics(() => workerFigures(figures))
  metrics = collected
  await opened.start()
  rest.serve(opened.herder)
  collectGarbageOnce()

  let stopped: Promise<void> | null = null
  return {
    url,
    stop: async () => {
      if (stopped === null) logger.info('the worker is shutting down')
      stopped ??= closeAll(parts)
      await stopped
    },
    redact: (text) => redactor.redact(text),
  }
}

async function openHerder(parts: Running & HerderSurroundings): Promise<OpenHerder> {
  const { role, config } = parts
  if (config.mode === 'distributed') return openDistributedHerder({ ...parts, config })
  return openStandaloneHerder({ ...parts, config }, role.mode === 'standalone' ? role.connectors : [])
}

async function closeAll({ closers, loggers, clock }: Running): Promise<void> {
  const startedAt = clock.now()
  for (const close of closers.splice(0).reverse()) {
    try {
      await close()
    } catch (error) {
      loggers.child('worker').warn('closing a part of the worker failed', { error })
    }
  }
  loggers.child('worker').info('the worker has shut down', { tookMs: clock.now() - startedAt })
}

function readVersion(appFolder: string): { version: string; commit: string } {
  const manifest = JSON.parse(readFileSync(`${appFolder}/package.json`, 'utf8')) as {
    version?: string
    gitHead?: string
  }
  return { version: manifest.version ?? '0.0.0', commit: manifest.gitHead ?? 'unknown' }
}
