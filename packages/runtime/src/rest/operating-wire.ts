/** The shapes of what operators look at, spelled as on the wire. */
import type { ConnectorMetricsView, TaskMetricsView, WorkerView } from '../herder/herder.ts'
import type { LastError } from '../telemetry/figures.ts'
import type { ProcessFigures } from '../telemetry/process-meter.ts'

export function workerToWire({ workerId, url, leader, state, error, report }: WorkerView) {
  return {
    worker_id: workerId,
    url,
    version: report?.version ?? null,
    leader,
    generation: report?.generation ?? null,
    state,
    error,
    started_at: report?.startedAt ?? null,
    rebalances:
      report === null
        ? null
        : {
            completed: report.rebalances.completed,
            last_at: report.rebalances.lastAt,
            delay_ms: report.rebalances.delayMs,
          },
    process: report === null ? null : processToWire(report.process),
    executors: (report?.executors ?? []).map((executor) => ({
      slot: executor.slot,
      state: executor.state,
      restarts: executor.restarts,
      ...processToWire(executor),
      tasks: executor.tasks,
    })),
    connectors: report?.connectors ?? [],
    tasks: report?.tasks ?? [],
  }
}

function processToWire({ pid, cpuPercent, rssBytes }: ProcessFigures) {
  return { pid, cpu_percent: cpuPercent, rss_bytes: rssBytes }
}

export function connectorMetricsToWire({ name, type, tasks }: ConnectorMetricsView) {
  return { name, type, tasks: tasks.map(taskToWire) }
}

function taskToWire({ task, state, workerId, facts, lastError }: TaskMetricsView) {
  return {
    id: task,
    worker_id: workerId,
    state,
    records_per_second: facts?.recordsPerSecond ?? null,
    bytes_per_second: facts?.bytesPerSecond ?? null,
    records_total: facts?.recordsTotal ?? null,
    lag: facts?.lag ?? null,
    errors_total: facts?.errorsTotal ?? null,
    dead_letters_total: facts?.deadLettersTotal ?? null,
    retries_total: facts?.retriesTotal ?? null,
    put_latency_ms: facts?.putLatencyMs ?? null,
    holding: facts?.holding ?? null,
    last_error: lastError === null ? null : lastErrorToWire(lastError),
  }
}

function lastErrorToWire({ message, stage, topic, partition, offset, at }: LastError) {
  return { message, stage, topic, partition, offset, at }
}
