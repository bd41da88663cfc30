/** The shapes of bodies as JSON Schema; the OpenAPI document refers to them by name. */
import { inspectionSchemas } from './inspection-schemas.ts'
import { operatingSchemas } from './operating-schemas.ts'
import { object } from './schema-object.ts'

const text = { type: 'string' }
const nullableText = { type: ['string', 'null'] }
const texts = { type: 'array', items: text }

function listOf(schema: SchemaName): object {
  return { type: 'array', items: ref(schema) }
}

/** What refers to a shape from elsewhere in the document. */
export function ref(schema: SchemaName): object {
  return { $ref: `#/components/schemas/${schema}` }
}

const states = ['UNASSIGNED', 'RUNNING', 'PAUSED', 'FAILED', 'RESTARTING']
const statusFields = {
  worker_id: { type: 'string', description: '`host:port` of the worker.' },
  version: { type: ['string', 'null'], description: 'Version of the plugin; null once the instance is gone.' },
  trace: { type: 'string', description: 'Why it failed; only there when it has.' },
}
const position = {
  type: 'object',
  additionalProperties: { type: ['string', 'number', 'boolean', 'null'] },
  description: 'Of a sink: `kafka_topic` and `kafka_partition`, and `kafka_offset`; of a source what it says itself.',
}
const loggerLevel = object({
  level: text,
  last_modified: { type: ['integer', 'null'], description: 'Epoch milliseconds; null when it is as configured.' },
})
const connectorType = { type: 'string', enum: ['source', 'sink', 'unknown'] }

export type SchemaName =
  | 'Error'
  | 'ServerInfo'
  | 'Health'
  | 'ConnectorList'
  | 'ConnectorConfig'
  | 'ConfigPatch'
  | 'CreateRequest'
  | 'TaskId'
  | 'ConnectorInfo'
  | 'ConnectorStatus'
  | 'TaskStatus'
  | 'TaskConfigs'
  | 'RawTaskConfigs'
  | 'ConnectorTopics'
  | 'Plugins'
  | 'KeyInfo'
  | 'KeyInfos'
  | 'ConfigInfos'
  | 'ConnectorOffsets'
  | 'Message'
  | 'LoggerLevel'
  | 'Loggers'
  | 'LevelRequest'
  | 'LoggerNames'
  | 'Document'
  | 'Text'
  | keyof typeof inspectionSchemas
  | keyof typeof operatingSchemas

export const schemas: Readonly<Record<SchemaName, object>> = {
  Error: object({ error_code: { type: 'integer', description: 'The HTTP status.' }, message: text }),
  ServerInfo: object({ version: text, commit: text, kafka_cluster_id: text }),
  Health: object({ status: { type: 'string', enum: ['healthy', 'starting', 'unhealthy'] }, message: text }),
  ConnectorList: {
    oneOf: [
      { ...texts, description: 'Names, without `expand`.' },
      {
        type: 'object',
        description: 'By name, with `expand`.',
        additionalProperties: object(
          { info: ref('ConnectorInfo'), status: ref('ConnectorStatus'), metrics: ref('ConnectorMetrics') },
          ['info', 'status', 'metrics'],
        ),
      },
    ],
  },
  ConnectorConfig: {
    type: 'object',
    additionalProperties: text,
    description: 'In requests, numbers and booleans are taken as their text.',
  },
  ConfigPatch: { type: 'object', additionalProperties: nullableText },
  CreateRequest: object(
    {
      name: text,
      config: ref('ConnectorConfig'),
      initial_state: { type: ['string', 'null'], description: 'RUNNING, PAUSED or STOPPED, in any case.' },
    },
    ['name', 'initial_state'],
  ),
  TaskId: object({ connector: text, task: { type: 'integer' } }),
  ConnectorInfo: object({ name: text, config: ref('ConnectorConfig'), tasks: listOf('TaskId'), type: connectorType }),
  ConnectorStatus: object({
    name: text,
    connector: object({ state: { type: 'string', enum: [...states, 'STOPPED'] }, ...statusFields }, ['trace']),
    tasks: listOf('TaskStatus'),
    type: connectorType,
  }),
  TaskStatus: object({ id: { type: 'integer' }, state: { type: 'string', enum: states }, ...statusFields }, ['trace']),
  TaskConfigs: { type: 'array', items: object({ id: ref('TaskId'), config: ref('ConnectorConfig') }) },
  RawTaskConfigs: listOf('ConnectorConfig'),
  ConnectorTopics: { type: 'object', additionalProperties: object({ topics: texts }) },
  Plugins: {
    type: 'array',
    items: object({
      class: text,
      type: {
        type: 'string',
        enum: ['sink', 'source', 'transformation', 'predicate', 'converter', 'header_converter'],
      },
      version: text,
    }),
  },
  KeyInfo: object({
    name: text,
    type: {
      type: 'string',
      enum: ['BOOLEAN', 'STRING', 'INT', 'SHORT', 'LONG', 'DOUBLE', 'LIST', 'CLASS', 'PASSWORD'],
    },
    required: { type: 'boolean' },
    default_value: nullableText,
    importance: { type: 'string', enum: ['HIGH', 'MEDIUM', 'LOW'] },
    documentation: text,
    group: nullableText,
    order_in_group: { type: 'integer' },
    width: { type: 'string', enum: ['NONE', 'SHORT', 'MEDIUM', 'LONG'] },
    display_name: text,
    dependents: texts,
  }),
  KeyInfos: listOf('KeyInfo'),
  ConfigInfos: object({
    name: text,
    error_count: { type: 'integer' },
    groups: texts,
    configs: {
      type: 'array',
      items: object({
        definition: { oneOf: [ref('KeyInfo'), { type: 'null' }] },
        value: object({
          name: text,
          value: nullableText,
          recommended_values: texts,
          errors: texts,
          visible: { type: 'boolean' },
        }),
      }),
    },
  }),
  ConnectorOffsets: object({
    offsets: { type: 'array', items: object({ partition: position, offset: { oneOf: [position, { type: 'null' }] } }) },
  }),
  Message: object({ message: text }),
  LoggerLevel: loggerLevel,
  Loggers: { type: 'object', additionalProperties: loggerLevel, description: 'By name.' },
  LevelRequest: object({
    level: { type: 'string', description: 'OFF, FATAL, ERROR, WARN, INFO, DEBUG, TRACE or ALL.' },
  }),
  LoggerNames: texts,
  Document: { type: 'object', description: 'This document.' },
  Text: text,
  ...inspectionSchemas,
  ...operatingSchemas,
}
