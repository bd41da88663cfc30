/** Where each metric of Kafka Connect is to be found here; `docs/metrics.md` shows it. */
import { connectionFailures } from './client-metrics.ts'
import { connectName } from './metric.ts'

/** A query for Prometheus, or the reason why there is none. */
export type Equivalent = { readonly query: string } | { readonly reason: string }

type Attributes = Readonly<Record<string, Equivalent>>

const window = '[5m]'

/** Metrics whose names are Kafka Connect's. */
function same(group: string, ...attributes: readonly string[]): Attributes {
  return Object.fromEntries(attributes.map((attribute) => [attribute, { query: connectName(group, attribute) }]))
}

/** Labels of an info metric. */
function labelled(group: string, ...attributes: readonly string[]): Attributes {
  const label = (attribute: string) => attribute.replaceAll('-', '_')
  return Object.fromEntries(
    attributes.map((attribute) => [attribute, { query: `${connectName(group, 'info')}{${label(attribute)}!=""}` }]),
  )
}

/** `a-total` also as the `a-rate` that Kafka Connect reckons itself. */
function totals(group: string, ...stems: readonly string[]): Attributes {
  return Object.fromEntries(
    stems.flatMap((stem) => {
      const total = connectName(group, `${stem}-total`)
      return [
        [`${stem}-rate`, { query: `rate(${total}${window})` }],
        [`${stem}-total`, { query: total }],
      ]
    }),
  )
}

function average(group: string, attribute: string, distribution: string): Attributes {
  const name = connectName(group, distribution)
  return { [attribute]: { query: `rate(${name}_sum${window}) / rate(${name}_count${window})` } }
}

/** The average and the largest of a gauge over the window. */
function overTime(group: string, attribute: string): Attributes {
  const name = connectName(group, attribute)
  return {
    [attribute]: { query: name },
    [`${attribute}-avg`]: { query: `avg_over_time(${name}${window})` },
    [`${attribute}-max`]: { query: `max_over_time(${name}${window})` },
  }
}

function share(attribute: string, part: string, whole: string): Attributes {
  return { [attribute]: { query: `increase(${part}${window}) / increase(${whole}${window})` } }
}

function startups(what: 'connector' | 'task'): Attributes {
  const name = (result: string) => connectName('connect-worker-metrics', `${what}-startup-${result}-total`)
  return {
    ...same(
      'connect-worker-metrics',
      ...['attempts', 'success', 'failure'].map((result) => `${what}-startup-${result}-total`),
    ),
    ...share(`${what}-startup-success-percentage`, name('success'), name('attempts')),
    ...share(`${what}-startup-failure-percentage`, name('failure'), name('attempts')),
  }
}

function rate(group: string, attribute: string): string {
  return `rate(${connectName(group, attribute)}${window})`
}

function ratio(attribute: string, part: string, whole: string): Attributes {
  return { [attribute]: { query: `rate(${part}${window}) / rate(${whole}${window})` } }
}

const commits = connectName('connector-task-metrics', 'offset-commit-time-ms_count')
const failedCommits = 'penstock_task_offset_commit_failures_total'

/** One share of all commits. */
function commitShare(part: string): Equivalent {
  const increase = (name: string) => `increase(${name}${window})`
  return { query: `${increase(part)} / (${increase(commits)} + ${increase(failedCommits)})` }
}

function perHour(group: string, attribute: string): Equivalent {
  return { query: `increase(${connectName(group, attribute)}[1h])` }
}

function noneFor(reason: string, ...attributes: readonly string[]): Attributes {
  return Object.fromEntries(attributes.map((attribute) => [attribute, { reason }]))
}

const coordinator = 'connect-coordinator-metrics'
const rebalance = 'connect-worker-rebalance-metrics'
const source = 'source-task-metrics'
const sink = 'sink-task-metrics'
const task = 'connector-task-metrics'
const worker = 'connect-worker-metrics'
const client = 'connect-metrics'
const node = 'connect-node-metrics'

/** By group and attribute. */
export const connectEquivalents: Readonly<Record<string, Attributes>> = {
  [worker]: {
    ...same(worker, 'connector-count', 'task-count'),
    ...startups('connector'),
    ...startups('task'),
    ...same(
      worker,
      ...['total', 'running', 'paused', 'failed', 'unassigned', 'destroyed', 'restarting'].map(
        (state) => `connector-${state}-task-count`,
      ),
    ),
  },
  [rebalance]: {
    ...labelled(rebalance, 'connect-protocol', 'leader-name'),
    ...same(rebalance, 'epoch', 'completed-rebalances-total', 'rebalancing', 'rebalance-max-time-ms'),
    ...average(rebalance, 'rebalance-avg-time-ms', 'rebalance-time-ms'),
    ...same(rebalance, 'time-since-last-rebalance-ms'),
  },
  [coordinator]: {
    ...same(coordinator, 'assigned-connectors', 'assigned-tasks'),
    ...totals(coordinator, 'heartbeat'),
    ...same(coordinator, 'heartbeat-response-time-max', 'last-heartbeat-seconds-ago'),
    ...totals(coordinator, 'join'),
    ...average(coordinator, 'join-time-avg', 'join-time'),
    ...same(coordinator, 'join-time-max'),
    ...totals(coordinator, 'sync'),
    ...average(coordinator, 'sync-time-avg', 'sync-time'),
    ...same(coordinator, 'sync-time-max'),
    'rebalance-rate-per-hour': perHour(coordinator, 'rebalance-total'),
    ...same(coordinator, 'rebalance-total'),
    ...average(coordinator, 'rebalance-latency-avg', 'rebalance-latency'),
    ...same(coordinator, 'rebalance-latency-max', 'rebalance-latency-total'),
    'failed-rebalance-rate-per-hour': perHour(coordinator, 'failed-rebalance-total'),
    ...same(coordinator, 'failed-rebalance-total', 'last-rebalance-seconds-ago'),
  },
  'kafka-metrics-count': { count: { query: 'count by (instance) ({__name__=~"kafka_connect_.+|penstock_.+"})' } },
  'app-info': {
    version: { query: 'target_info{service_version!=""}' },
    'commit-id': { query: 'target_info{vcs_ref_head_revision!=""}' },
    'start-time-ms': { query: 'process_start_time_seconds * 1000' },
  },
  'connector-metrics': {
    ...same('connector-metrics', 'status'),
    ...labelled('connector-metrics', 'connector-type', 'connector-class', 'connector-version'),
  },
  [task]: {
    ...same(task, 'status', 'running-ratio', 'pause-ratio'),
    ...average(task, 'offset-commit-avg-time-ms', 'offset-commit-time-ms'),
    ...same(task, 'offset-commit-max-time-ms'),
    'offset-commit-success-percentage': commitShare(commits),
    'offset-commit-failure-percentage': commitShare(failedCommits),
    ...average(task, 'batch-size-avg', 'batch-size'),
    ...same(task, 'batch-size-max'),
    ...labelled(task, 'connector-class', 'connector-version', 'connector-type'),
    // One plugin makes both the connector and its tasks.
    'task-class': { query: `${connectName(task, 'info')}{connector_class!=""}` },
    'task-version': { query: `${connectName(task, 'info')}{connector_version!=""}` },
    ...labelled(
      task,
      ...['key', 'value', 'header'].flatMap((part) => [`${part}-converter-class`, `${part}-converter-version`]),
    ),
  },
  'connector-transform-metrics': labelled('connector-transform-metrics', 'transform-class', 'transform-version'),
  'connector-predicate-metrics': labelled('connector-predicate-metrics', 'predicate-class', 'predicate-version'),
  [source]: {
    ...totals(source, 'source-record-poll', 'source-record-write'),
    ...average(source, 'poll-batch-avg-time-ms', 'poll-batch-time-ms'),
    ...same(source, 'poll-batch-max-time-ms'),
    ...overTime(source, 'source-record-active-count'),
    ...average(source, 'transaction-size-avg', 'transaction-size'),
    ...same(source, 'transaction-size-min', 'transaction-size-max'),
  },
  [sink]: {
    ...totals(sink, 'sink-record-read', 'sink-record-send'),
    ...average(sink, 'put-batch-avg-time-ms', 'put-batch-time-ms'),
    ...same(sink, 'put-batch-max-time-ms', 'partition-count', 'offset-commit-seq-no'),
    ...totals(sink, 'offset-commit-completion', 'offset-commit-skip'),
    ...overTime(sink, 'sink-record-active-count'),
    ...same(sink, 'sink-record-lag-max'),
  },
  'task-error-metrics': same(
    'task-error-metrics',
    ...['total-record-failures', 'total-record-errors', 'total-records-skipped', 'total-retries'],
    ...['total-errors-logged', 'deadletterqueue-produce-requests', 'deadletterqueue-produce-failures'],
    'last-error-timestamp',
  ),
  'consumer-fetch-manager-metrics': {
    'records-lag': { query: 'penstock_sink_task_consumer_lag' },
    'records-lag-max': { query: connectName(sink, 'sink-record-lag-max') },
  },
  plugins: { '*': { query: '{__name__=~"penstock_plugin_.+"}' } },
  [client]: {
    ...same(client, 'connection-count'),
    ...totals(
      client,
      'connection-creation',
      'connection-close',
      'request',
      'response',
      'incoming-byte',
      'outgoing-byte',
    ),
    ...ratio('request-size-avg', connectName(client, 'outgoing-byte-total'), connectName(client, 'request-total')),
    'network-io-rate': { query: `${rate(client, 'request-total')} + ${rate(client, 'response-total')}` },
    'network-io-total': { query: `${connectName(client, 'request-total')} + ${connectName(client, 'response-total')}` },
    'successful-authentication-rate': { query: rate(client, 'connection-creation-total') },
    'successful-authentication-total': { query: connectName(client, 'connection-creation-total') },
    'failed-authentication-rate': { query: `rate(${connectionFailures}${window})` },
    'failed-authentication-total': { query: connectionFailures },
    ...noneFor(
      'tells of the selector and the buffers of Java’s network client',
      ...['request-size-max', 'io-ratio', 'io-wait-ratio', 'io-time-ns-avg', 'io-time-ns-total', 'io-wait-time-ns-avg'],
      ...['io-wait-time-ns-total', 'select-rate', 'select-total'],
    ),
    ...noneFor(
      'is part of the requests and of their latency',
      ...['successful-reauthentication-rate', 'successful-reauthentication-total', 'failed-reauthentication-rate'],
      ...['failed-reauthentication-total', 'reauthentication-latency-avg', 'reauthentication-latency-max'],
    ),
  },
  [node]: {
    ...totals(node, 'request', 'response', 'incoming-byte', 'outgoing-byte'),
    ...average(node, 'request-latency-avg', 'request-latency'),
    ...same(node, 'request-latency-max'),
    ...ratio('request-size-avg', connectName(node, 'outgoing-byte-total'), connectName(node, 'request-total')),
    ...noneFor('tells of the buffers of Java’s network client', 'request-size-max'),
  },
}
