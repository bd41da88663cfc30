/** Where documents are written when that is not simply an index per topic, and how missing indices are made. */
import { key, parseJson } from '@penstock/core'
import { connector, maxInt } from './groups.ts'

export const resourceKeys = {
  'external.resource.usage': key.oneOf(['index', 'datastream', 'alias_index', 'alias_datastream', 'disabled'], {
    default: 'disabled',
    importance: 'high',
    group: connector,
    displayName: 'External Resource Usage',
    dependents: ['topic.to.external.resource.mapping'],
    doc: 'Write to indices, data streams or aliases that are there already, named by `topic.to.external.resource.mapping`; nothing is created then.',
  }),
  'topic.to.external.resource.mapping': key.list({
    default: [],
    importance: 'high',
    group: connector,
    width: 'long',
    displayName: 'Topic to External Resource Mapping',
    doc: 'The index, data stream or alias of each topic, `topic:resource,…`; each topic and each resource once. A record of another topic goes by `errors.tolerance`.',
  }),
  'max.external.resource.mappings': key.int({
    default: 15,
    min: 1,
    max: maxInt,
    importance: 'medium',
    group: connector,
    displayName: 'Maximum External Resource Mappings',
    doc: 'How many pairs `topic.to.external.resource.mapping` may have.',
  }),
  'data.stream.type': key.string({
    default: 'none',
    importance: 'low',
    group: connector,
    displayName: 'Data Stream Type',
    recommended: ['logs', 'metrics', 'none'],
    dependents: ['data.stream.dataset', 'data.stream.namespace'],
    check: (type) => nameProblem('type', type.toLowerCase()),
    doc: 'First part of the data stream’s name `type-dataset-namespace`, in lower case: `logs`, `metrics` or one of your own; none writes to indices. Needs `data.stream.dataset`.',
  }),
  'data.stream.dataset': key.string({
    default: '',
    importance: 'low',
    group: connector,
    displayName: 'Data Stream Dataset',
    check: (dataset) => nameProblem('dataset', dataset),
    doc: 'Second part of the data stream’s name: at most 100 characters, lower case, without `\\ / * ? " < > | , # - :` and spaces. Needs `data.stream.type`.',
  }),
  'data.stream.namespace': key.string({
    default: `\${topic}`,
    importance: 'low',
    group: connector,
    displayName: 'Data Stream Namespace',
    check: (namespace) => nameProblem('namespace', namespace),
    doc: `Third part of the data stream’s name, by the rules of the dataset; \`\${topic}\` stands for the topic in lower case.`,
  }),
  'data.stream.timestamp.field': key.list({
    default: [],
    importance: 'low',
    group: connector,
    displayName: 'Data Stream Timestamp Field',
    doc: 'Fields that `@timestamp` is taken from: the first one a value has. Without the key it is the record’s timestamp, also where the value has an `@timestamp`.',
  }),
  'index.settings': key.string({
    default: null,
    importance: 'low',
    group: connector,
    width: 'long',
    displayName: 'Index Settings',
    check: settingsProblem,
    doc: 'Settings of the indices this connector creates, as JSON: `{"number_of_shards": 3, "refresh_interval": "30s"}`. They win over those of an index template. Penstock only.',
  }),
  'index.rollover': key.boolean({
    default: false,
    importance: 'low',
    group: connector,
    displayName: 'Index Rollover',
    doc: 'Create a missing index `orders` as `orders-000001` behind the write alias `orders`, so that a rollover goes on to `orders-000002`. Penstock only.',
  }),
  'index.lifecycle.name': key.string({
    default: null,
    importance: 'low',
    group: connector,
    displayName: 'Index Lifecycle Policy',
    doc: 'Lifecycle policy of the indices this connector creates. With `index.rollover` the policy rolls their alias over; an index template must give the policy and the mapping to the indices that come after the first. Penstock only.',
  }),
} as const

const forbidden = /[\\/*?"<>| ,#:-]/
const longestPart = 100

function nameProblem(part: string, value: string): string | undefined {
  if (value.length > longestPart) return `the ${part} of a data stream has at most ${longestPart} characters`
  if (value !== value.toLowerCase()) return `the ${part} of a data stream must be lower case`
  const found = forbidden.exec(value)
  return found === null ? undefined : `the ${part} of a data stream can not contain "${found[0]}"`
}

function settingsProblem(text: string): string | undefined {
  const expected = `it must be a JSON object such as {"number_of_shards": 3}`
  try {
    parseJson(text)
  } catch {
    return `index.settings is not JSON; ${expected}`
  }
  return text.trim().startsWith('{') ? undefined : `index.settings is JSON, but no object; ${expected}`
}
