/**
 * What Grafana shows of Penstock. `node scripts/grafana-dashboards.ts` writes deploy/grafana/dashboards/*.json anew.
 * How dashboards look: grafana-panels.ts. The metrics are those of docs/metrics.md.
 * @module
 */
import { writeFileSync } from 'node:fs'
import { type Dashboard, grafanaJson, type Panel, type Query, type Unit, type Variable } from './grafana-panels.ts'

export const folder = new URL('../deploy/grafana/dashboards/', import.meta.url)

const task = 'kafka_connect_connector_task_metrics'
const sink = 'kafka_connect_sink_task_metrics'
const source = 'kafka_connect_source_task_metrics'
const errors = 'kafka_connect_task_error_metrics'
const rebalance = 'kafka_connect_connect_worker_rebalance_metrics'
const coordinator = 'kafka_connect_connect_coordinator_metrics'

const job: Variable = { name: 'job', label: 'Cluster (scrape job)', metric: 'penstock_metrics_dropped_series' }
const ofJob = '{job=~"$job"}'
const ofConnector = '{job=~"$job", connector=~"$connector"}'
const ofWorker = '{job=~"$job", instance=~"$instance"}'

const rate = (metric: string, where: string): string => `rate(${metric}${where}[$__rate_interval])`
const increase = (metric: string, where: string): string => `increase(${metric}${where}[$__rate_interval])`
const average = (metric: string, where: string): string =>
  `${rate(`${metric}_sum`, where)} / ${rate(`${metric}_count`, where)}`
const sumBy = (labels: string, expr: string): string => `sum by (${labels}) (${expr})`
const maxBy = (labels: string, expr: string): string => `max by (${labels}) (${expr})`

function lines(title: string, description: string, unit: Unit, ...queries: readonly Query[]): Panel {
  return { kind: 'timeseries', title, description, unit, queries }
}

function stat(title: string, description: string, expr: string, alarmFrom?: number): Panel {
  const panel: Panel = { kind: 'stat', title, description, unit: 'short', queries: [{ expr, legend: title }] }
  return alarmFrom === undefined ? panel : { ...panel, alarmFrom }
}

const overview: Dashboard = {
  uid: 'penstock-overview',
  title: 'Penstock: overview',
  description: 'Is everything running, and does it keep up?',
  variables: [job],
  rows: [
    {
      title: 'Now',
      panels: [
        stat('Workers', 'Workers that answer.', `count(penstock_metrics_dropped_series${ofJob})`),
        stat(
          'Connectors',
          'Connectors that are assigned to a worker.',
          `sum(kafka_connect_connect_worker_metrics_connector_count${ofJob})`,
        ),
        stat('Tasks running', 'Tasks whose state is RUNNING.', `sum(${task}_status{job=~"$job", state="running"})`),
        stat(
          'Tasks failed',
          'Tasks whose state is FAILED; normally 0.',
          `sum(${task}_status{job=~"$job", state="failed"})`,
          1,
        ),
      ],
    },
    {
      title: 'Records',
      panels: [
        lines(
          'Records read and written',
          'Records a second: read from Kafka by sinks, taken by sinks, written to Kafka by sources.',
          'reqps',
          { expr: `sum(${rate(`${sink}_sink_record_read_total`, ofJob)})`, legend: 'read by sinks' },
          { expr: `sum(${rate(`${sink}_sink_record_send_total`, ofJob)})`, legend: 'taken by sinks' },
          { expr: `sum(${rate(`${source}_source_record_write_total`, ofJob)})`, legend: 'written by sources' },
        ),
        lines('Lag of sinks', 'Records that wait in Kafka, by connector; the ten largest.', 'short', {
          expr: `topk(10, ${sumBy('connector', `penstock_sink_task_consumer_lag_records${ofJob}`)})`,
          legend: '{{connector}}',
        }),
      ],
    },
    {
      title: 'Errors',
      panels: [
        lines('Records that failed', 'Records that could not be handled in the end, by connector.', 'short', {
          expr: `${sumBy('connector', increase(`${errors}_total_record_errors`, ofJob))} > 0`,
          legend: '{{connector}}',
        }),
        lines('Dead letters', 'Records sent to dead letter queues, by connector.', 'short', {
          expr: `${sumBy('connector', increase(`${errors}_deadletterqueue_produce_requests`, ofJob))} > 0`,
          legend: '{{connector}}',
        }),
        {
          kind: 'table',
          title: 'Failed tasks',
          description: 'Tasks whose state is FAILED, with the worker that says so; normally empty.',
          unit: 'none',
          queries: [
            {
              expr: `${maxBy('connector, task, instance', `${task}_status{job=~"$job", state="failed"}`)} == 1`,
              legend: '',
            },
          ],
        },
      ],
    },
    {
      title: 'Cluster',
      panels: [
        lines('Rebalances', 'Rebalances that each worker went through; those of an upgrade are normal.', 'short', {
          expr: sumBy('instance', increase(`${rebalance}_completed_rebalances_total`, ofJob)),
          legend: '{{instance}}',
        }),
        lines('Restarts of executors', 'Executors that died and were started again; normally none.', 'short', {
          expr: sumBy('instance', increase('penstock_executor_restarts_total', ofJob)),
          legend: '{{instance}}',
        }),
      ],
    },
  ],
}

const connectors: Dashboard = {
  uid: 'penstock-connectors',
  title: 'Penstock: connectors',
  description: 'One connector or several, task by task.',
  variables: [job, { name: 'connector', label: 'Connector', metric: `${task}_status`, where: '{job=~"$job"}' }],
  rows: [
    {
      title: 'State',
      panels: [
        lines('Tasks by state', 'How many tasks are in which state.', 'short', {
          expr: sumBy('state', `${task}_status${ofConnector}`),
          legend: '{{state}}',
        }),
        lines('Share of time running', '1 for tasks that have been running all their life.', 'percentunit', {
          expr: `${task}_running_ratio${ofConnector}`,
          legend: '{{connector}}-{{task}}',
        }),
      ],
    },
    {
      title: 'Sinks',
      panels: [
        lines('Records read', 'Records a second that a task reads from Kafka.', 'reqps', {
          expr: sumBy('connector, task', rate(`${sink}_sink_record_read_total`, ofConnector)),
          legend: '{{connector}}-{{task}}',
        }),
        lines('Records taken', 'Records a second that puts of the task have taken.', 'reqps', {
          expr: sumBy('connector, task', rate(`${sink}_sink_record_send_total`, ofConnector)),
          legend: '{{connector}}-{{task}}',
        }),
        lines('Lag', 'Records of a partition that the task has not read yet.', 'short', {
          expr: sumBy('connector, topic, partition', `penstock_sink_task_consumer_lag${ofConnector}`),
          legend: '{{connector}} {{topic}}-{{partition}}',
        }),
      ],
    },
    {
      title: 'Batches of sinks',
      panels: [
        lines('Duration of puts', 'Average, in milliseconds.', 'ms', {
          expr: average(`${sink}_put_batch_time_ms`, ofConnector),
          legend: '{{connector}}-{{task}}',
        }),
        lines('Records in a batch', 'Average number of records in one put or poll.', 'short', {
          expr: average(`${task}_batch_size`, ofConnector),
          legend: '{{connector}}-{{task}}',
        }),
        lines(
          'Puts tried again',
          'Batches that the task could not take at first; many mean that the target is overloaded.',
          'short',
          {
            expr: sumBy('connector, task', increase('penstock_sink_task_put_retries_total', ofConnector)),
            legend: '{{connector}}-{{task}}',
          },
        ),
      ],
    },
    {
      title: 'Sources',
      panels: [
        lines('Records polled', 'Records a second that polls of the task return.', 'reqps', {
          expr: sumBy('connector, task', rate(`${source}_source_record_poll_total`, ofConnector)),
          legend: '{{connector}}-{{task}}',
        }),
        lines('Records written', 'Records a second that Kafka has acknowledged.', 'reqps', {
          expr: sumBy('connector, task', rate(`${source}_source_record_write_total`, ofConnector)),
          legend: '{{connector}}-{{task}}',
        }),
        lines('Records under way', 'Polled, but not acknowledged by Kafka yet.', 'short', {
          expr: `${source}_source_record_active_count${ofConnector}`,
          legend: '{{connector}}-{{task}}',
        }),
      ],
    },
    {
      title: 'Offsets and errors',
      panels: [
        lines('Duration of commits', 'Average of successful offset commits, in milliseconds.', 'ms', {
          expr: average(`${task}_offset_commit_time_ms`, ofConnector),
          legend: '{{connector}}-{{task}}',
        }),
        lines('Failed commits', 'Offset commits that failed or came too late; normally none.', 'short', {
          expr: sumBy('connector, task', increase('penstock_task_offset_commit_failures_total', ofConnector)),
          legend: '{{connector}}-{{task}}',
        }),
        lines(
          'Records with errors',
          'Records that failed for good, that were skipped, and that were copied to the dead letter queue.',
          'short',
          {
            expr: sumBy('connector', increase(`${errors}_total_record_errors`, ofConnector)),
            legend: '{{connector}} failed',
          },
          {
            expr: sumBy('connector', increase(`${errors}_total_records_skipped`, ofConnector)),
            legend: '{{connector}} skipped',
          },
          {
            expr: sumBy('connector', increase(`${errors}_deadletterqueue_produce_requests`, ofConnector)),
            legend: '{{connector}} dead letters',
          },
        ),
      ],
    },
  ],
}

const workers: Dashboard = {
  uid: 'penstock-workers',
  title: 'Penstock: workers',
  description: 'Processes, executors and the group.',
  variables: [
    job,
    { name: 'instance', label: 'Worker', metric: 'penstock_metrics_dropped_series', where: '{job=~"$job"}' },
  ],
  rows: [
    {
      title: 'Processes',
      panels: [
        lines('CPU of workers', 'Share of one core, executors not included.', 'percentunit', {
          expr: rate('process_cpu_seconds_total', ofWorker),
          legend: '{{instance}}',
        }),
        lines('CPU of executors', 'Share of one core.', 'percentunit', {
          expr: rate('penstock_executor_cpu_seconds_total', ofWorker),
          legend: '{{instance}} executor {{executor}}',
        }),
      ],
    },
    {
      title: 'Memory',
      panels: [
        lines('Memory of workers', 'Resident memory, executors not included.', 'bytes', {
          expr: `process_resident_memory_bytes${ofWorker}`,
          legend: '{{instance}}',
        }),
        lines('Memory of executors', 'Resident memory.', 'bytes', {
          expr: `penstock_executor_memory_bytes${ofWorker}`,
          legend: '{{instance}} executor {{executor}}',
        }),
      ],
    },
    {
      title: 'Work',
      panels: [
        lines('Tasks', 'Tasks that are assigned to a worker; an even spread is normal.', 'short', {
          expr: `kafka_connect_connect_worker_metrics_task_count${ofWorker}`,
          legend: '{{instance}}',
        }),
        lines('Connectors', 'Connectors that are assigned to a worker.', 'short', {
          expr: `kafka_connect_connect_worker_metrics_connector_count${ofWorker}`,
          legend: '{{instance}}',
        }),
        lines(
          'Starts that failed',
          'Connectors and tasks that could not be started.',
          'short',
          {
            expr: increase('kafka_connect_connect_worker_metrics_connector_startup_failure_total', ofWorker),
            legend: '{{instance}} connectors',
          },
          {
            expr: increase('kafka_connect_connect_worker_metrics_task_startup_failure_total', ofWorker),
            legend: '{{instance}} tasks',
          },
        ),
      ],
    },
    {
      title: 'Group',
      panels: [
        lines('Leader', '1 for the worker that leads the group.', 'short', {
          expr: `penstock_worker_is_leader${ofWorker}`,
          legend: '{{instance}}',
        }),
        lines('Generation', 'All workers of a group agree on it, but for moments.', 'short', {
          expr: `${rebalance}_epoch${ofWorker}`,
          legend: '{{instance}}',
        }),
        lines('Latest rebalance', 'How long it took until the work of the new assignment was started.', 's', {
          expr: `penstock_worker_rebalance_last_seconds${ofWorker}`,
          legend: '{{instance}}',
        }),
        lines('Latest heartbeat', 'Seconds since the coordinator has answered; some seconds are normal.', 's', {
          expr: `${coordinator}_last_heartbeat_seconds_ago${ofWorker}`,
          legend: '{{instance}}',
        }),
      ],
    },
  ],
}

/** By file name below {@link folder}. */
export const dashboards: Readonly<Record<string, Dashboard>> = {
  'overview.json': overview,
  'connectors.json': connectors,
  'workers.json': workers,
}

export function jsonOf(dashboard: Dashboard): string {
  return `${JSON.stringify(grafanaJson(dashboard), null, 2)}\n`
}

if (process.argv[1] === import.meta.filename) {
  for (const [file, dashboard] of Object.entries(dashboards)) writeFileSync(new URL(file, folder), jsonOf(dashboard))
}
