/** The framework's side of a source connector's configuration. */
import { ConfigError, type ConfigOf, type ConfigProblem, messageOf, type RawConfig } from '@penstock/core'
import { sourceConnectorConfig } from './connector-keys.ts'
import { converterProblems } from './converter-properties.ts'
import {
  createsTopics,
  type TopicCreationGroup,
  topicCreationGroups,
  topicCreationProblems,
} from './topic-creation-groups.ts'
import type { WorkerConfig } from './worker-config.ts'

export type SourceConnectorConfig = ConfigOf<typeof sourceConnectorConfig> & {
  /** All keys, those of the plugin too. */
  readonly raw: RawConfig
  /** Null where the brokers create topics, or nobody does. */
  readonly topicCreation: readonly TopicCreationGroup[] | null
}

/** Parses the framework's keys of a source connector. Throws ConfigError naming every problem at once. */
export function parseSourceConnectorConfig(raw: RawConfig, worker: WorkerConfig): SourceConnectorConfig {
  const config = sourceConnectorConfig.parse(raw)
  const problems = [...topicCreationProblems(raw), ...converterProblems(raw)]
  if (problems.length > 0) throw new ConfigError(problems)
  const creates = worker['topic.creation.enable'] && createsTopics(raw)
  return {
    ...config,
    raw,
    topicCreation: creates ? topicCreationGroups(raw) : null,
  }
}

/** What the plugin says of exactly-once delivery with this configuration; asked only where the configuration needs it. */
export interface ExactlyOnceAbilities {
  support(): 'SUPPORTED' | 'UNSUPPORTED' | null
  definesBoundaries(): boolean
}

/** Whether the worker and the connector can do what the configuration asks of exactly-once delivery (KIP-618). */
export function exactlyOnceProblems(
  raw: RawConfig,
  worker: Pick<WorkerConfig, 'exactly.once.source.support'>,
  abilities: ExactlyOnceAbilities,
): ConfigProblem[] {
  return [...supportProblems(raw, worker, abilities), ...boundaryProblems(raw, abilities)]
}

function supportProblems(
  raw: RawConfig,
  worker: Pick<WorkerConfig, 'exactly.once.source.support'>,
  { support }: ExactlyOnceAbilities,
): ConfigProblem[] {
  const key = 'exactly.once.support'
  if (raw[key]?.trim().toLowerCase() !== 'required') return []
  if (worker['exactly.once.source.support'] !== 'enabled') {
    return [{ key, message: 'This worker does not have exactly-once source support enabled.' }]
  }
  const answer = asked(key, support)
  switch (answer.given) {
    case undefined:
      return answer.problems
    case 'SUPPORTED':
      return []
    case 'UNSUPPORTED':
      return [
        { key, message: 'The connector does not support exactly-once semantics with the provided configuration.' },
      ]
    case null:
      return [
        {
          key,
          message: `The connector does not say whether it supports exactly-once semantics with the provided configuration. Please consult its documentation; if it does, set the property '${key}' to 'requested'`,
        },
      ]
  }
}

function boundaryProblems(raw: RawConfig, { definesBoundaries }: ExactlyOnceAbilities): ConfigProblem[] {
  const key = 'transaction.boundary'
  if (raw[key]?.trim().toLowerCase() !== 'connector') return []
  const answer = asked(key, definesBoundaries)
  if (answer.given !== false) return answer.problems
  return [
    {
      key,
      message:
        'The connector does not support connector-defined transaction boundaries with the given configuration. Please reconfigure it to use a different transaction boundary definition.',
    },
  ]
}

/** The plugin's code may fail, above all on a configuration that is wrong elsewhere: one more problem then, no answer. */
function asked<T>(key: string, question: () => T): { given: T | undefined; problems: ConfigProblem[] } {
  try {
    return { given: question(), problems: [] }
  } catch (error) {
    const message = `The connector could not tell whether it supports this: ${messageOf(error)}`
    return { given: undefined, problems: [{ key, message }] }
  }
}
