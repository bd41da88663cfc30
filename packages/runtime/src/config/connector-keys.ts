import { configDef, key } from '@penstock/core'
import { compileTopicsRegex } from './topics-regex.ts'

/**
 * The framework's own keys of a connector: names, groups, order and forms are Kafka Connect's, which consoles rely on.
 * The connector's keys follow in its plugin's declaration.
 */
const commonKeys = {
  name: key.string({
    importance: 'high',
    doc: 'Name of the connector, unique in the cluster.',
    group: 'Common',
    orderInGroup: 1,
    width: 'medium',
    displayName: 'Connector name',
    check: nameProblem,
  }),
  'connector.class': key.string({
    importance: 'high',
    doc: 'Plugin that the connector is made of: its class name or its short name.',
    group: 'Common',
    orderInGroup: 2,
    width: 'long',
    displayName: 'Connector class',
  }),
  'connector.plugin.version': key.string({
    default: null,
    importance: 'medium',
    doc: 'Version of the plugin, exact or as a range; by default the newest installed.',
    group: 'Common',
    orderInGroup: 3,
    width: 'medium',
    displayName: 'Connector version',
  }),
  'tasks.max': key.int({
    default: 1,
    min: 1,
    importance: 'high',
    doc: 'Most tasks that the connector may have.',
    group: 'Common',
    orderInGroup: 4,
    width: 'short',
    displayName: 'Tasks max',
  }),
  'tasks.max.enforce': key.boolean({
    default: true,
    importance: 'low',
    doc: 'Whether a connector that makes more tasks than `tasks.max` fails. Deprecated.',
    group: 'Common',
    orderInGroup: 5,
    width: 'short',
    displayName: 'Enforce tasks max',
  }),
  ...converterKeys('key', 6),
  ...converterKeys('value', 8),
  ...converterKeys('header', 10),
  transforms: key.list({
    default: [],
    importance: 'low',
    doc: 'Names of the transformations that records pass, in order.',
    group: 'Transforms',
    orderInGroup: 12,
    width: 'long',
    displayName: 'Transforms',
    check: aliasProblem,
  }),
  predicates: key.list({
    default: [],
    importance: 'low',
    doc: 'Names of the predicates that transformations refer to.',
    group: 'Predicates',
    orderInGroup: 13,
    width: 'long',
    displayName: 'Predicates',
    check: aliasProblem,
  }),
  'config.action.reload': key.oneOf(['none', 'restart'], {
    default: 'restart',
    importance: 'low',
    doc: 'What happens when a value behind a configuration provider expires.',
    group: 'Common',
    orderInGroup: 14,
    width: 'medium',
    displayName: 'Reload Action',
  }),
  'errors.retry.timeout': key.long({
    default: 0,
    min: -1,
    importance: 'medium',
    doc: 'How long, in milliseconds, a failed operation is tried again; 0 for never, -1 for ever.',
    group: 'Error Handling',
    orderInGroup: 1,
    width: 'medium',
    displayName: 'Retry Timeout for Errors',
  }),
  'errors.retry.delay.max.ms': key.long({
    default: 60000,
    min: 1,
    importance: 'medium',
    doc: 'Longest wait between two tries.',
    group: 'Error Handling',
    orderInGroup: 2,
    width: 'medium',
    displayName: 'Maximum Delay Between Retries for Errors',
  }),
  'errors.tolerance': key.oneOf(['none', 'all'], {
    default: 'none',
    importance: 'medium',
    doc: 'Whether a record that can’t be handled fails the task (`none`) or is passed over (`all`).',
    group: 'Error Handling',
    orderInGroup: 3,
    width: 'short',
    displayName: 'Error Tolerance',
  }),
  'errors.log.enable': key.boolean({
    default: false,
    importance: 'medium',
    doc: 'Whether each record that can’t be handled is logged.',
    group: 'Error Handling',
    orderInGroup: 4,
    width: 'short',
    displayName: 'Log Errors',
  }),
  'errors.log.include.messages': key.boolean({
    default: false,
    importance: 'medium',
    doc: 'Whether that log line names the record: topic, partition, offset and time.',
    group: 'Error Handling',
    orderInGroup: 5,
    width: 'short',
    displayName: 'Log Error Details',
  }),
}

const sinkKeys = {
  topics: key.list({
    default: [],
    importance: 'high',
    doc: 'Topics to read, separated by commas.',
    group: 'Common',
    orderInGroup: 4,
    width: 'long',
    displayName: 'Topics',
  }),
  'topics.regex': key.string({
    default: '',
    importance: 'high',
    doc: 'Regular expression that matches the names of the topics to read, from their first to their last letter.',
    group: 'Common',
    orderInGroup: 4,
    width: 'long',
    displayName: 'Topics regex',
    check: (text) => {
      if (text === '') return undefined
      try {
        compileTopicsRegex(text)
        return undefined
      } catch {
        return 'Invalid regex'
      }
    },
  }),
  'errors.deadletterqueue.topic.name': key.string({
    default: '',
    importance: 'medium',
    doc: 'Topic that takes the records that can’t be handled; empty for none.',
    group: 'Error Handling',
    orderInGroup: 6,
    width: 'medium',
    displayName: 'Dead Letter Queue Topic Name',
  }),
  'errors.deadletterqueue.topic.replication.factor': key.short({
    default: 3,
    importance: 'medium',
    doc: 'Replicas of that topic when it has to be created.',
    group: 'Error Handling',
    orderInGroup: 7,
    width: 'medium',
    displayName: 'Dead Letter Queue Topic Replication Factor',
  }),
  'errors.deadletterqueue.context.headers.enable': key.boolean({
    default: false,
    importance: 'medium',
    doc: 'Whether headers of a dead letter tell where it comes from and why it failed.',
    group: 'Error Handling',
    orderInGroup: 8,
    width: 'medium',
    displayName: 'Enable Error Context Headers',
  }),
}

const sourceKeys = {
  'topic.creation.groups': key.list({
    default: [],
    importance: 'low',
    doc: 'Names of the groups of topics that are created with settings of their own, `topic.creation.<group>.…`.',
    group: 'Topic Creation',
    orderInGroup: 1,
    width: 'long',
    displayName: 'Topic Creation Groups',
    check: aliasProblem,
  }),
  'exactly.once.support': key.oneOf(['requested', 'required'], {
    default: 'requested',
    importance: 'medium',
    doc: 'With `required` the connector is refused unless each record is sure to be written once.',
    group: 'Exactly Once Support',
    orderInGroup: 2,
    width: 'short',
    displayName: 'Exactly once support',
  }),
  'transaction.boundary': key.oneOf(['poll', 'interval', 'connector'], {
    default: 'poll',
    importance: 'medium',
    doc: 'Where exactly-once transactions end: after each poll, after `transaction.boundary.interval.ms`, or where the connector says.',
    group: 'Exactly Once Support',
    orderInGroup: 3,
    width: 'short',
    displayName: 'Transaction Boundary',
  }),
  'transaction.boundary.interval.ms': key.long({
    default: null,
    min: 0,
    importance: 'low',
    doc: 'Time between the ends of transactions with `transaction.boundary=interval`; by default the worker’s `offset.flush.interval.ms`.',
    group: 'Exactly Once Support',
    orderInGroup: 4,
    width: 'short',
    displayName: 'Transaction boundary interval',
  }),
  'offsets.storage.topic': key.string({
    default: null,
    importance: 'low',
    doc: 'Topic of its own for the connector’s positions; by default the worker’s `offset.storage.topic`.',
    group: 'offsets.topic',
    orderInGroup: 1,
    width: 'long',
    displayName: 'Offsets topic',
    check: (topic) => (topic === '' ? 'String must be non-empty' : undefined),
  }),
}

/** Our own: null takes the worker's. */
const restartKeys = {
  'errors.restart.max.attempts': key.int({
    default: null,
    min: -1,
    importance: 'medium',
    doc: 'How often a failed connector or task is restarted within `errors.restart.window.ms`; -1 without limit, 0 never. Once set it also holds for tasks that fail by an error of their own, which otherwise stay FAILED.',
    group: 'Error Handling',
    orderInGroup: 9,
    width: 'short',
    displayName: 'Restarts after Failure',
  }),
  'errors.restart.backoff.ms': restartMs(
    10,
    'First Delay before Restart',
    'Wait before a restart; doubles with each further one. The first after the death of an executor is at once.',
  ),
  'errors.restart.backoff.max.ms': restartMs(11, 'Maximum Delay before Restart', 'Longest wait before a restart.'),
  'errors.restart.window.ms': restartMs(12, 'Restart Window', 'Restarts longer ago than this no longer count.'),
}

export const restartConfig = configDef(restartKeys)

/** Framework keys of every sink connector, in the order that validation lists them. */
export const sinkConnectorConfig = configDef({ ...commonKeys, ...sinkKeys, ...restartKeys })

/** Framework keys of every source connector. The keys of topic creation groups are in `topic-creation-groups.ts`. */
export const sourceConnectorConfig = configDef({ ...commonKeys, ...sourceKeys, ...restartKeys })

function nameProblem(name: string): string | undefined {
  if (name === '') return 'String may not be empty'
  // Kafka Connect takes them, but clients shorten `/connectors/..`: neither users nor workers could name it in a request.
  if (name === '.' || name === '..')
    return 'String may not be "." or "..", which URLs can\'t carry; give it another name'
  const controls = [...name]
    .map((letter) => letter.codePointAt(0) ?? 0)
    .filter((code) => code < 32 || (code > 126 && code < 160))
  return controls.length === 0
    ? undefined
    : `String may not contain control sequences but had the following ASCII chars: ${controls.join(', ')}`
}

function aliasProblem(aliases: readonly string[]): string | undefined {
  if (aliases.includes('')) return 'Alias must not be empty'
  return new Set(aliases).size === aliases.length ? undefined : 'Duplicate alias provided.'
}

function converterKeys<const Usage extends 'key' | 'value' | 'header'>(usage: Usage, order: number) {
  const title = `${usage.charAt(0).toUpperCase()}${usage.slice(1)}`
  const converter = key.class({
    default: null,
    importance: 'low',
    doc: `Converter of record ${usage}s; by default the worker’s. Its options follow as \`${usage}.converter.…\`.`,
    group: 'Common',
    orderInGroup: order,
    width: 'short',
    displayName: `${title} converter class`,
  })
  const version = key.string({
    default: null,
    importance: 'low',
    doc: `Version of the ${usage} converter; by default the newest installed.`,
    group: 'Common',
    orderInGroup: order + 1,
    width: 'short',
    displayName: `${title} converter version`,
  })
  return { [`${usage}.converter`]: converter, [`${usage}.converter.plugin.version`]: version } as {
    [K in `${Usage}.converter`]: typeof converter
  } & { [K in `${Usage}.converter.plugin.version`]: typeof version }
}

function restartMs(orderInGroup: number, displayName: string, doc: string) {
  return key.long({
    default: null,
    min: 0,
    importance: 'low',
    doc,
    group: 'Error Handling',
    orderInGroup,
    width: 'medium',
    displayName,
  })
}
