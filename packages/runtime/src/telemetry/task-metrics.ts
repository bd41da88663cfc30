/** The metrics of tasks. The names on the left are those that `execution/` counts under (`task-meter.ts`). */
import type { Summary, TaskMetrics } from './figures.ts'
import {
  connectName,
  type Metric,
  type MetricGroup,
  type MetricType,
  type Point,
  stateSet,
  taskLabels,
} from './metric.ts'
import { pluginInfoMetrics } from './plugin-info-metrics.ts'

const labels = ['connector', 'task']
const taskStates = ['UNASSIGNED', 'RUNNING', 'PAUSED', 'FAILED', 'RESTARTING']

/** One point for each task that has the metric: those of sinks and of sources say so in their names. */
function ofTasks(
  name: string,
  type: MetricType,
  help: string,
  read: (task: TaskMetrics) => number | Summary | undefined,
): Metric {
  const kind = /_(sink|source)_task_/.exec(name)?.[1]
  return {
    name,
    type,
    labels,
    help,
    *read({ tasks }) {
      for (const task of tasks) {
        if (kind !== undefined && kind !== task.kind) continue
        const value = read(task)
        if (value !== undefined) yield { labels: taskLabels(task.id), value }
      }
    },
  }
}

/** Totals are there from the start, with 0, so that an alert sees the first failure. */
function totals(group: string, help: Readonly<Record<string, string>>): Metric[] {
  return Object.entries(help).map(([attribute, text]) =>
    ofTasks(connectName(group, attribute), 'counter', text, (task) => task.totals[attribute] ?? 0),
  )
}

function gauges(group: string, help: Readonly<Record<string, string>>): Metric[] {
  return Object.entries(help).map(([attribute, text]) =>
    ofTasks(connectName(group, attribute), 'gauge', text, (task) => task.gauges[attribute] ?? 0),
  )
}

function summary(name: string, maxName: string, attribute: string, what: string): Metric[] {
  return [
    ofTasks(
      name,
      'distribution',
      `${what}: sum and count since the task started.`,
      (task) => task.summaries[attribute] ?? none,
    ),
    ofTasks(
      maxName,
      'gauge',
      `${what}: the largest since the task started.`,
      (task) => task.summaries[attribute]?.max ?? 0,
    ),
  ]
}
const none: Summary = { sum: 0, count: 0, max: 0 }

/** Attributes that have no name of Kafka Connect. */
const ownTotals: Readonly<Record<string, readonly [name: string, help: string]>> = {
  'sink-record-read-bytes-total': [
    'penstock_sink_task_read_bytes_total',
    'Bytes of the keys and values read from Kafka.',
  ],
  'source-record-write-bytes-total': [
    'penstock_source_task_written_bytes_total',
    'Bytes of the records that Kafka has acknowledged, before compression.',
  ],
  'put-retries-total': [
    'penstock_sink_task_put_retries_total',
    'Batches that were put again, because the task had reported a retriable failure.',
  ],
  'offset-commit-failures': [
    'penstock_task_offset_commit_failures_total',
    'Offset commits that failed or were not acknowledged within offset.flush.timeout.ms.',
  ],
}

const sinkTaskTotals: Readonly<Record<string, string>> = {
  'sink-record-read-total': 'Records read from Kafka, before transformations.',
  'sink-record-send-total': 'Records that a successful put has taken, after transformations.',
  'offset-commit-completion-total': 'Offset commits that Kafka has acknowledged.',
  'offset-commit-skip-total': 'Offset commits that were acknowledged too late to count (offset.flush.timeout.ms).',
}

const sourceTaskTotals: Readonly<Record<string, string>> = {
  'source-record-poll-total': 'Records that polls of the task returned, before transformations.',
  'source-record-write-total': 'Records that Kafka has acknowledged; those dropped or skipped are not among them.',
}

const taskErrorTotals: Readonly<Record<string, string>> = {
  'total-record-failures': 'Failed attempts to handle a record, those that were retried among them.',
  'total-record-errors': 'Records that could not be handled in the end.',
  'total-records-skipped': 'Records that were passed over because errors are tolerated.',
  'total-retries': 'Retries of conversions and transformations.',
  'total-errors-logged': 'Failed records that were logged (errors.log.enable).',
  'deadletterqueue-produce-requests': 'Records sent to the dead letter queue.',
  'deadletterqueue-produce-failures': 'Records that the dead letter queue did not take.',
}

function lagOf({ lags }: TaskMetrics): { sum: number; max: number } {
  let sum = 0
  let max = 0
  for (const { lag } of lags) {
    sum += lag
    if (lag > max) max = lag
  }
  return { sum, max }
}

const lagMetrics: Metric[] = [
  {
    name: 'penstock_sink_task_consumer_lag',
    type: 'gauge',
    labels: [...labels, 'topic', 'partition'],
    help: 'Records of a partition that the task has not read yet.',
    *read({ tasks }): Iterable<Point> {
      for (const { id, lags } of tasks) {
        for (const { topic, partition, lag } of lags) {
          yield { labels: { ...taskLabels(id), topic, partition: String(partition) }, value: lag }
        }
      }
    },
  },
  ofTasks(
    'penstock_sink_task_consumer_lag_records',
    'gauge',
    'Records of all partitions of the task that it has not read yet.',
    (task) => lagOf(task).sum,
  ),
  ofTasks(
    connectName('sink-task-metrics', 'sink-record-lag-max'),
    'gauge',
    'Largest lag of a partition of the task, in records.',
    (task) => lagOf(task).max,
  ),
]

export const taskMetricGroups: readonly MetricGroup[] = [
  {
    title: 'Tasks',
    metrics: [
      {
        name: connectName('connector-task-metrics', 'status'),
        type: 'gauge',
        labels: [...labels, 'state'],
        help: 'State of the task: 1 for the state it is in, 0 for the others.',
        *read({ tasks, worker }) {
          // A task whose executor died counts nothing any more, but the worker knows its status.
          for (const { id, state } of worker?.tasks ?? tasks) yield* stateSet(taskLabels(id), taskStates, state)
        },
      },
      ...pluginInfoMetrics,
      ...gauges('connector-task-metrics', {
        'running-ratio': 'Share of its life that the task has been running, from 0 to 1.',
        'pause-ratio': 'Share of its life that the task has been paused, from 0 to 1.',
      }),
      ...summary(
        connectName('connector-task-metrics', 'batch-size'),
        connectName('connector-task-metrics', 'batch-size-max'),
        'batch-size',
        'Records in one put, after transformations, or in one poll of a source',
      ),
      ...summary(
        connectName('connector-task-metrics', 'offset-commit-time-ms'),
        connectName('connector-task-metrics', 'offset-commit-max-time-ms'),
        'offset-commit-time-ms',
        'Duration of successful offset commits in milliseconds',
      ),
    ],
  },
  {
    title: 'Sink tasks',
    metrics: [
      ...totals('sink-task-metrics', sinkTaskTotals),
      ofTasks(
        connectName('sink-task-metrics', 'offset-commit-seq-no'),
        'gauge',
        'Number of the latest offset commit that was begun.',
        (task) => task.totals['offset-commit-seq-no'] ?? 0,
      ),
      ...gauges('sink-task-metrics', {
        'partition-count': 'Partitions assigned to the task.',
        'sink-record-active-count': 'Records that were read but whose offsets are not committed yet.',
      }),
      ...summary(
        connectName('sink-task-metrics', 'put-batch-time-ms'),
        connectName('sink-task-metrics', 'put-batch-max-time-ms'),
        'put-batch-time-ms',
        'Duration of successful puts in milliseconds',
      ),
      ...Object.entries(ownTotals).map(([attribute, [name, help]]) =>
        ofTasks(name, 'counter', help, (task) => task.totals[attribute] ?? 0),
      ),
      ...lagMetrics,
    ],
  },
  {
    title: 'Source tasks',
    metrics: [
      ...totals('source-task-metrics', sourceTaskTotals),
      ...gauges('source-task-metrics', {
        'source-record-active-count': 'Records that were polled but are not acknowledged by Kafka yet.',
      }),
      ...summary(
        connectName('source-task-metrics', 'poll-batch-time-ms'),
        connectName('source-task-metrics', 'poll-batch-max-time-ms'),
        'poll-batch-time-ms',
        'Duration of polls that returned records, in milliseconds',
      ),
      ...summary(
        connectName('source-task-metrics', 'transaction-size'),
        connectName('source-task-metrics', 'transaction-size-max'),
        'transaction-size',
        'Records in one committed transaction of an exactly-once source',
      ),
      ofTasks(
        connectName('source-task-metrics', 'transaction-size-min'),
        'gauge',
        'Records in the smallest committed transaction of an exactly-once source since the task started; none before the first.',
        (task) => task.gauges['transaction-size-min'],
      ),
    ],
  },
  {
    title: 'Errors of tasks',
    metrics: [
      ...totals('task-error-metrics', taskErrorTotals),
      ...gauges('task-error-metrics', {
        'last-error-timestamp': 'When a record last failed, in epoch milliseconds; 0 if never.',
      }),
    ],
  },
]
