/** The shapes of what operators look at, as JSON Schema. */
import { object } from './schema-object.ts'

const text = { type: 'string' }
const texts = { type: 'array', items: text }
const nullableText = { type: ['string', 'null'] }
const count = { type: 'integer' }
const nullableCount = { type: ['integer', 'null'] }
const nullableNumber = { type: ['number', 'null'] }
const time = { type: ['integer', 'null'], description: 'Epoch milliseconds.' }
const nullable = (schema: object): object => ({ oneOf: [schema, { type: 'null' }] })

const processFields = {
  pid: count,
  cpu_percent: { type: ['number', 'null'], description: 'Of one core, over the last seconds.' },
  rss_bytes: count,
}
const taskNames = { ...texts, description: '`name-0`' }

const worker = object({
  worker_id: { type: 'string', description: '`host:port`, as in statuses.' },
  url: text,
  version: nullableText,
  leader: { type: 'boolean' },
  generation: { type: ['integer', 'null'], description: 'Null for a standalone worker.' },
  state: { type: 'string', enum: ['RUNNING', 'UNREACHABLE'] },
  error: { type: ['string', 'null'], description: 'Why it could not be asked; what only it can tell is null then.' },
  started_at: time,
  rebalances: nullable(
    object({
      completed: count,
      last_at: time,
      delay_ms: { type: 'integer', description: 'How long lost work still waits for its worker.' },
    }),
  ),
  process: nullable(object(processFields)),
  executors: {
    type: 'array',
    items: object({
      slot: count,
      state: { type: 'string', enum: ['RUNNING', 'STARTING', 'UNRESPONSIVE'] },
      restarts: count,
      ...processFields,
      tasks: taskNames,
    }),
  },
  connectors: texts,
  tasks: taskNames,
})

const lastError = object({
  message: text,
  stage: { type: ['string', 'null'], description: 'As in the headers of dead letters: VALUE_CONVERTER, TASK_PUT …' },
  topic: nullableText,
  partition: nullableCount,
  offset: nullableCount,
  at: time,
})

const taskMetrics = object({
  id: count,
  worker_id: nullableText,
  state: { type: 'string', enum: ['UNASSIGNED', 'RUNNING', 'PAUSED', 'FAILED', 'RESTARTING'] },
  records_per_second: { type: ['number', 'null'], description: 'Read by a sink, written by a source.' },
  bytes_per_second: nullableNumber,
  records_total: { type: ['integer', 'null'], description: 'Since the task was started, as all totals.' },
  lag: { type: ['integer', 'null'], description: 'Records that a sink has not read yet.' },
  errors_total: nullableCount,
  dead_letters_total: nullableCount,
  retries_total: nullableCount,
  put_latency_ms: {
    ...nullable(object({ p50: { type: 'number' }, p99: { type: 'number' } })),
    description: 'Of the last minute.',
  },
  holding: { type: ['string', 'null'], description: 'Why the task holds its records back at present.' },
  last_error: nullable(lastError),
})

export const operatingSchemas = {
  Workers: { type: 'array', items: worker },
  ConnectorMetrics: object({
    name: text,
    type: { type: 'string', enum: ['source', 'sink', 'unknown'] },
    tasks: { type: 'array', items: taskMetrics },
  }),
  ReportQuestion: {
    ...object({
      facts: { description: '`all`, `none`, or of one connector.', oneOf: [text, object({ connector: text })] },
    }),
    description: 'Between workers.',
  },
  LogQuestion: {
    ...object({ lines: count, level: text, connector: nullableText, follow: { type: 'boolean' } }, [
      'connector',
      'follow',
    ]),
    description: 'Between workers.',
  },
  LogLines: { type: 'string', description: 'Objects, one on each line: `@timestamp`, `level`, `logger`, `message` …' },
  Events: {
    type: 'string',
    description: 'Events `connector`, `task`, `config`, `rebalance`, `worker` and `metrics`, each with one object.',
  },
  WorkerReport: { type: 'object', description: 'Between workers; its shape may change with each version.' },
}
