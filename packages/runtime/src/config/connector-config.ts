import { ConfigError, type ConfigOf, type ConfigProblem, type RawConfig } from '@penstock/core'
import { restartConfig, sinkConnectorConfig } from './connector-keys.ts'
import { converterProblems } from './converter-properties.ts'
import { compileTopicsRegex } from './topics-regex.ts'
import type { WorkerConfig } from './worker-config.ts'

/** The framework's side of a sink's configuration. `raw` holds all keys, those of the plugin too. */
export type SinkConnectorConfig = ConfigOf<typeof sinkConnectorConfig> & { readonly raw: RawConfig }

/** How often and how fast something that failed is started again. */
export interface RestartPolicy {
  /** -1: without limit. */
  readonly maxAttempts: number
  /** The first restart within the window comes without a wait. */
  readonly firstAtOnce: boolean
  readonly backoffMs: number
  readonly backoffMaxMs: number
  readonly windowMs: number
}

export interface RestartPolicies {
  /** The executor died, which is no fault of the task. */
  readonly executorDeath: RestartPolicy
  /** The task threw: stays FAILED as in Kafka Connect, unless the connector asks for restarts. */
  readonly taskFailure: RestartPolicy
}

/** Parses the framework's keys of a sink connector. Throws ConfigError naming every problem at once. */
export function parseSinkConnectorConfig(raw: RawConfig, workerConfig: WorkerConfig): SinkConnectorConfig {
  const config = sinkConnectorConfig.parse(raw)
  const problems = [...sinkProblems(raw, workerConfig), ...converterProblems(raw)]
  if (problems.length > 0) throw new ConfigError(problems)
  return { ...config, raw }
}

/** What is wrong with a sink's topics, dead letter topic and consumer group, each key for itself being well-formed. */
export function sinkProblems(raw: RawConfig, workerConfig: Pick<WorkerConfig, 'group.id'>): ConfigProblem[] {
  return [...topicProblems(raw), ...groupProblems(raw, workerConfig['group.id'])]
}

function topicProblems(raw: RawConfig): ConfigProblem[] {
  const topics = (raw.topics ?? '')
    .split(',')
    .map((topic) => topic.trim())
    .filter((topic) => topic !== '')
  const regex = (raw['topics.regex'] ?? '').trim()
  const deadLetters = (raw['errors.deadletterqueue.topic.name'] ?? '').trim()
  const onBoth = (message: string): ConfigProblem[] => ['topics', 'topics.regex'].map((key) => ({ key, message }))

  if (topics.length > 0 && regex !== '') {
    return onBoth('topics and topics.regex are mutually exclusive options, but both are set.')
  }
  if (topics.length === 0 && regex === '') return onBoth('Must configure one of topics or topics.regex')
  if (deadLetters === '') return []
  if (topics.includes(deadLetters)) {
    return [
      {
        key: 'topics',
        message: `The DLQ topic '${deadLetters}' may not be included in the list of topics ('topics=[${topics.join(', ')}]') consumed by the connector`,
      },
    ]
  }
  if (regex !== '' && matchesTopic(regex, deadLetters)) {
    return [
      {
        key: 'topics.regex',
        message: `The DLQ topic '${deadLetters}' matches the topics that the connector reads (topics.regex=${regex})`,
      },
    ]
  }
  return []
}

function matchesTopic(regex: string, topic: string): boolean {
  try {
    return compileTopicsRegex(regex).test(topic)
  } catch {
    return false // the key's own check has reported it
  }
}

function groupProblems(raw: RawConfig, workerGroup: string | null): ConfigProblem[] {
  const override = 'consumer.override.group.id'
  const key = typeof raw[override] === 'string' ? override : 'name'
  if (sinkConsumerGroup(raw) !== workerGroup) return []
  return [{ key, message: `Consumer group ${workerGroup} conflicts with Connect worker group ${workerGroup}` }]
}

/** The consumer group that the tasks of a sink connector read with. */
export function sinkConsumerGroup(raw: RawConfig): string {
  return raw['consumer.override.group.id'] ?? `connect-${raw.name ?? ''}`
}

/** How a connector of any kind is restarted. Throws ConfigError. */
export function restartPolicies(raw: RawConfig, worker: WorkerConfig): RestartPolicies {
  const config = restartConfig.parse(raw)
  const pace = {
    backoffMs: config['errors.restart.backoff.ms'] ?? worker['errors.restart.backoff.ms'],
    backoffMaxMs: config['errors.restart.backoff.max.ms'] ?? worker['errors.restart.backoff.max.ms'],
    windowMs: config['errors.restart.window.ms'] ?? worker['errors.restart.window.ms'],
  }
  const own = config['errors.restart.max.attempts']
  return {
    executorDeath: { ...pace, firstAtOnce: true, maxAttempts: own ?? worker['errors.restart.max.attempts'] },
    taskFailure: { ...pace, firstAtOnce: false, maxAttempts: own ?? 0 },
  }
}
