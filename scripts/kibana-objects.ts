/**
 * What Kibana shows of Penstock. `node scripts/kibana-objects.ts` writes deploy/elasticsearch/kibana.ndjson anew.
 * How the objects look: kibana-lens.ts.
 * @module
 */
import { writeFileSync } from 'node:fs'
import { chart, column, dashboard, dataView, type SavedObject, table } from './kibana-lens.ts'

export const file = new URL('../deploy/elasticsearch/kibana.ndjson', import.meta.url)

const metrics = { id: 'penstock-metrics', title: 'penstock-metrics-*', name: 'Penstock metrics' }
const letters = { id: 'penstock-dead-letters', title: 'penstock-dead-letters*', name: 'Penstock dead letters' }

const metric = (name: string): string => `prometheus.metrics.${name}`
const label = (name: string): string => `prometheus.labels.${name}`
const task = [label('connector'), label('task')] as const
const error = (name: string): string => `kafka.headers.__connect.errors.${name}`

/** A counter's growth per second, one line for each task: rates of counters that are added up first are wrong. */
function taskRate(id: string, title: string, counter: string): SavedObject {
  const columns = {
    time: column.time(),
    by: column.terms(task, { label: 'Task', size: 50 }),
    value: column.rate('total', { label: 'Per second' }),
    total: column.max(metric(counter), { label: 'Total' }),
  }
  return chart({ id, title, view: metrics, columns, query: `${metric(counter)}: *` }, 'line')
}

function gauge(id: string, title: string, name: string, by: readonly [string, ...string[]]): SavedObject {
  const columns = {
    time: column.time(),
    by: column.terms(by, { label: 'By', orderBy: 'value', size: 20 }),
    value: column.max(metric(name), { label: title }),
  }
  return chart({ id, title, view: metrics, columns, query: `${metric(name)}: *` }, 'line')
}

function lettersBy(id: string, title: string, by: string): SavedObject {
  const columns = {
    time: column.time(),
    by: column.terms([error(by)], { label: title, orderBy: 'value' }),
    value: column.count({ label: 'Dead letters' }),
  }
  return chart({ id, title, view: letters, columns }, 'bar_stacked')
}

const state = metric('kafka_connect_connector_task_metrics_status')

const workPanels = [
  table({
    ...{ id: 'penstock-tasks-failed', title: 'Tasks that have failed', view: metrics },
    query: `${state} >= 1 and ${label('state')}: "failed"`,
    columns: {
      by: column.terms(task, { label: 'Task', orderBy: 'value', size: 50 }),
      value: column.latest('@timestamp', { label: 'Last seen so' }),
    },
  }),
  gauge(
    'penstock-failures',
    'Failed tasks by connector',
    'kafka_connect_connect_worker_metrics_connector_failed_task_count',
    [label('connector')],
  ),
  taskRate('penstock-sent', 'Records written per second', 'kafka_connect_sink_task_metrics_sink_record_send_total'),
  gauge('penstock-lag', 'Records not read yet', 'penstock_sink_task_consumer_lag_records', task),
  taskRate('penstock-documents', 'Documents written per second', 'penstock_plugin_documents_written_total'),
  taskRate('penstock-retries', 'Documents sent again per second', 'penstock_plugin_documents_retried_total'),
  taskRate(
    'penstock-errors',
    'Records that could not be handled, per second',
    'kafka_connect_task_error_metrics_total_record_errors',
  ),
  gauge('penstock-memory', 'Memory of executors', 'penstock_executor_memory_bytes', [
    label('instance'),
    label('executor'),
  ]),
]

const letterPanels = [
  lettersBy('penstock-letters-reason', 'Dead letters by kind of error', 'exception.class.name'),
  lettersBy('penstock-letters-stage', 'Dead letters by stage', 'stage'),
  lettersBy('penstock-letters-connector', 'Dead letters by connector', 'connector.name'),
  lettersBy('penstock-letters-topic', 'Dead letters by topic', 'topic'),
  table({
    ...{ id: 'penstock-letters-messages', title: 'What went wrong', view: letters },
    columns: {
      connector: column.terms([error('connector.name')], { label: 'Connector', orderBy: 'count' }),
      message: column.terms([error('exception.message.keyword')], { label: 'Error', orderBy: 'count', size: 20 }),
      count: column.count({ label: 'Dead letters' }),
      last: column.latest('@timestamp', { label: 'Latest' }),
    },
  }),
]

/** In the order in which Kibana can import them: nothing before what it refers to. */
export const savedObjects: readonly SavedObject[] = [
  dataView(metrics),
  dataView(letters),
  ...workPanels,
  ...letterPanels,
  dashboard('penstock-overview', 'Penstock: connectors and tasks', 'Failures, throughput and lag.', workPanels),
  dashboard('penstock-letters', 'Penstock: dead letters', 'By reason, connector and topic.', letterPanels),
]

export function ndjson(objects: readonly SavedObject[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('')
}

if (process.argv[1] === import.meta.filename) writeFileSync(file, ndjson(savedObjects))
