/** The shapes of bodies about the records of a connector, as JSON Schema. */
import { object } from './schema-object.ts'

const text = { type: 'string' }
const nullableText = { type: ['string', 'null'] }
const count = { type: 'integer' }
const flag = { type: 'boolean' }
const time = { type: ['integer', 'null'], description: 'Epoch milliseconds.' }
const list = (items: object, description?: string): object => ({
  type: 'array',
  items,
  ...(description === undefined ? {} : { description }),
})
const nullable = (schema: object): object => ({ oneOf: [schema, { type: 'null' }] })
const config = { type: 'object', additionalProperties: nullableText }
const partitions = list({ type: 'integer', minimum: 0 }, 'All when left out.')

const bytes = nullable(
  object(
    {
      text: { type: 'string', description: 'Where the bytes are text.' },
      base64: { type: 'string', description: 'Where they are not.' },
      bytes: { type: 'integer', description: 'Length of the whole.' },
      truncated: flag,
    },
    ['text', 'base64'],
  ),
)
const value = {
  schema: { type: ['string', 'null'], description: 'Type, and name where there is one; null without a schema.' },
  value: { description: 'The value as JSON; absent where it is too long.' },
  beginning: { type: 'string', description: 'The beginning of its JSON text, where it is too long.' },
}
const decoded = object(value, ['value', 'beginning'])
const raw = object({ key: bytes, value: bytes, headers: list(object({ name: text, value: bytes })) })
const record = object({
  topic: text,
  partition: { type: ['integer', 'null'] },
  timestamp: time,
  key: decoded,
  value: decoded,
  headers: list(object({ name: text, ...value }, ['value', 'beginning'])),
})
const failure = {
  stage: { type: 'string', description: 'As in the headers of dead letters: VALUE_CONVERTER, TRANSFORMATION …' },
  class: { type: 'string', description: 'Class of the converter, transformation or task that failed.' },
  exception: text,
  message: text,
}
const place = { topic: text, partition: count, offset: count }
const refusals = list(object({ ...place, ...failure }), 'The first ones.')

const write = {
  oneOf: [
    object({
      kind: { const: 'write' },
      action: text,
      target: { type: 'string', description: 'Where it would be written to.' },
      id: nullableText,
      text: { type: 'string', description: 'What would be sent.' },
      truncated: flag,
    }),
    object({ kind: { const: 'skipped' } }),
    object({ kind: { const: 'refused' }, ...failure }),
  ],
}

const counts = {
  read: count,
  found: { type: 'integer', description: 'There once.' },
  missing: count,
  duplicated: { type: 'integer', description: 'There more than once.' },
  dropped: { type: 'integer', description: 'By a transformation, or by the sink.' },
  failed: { type: 'integer', description: 'Refused by a converter, a transformation or the sink.' },
  not_verifiable: count,
}
const verifyResult = object({
  ...counts,
  partitions: list(object({ topic: text, partition: count, from: count, to: count, ...counts })),
  gaps: list(
    object({ topic: text, partition: count, from: count, to: count, records: count }),
    'Offsets from `from` up to, not including, `to`: all records there are missing.',
  ),
  gaps_not_listed: count,
  duplicates: list(object({ ...place, where: list(text) }), 'The first ones.'),
  failures: refusals,
  reasons_not_verifiable: list(object({ why: text, records: count })),
})
const redriveResult = object({
  taken: { type: 'integer', description: 'Records that were put to a task again: the sum of the next three.' },
  written: count,
  refused: count,
  dropped: count,
  skipped: { type: 'integer', description: 'Do not match, do not say where they came from, or are older copies.' },
  refusals,
  refusals_not_listed: count,
  complete: { type: 'boolean', description: 'Nothing is left of what there was when it began.' },
})

export const inspectionSchemas = {
  PreviewRequest: object(
    {
      topic: { type: 'string', description: 'One that the connector reads; the first when left out.' },
      partitions,
      records: { type: 'integer', minimum: 1, maximum: 100, default: 10 },
      config: { ...config, description: 'Changes to the config, for the preview only; null removes a key.' },
    },
    ['topic', 'partitions', 'records', 'config'],
  ),
  ConfigPreviewRequest: object(
    { topic: text, partitions, records: { type: 'integer', minimum: 1, maximum: 100, default: 10 }, config },
    ['topic', 'partitions', 'records'],
  ),
  Preview: object({
    topic: text,
    shows_writes: { type: 'boolean', description: 'Whether the sink tells what it would send.' },
    records: list(
      object({
        ...place,
        timestamp: time,
        raw,
        converted: nullable(record),
        transformations: list(object({ alias: text, class: text, records: list(record) })),
        dropped_by: { type: ['string', 'null'], description: 'Alias of the transformation.' },
        error: nullable(object(failure)),
        writes: list(write, 'One for each record after the last transformation.'),
      }),
    ),
  }),
  VerifyRequest: object(
    {
      topic: text,
      partitions,
      from: { description: 'Offsets by partition, or a time: ISO 8601 or epoch milliseconds.' },
      to: { description: 'The same; by default what the connector has committed.' },
      within: { type: 'string', description: 'Where to look, in the words of the sink: `logs-*`.' },
    },
    ['topic', 'partitions', 'from', 'to', 'within'],
  ),
  DeadLetters: object({
    topic: { type: 'string', description: 'The dead letter queue.' },
    letters: list(
      object({
        partition: count,
        offset: count,
        timestamp: time,
        origin: nullable(object({ ...place, connector: text, task: nullableText })),
        stage: nullableText,
        class: nullableText,
        exception: nullableText,
        message: nullableText,
        record: raw,
      }),
    ),
    next: { type: ['string', 'null'], description: 'For `from` of the next page.' },
  }),
  RedriveRequest: object(
    {
      reason: { type: 'string', description: 'Part of stage, exception or message.' },
      topic: { type: 'string', description: 'Topic that the records came from.' },
      config: { ...config, description: 'Changes to the config; null removes a key.' },
      max_records: { type: 'integer', minimum: 1 },
      from: { enum: ['beginning', 'last'], default: 'last', description: '`last`: where the one before has ended.' },
    },
    ['reason', 'topic', 'config', 'max_records', 'from'],
  ),
  Inspection: object({
    id: text,
    connector: text,
    kind: { type: 'string', enum: ['verify', 'redrive-gaps', 'redrive-dead-letters'] },
    state: { type: 'string', enum: ['RUNNING', 'DONE', 'FAILED', 'CANCELLED'] },
    worker_id: text,
    started_at: { type: 'integer', description: 'Epoch milliseconds.' },
    ended_at: time,
    reason: { type: ['string', 'null'], description: 'Why it has failed or was cancelled.' },
    progress: nullable(
      object({ records_read: count, offsets_done: count, offsets_total: count, records_per_second: count }),
    ),
    result: { oneOf: [verifyResult, redriveResult, { type: 'null' }], description: 'So far, while it runs.' },
  }),
} as const
