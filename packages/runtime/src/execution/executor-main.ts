/**
 * Entry point of an executor process: waits for the worker's `initialize`, loads the plugins, answers pings, and hands
 * everything else to {@link Executor}. When the worker is gone it stops its tasks and exits by itself.
 */
import { withoutPrefix } from '../config/prefix.ts'
import { discoverPlugins } from '../plugins/discovery.ts'
import { PluginRegistry } from '../plugins/registry.ts'
import { openWorkerConfig } from '../plugins/worker-config-providers.ts'
import { collectGarbageOnce } from '../telemetry/collect-garbage.ts'
import { createLogger, type LoggerFactory } from '../telemetry/logger.ts'
import { openTracing, type Tracing } from '../telemetry/open-tracing.ts'
import { otelSettings } from '../telemetry/otel-settings.ts'
import { Redactor } from '../telemetry/redactor.ts'
import { resourceAttributes } from '../telemetry/resource-attributes.ts'
import { within } from '../time/within.ts'
import { channelToParent } from './channels.ts'
import { Executor } from './executor.ts'
import { type Command, type ExecutorChannel, ipcVersion } from './ipc.ts'
import { LastWillExecutor } from './last-will.ts'
import { LogLineSender } from './log-line-sender.ts'
import { guardOutput } from './output-guard.ts'
import { redactingChannel } from './redacting-channel.ts'

/** A collector that can't be reached must not keep the executor from ending. */
const lastSpansMs = 2_000

/** Runs an executor over a channel until the worker is gone. `redactor` is told the secrets that it meets. */
export function runExecutor(openChannel: ExecutorChannel, redactor: Redactor, onEnd: (exitCode: number) => void): void {
  const channel = redactingChannel(openChannel, redactor)
  let executor: Executor | null = null
  let loggers: LoggerFactory | null = null
  let lastWill: LastWillExecutor | null = null
  let tracing: Tracing | null = null
  let stopTimeoutMs = 5_000
  let orphanTimeoutMs = 0

  const end = async (timeoutMs: number, exitCode: number): Promise<void> => {
    await executor?.stop(timeoutMs)
    await within(lastSpansMs, tracing?.shutdown() ?? Promise.resolve(), () => {})
    onEnd(exitCode)
  }
  const endOrphaned = async (): Promise<void> => {
    loggers?.child('executor').warn('the worker process is gone, stopping its tasks')
    await executor?.stopTasks(orphanTimeoutMs)
    await lastWill?.carryOut(stopTimeoutMs)
    // The orderly way takes the native client a second or more, and the last executor waits for the others to be gone.
    process.kill(process.pid, 'SIGKILL')
  }
  const initialize = async (command: Extract<Command, { kind: 'initialize' }>): Promise<void> => {
    if (command.ipcVersion !== ipcVersion) {
      throw new Error(
        `the worker speaks IPC version ${command.ipcVersion}, this executor ${ipcVersion}: both must come from one installation`,
      )
    }
    const { mode, appFolder, workerConfig: raw } = command
    const { config: worker, resolver } = await openWorkerConfig({ mode, raw, appFolder, redactor })
    stopTimeoutMs = worker['task.shutdown.graceful.timeout.ms']
    orphanTimeoutMs = worker['executor.orphan.timeout.ms']
    const logLines = new LogLineSender((lines) => channel.send({ kind: 'log', lines }))
    const made = createLogger({
      format: worker['log.format'],
      level: worker['log.level'],
      levels: worker['log.levels'],
      redactor,
      context: { worker: command.workerId, executor: command.executor },
      ...(worker['log.kept.lines'] === 0 ? {} : { onLine: (line) => logLines.add(line) }),
      onNewLogger: (name) => channel.send({ kind: 'logger', name }),
    })
    loggers = made
    lastWill = new LastWillExecutor({ index: command.executor, worker, logger: made.child('executor') })
    const settings = otelSettings(process.env)
    for (const secret of settings.secrets) redactor.hide(secret)
    tracing = await openTracing({
      settings,
      resource: resourceAttributes({
        groupId: worker['group.id'],
        workerId: command.workerId,
        executor: command.executor,
        context: withoutPrefix(worker.raw, 'metrics.context.'),
      }),
      logger: made.child('tracing'),
      redact: (text) => redactor.redact(text),
    })
    if (tracing !== null) made.correlate(tracing.activeSpan)
    const plugins = await discoverPlugins({
      appFolder,
      pluginFolders: command.pluginFolders,
      logger: made.child('plugins'),
    })
    const registry = new PluginRegistry(plugins)
    executor = new Executor({
      channel,
      registry,
      worker,
      resolver,
      redactor,
      tracing,
      logger: (name, fields) => made.child(name, fields),
      clock: { now: () => Date.now() },
    })
    channel.send({ kind: 'ready', ipcVersion, plugins: registry.describe() })
    collectGarbageOnce()
  }

  channel.onMessage((command) => {
    switch (command.kind) {
      case 'initialize':
        initialize(command).catch((error: unknown) => {
          const text = error instanceof Error ? error.stack : String(error)
          process.stderr.write(redactor.redact(`the executor could not start: ${text}\n`))
          onEnd(1)
        })
        break
      case 'ping':
        channel.send({
          kind: 'pong',
          sequence: command.sequence,
          memoryBytes: process.memoryUsage.rss(),
          cpuSeconds: cpuSeconds(),
        })
        break
      case 'last-will':
        lastWill?.update(command.will)
        break
      case 'log-level':
        loggers?.setLevel(command.logger, command.level)
        break
      case 'request':
        void executor?.handle(command)
        break
      case 'worker-reply':
        executor?.receive(command)
        break
      case 'shutdown':
        void end(command.timeoutMs, 0)
        break
    }
  })
  channel.onClose(() => void endOrphaned())
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

if (process.env.PENSTOCK_EXECUTOR === '1') {
  // Ctrl-C in a terminal reaches the whole process group: the worker decides when executors stop.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => {})
  const redactor = new Redactor()
  guardOutput(redactor)
  runExecutor(channelToParent(), redactor, (exitCode) => process.exit(exitCode))
}
