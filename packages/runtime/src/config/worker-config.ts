/** The configuration of a worker of either kind. */
import { ConfigError, type ConfigOf, type ConfigProblem, configDef, type RawConfig } from '@penstock/core'
import { policyProblem } from './client-properties.ts'
import { executorKeys, logKeys } from './executor-keys.ts'
import { groupKeys } from './group-keys.ts'
import { inspectionKeys } from './inspection-keys.ts'
import { kafkaKeys } from './kafka-keys.ts'
import { macAlgorithm, macAlgorithmNames } from './mac-algorithms.ts'
import { restKeys } from './rest-keys.ts'
import { restProblems } from './rest-problems.ts'
import { standaloneKeys } from './standalone-keys.ts'
import { sharedKeys } from './worker-keys.ts'

const ownKeys = { ...restKeys, ...executorKeys, ...inspectionKeys, ...kafkaKeys, ...logKeys }

/** Every key of a distributed worker. `producer.…`, `consumer.…`, `admin.…`, `sasl.…` and `ssl.…` stay in the raw text. */
export const workerConfig = configDef({ ...sharedKeys, ...groupKeys, ...ownKeys })

/** Every key of a standalone worker, with the same exceptions. */
export const standaloneConfig = configDef({ ...sharedKeys, ...standaloneKeys, ...ownKeys })

interface Texts {
  /** Everything, with the keys that are not declared. */
  readonly raw: RawConfig
  /** The same as it was written, with variables in the place of secrets: only that may leave the process. */
  readonly given: RawConfig
}

/** A worker that shares its work with those of the same group. */
export type DistributedConfig = ConfigOf<typeof workerConfig> & Texts & { readonly mode: 'distributed' }

/** A worker that is alone: it has no group, keeps nothing in topics, and its sources deliver at least once. */
export type StandaloneConfig = ConfigOf<typeof standaloneConfig> &
  Texts & {
    readonly mode: 'standalone'
    readonly 'group.id': null
    readonly 'offset.storage.topic': null
    readonly 'exactly.once.source.support': 'disabled'
  }

export type WorkerConfig = DistributedConfig | StandaloneConfig
export type WorkerMode = WorkerConfig['mode']

/** Parses and checks a distributed worker's configuration. Throws ConfigError naming every problem at once. */
export function parseWorkerConfig(raw: RawConfig, given: RawConfig = raw): DistributedConfig {
  const config = { ...workerConfig.parse(raw), raw, given, mode: 'distributed' as const }
  refuse([...groupProblems(config), ...topicProblems(config), ...signatureProblems(config), ...sharedProblems(config)])
  return config
}

/** The same for a standalone worker; what only a group needs is let pass, so one file may serve both. */
export function parseStandaloneConfig(raw: RawConfig, given: RawConfig = raw): StandaloneConfig {
  const config = {
    ...standaloneConfig.parse(raw),
    raw,
    given,
    mode: 'standalone' as const,
    'group.id': null,
    'offset.storage.topic': null,
    'exactly.once.source.support': 'disabled' as const,
  }
  refuse(sharedProblems(config))
  return config
}

function refuse(problems: readonly ConfigProblem[]): void {
  if (problems.length > 0) throw new ConfigError(problems)
}

function sharedProblems(config: WorkerConfig): ConfigProblem[] {
  return [...retryProblems(config), ...policyProblems(config), ...restProblems(config)]
}

function groupProblems(config: DistributedConfig): ConfigProblem[] {
  if (config['heartbeat.interval.ms'] < config['session.timeout.ms']) return []
  return [
    {
      key: 'heartbeat.interval.ms',
      message: `heartbeat.interval.ms (${config['heartbeat.interval.ms']}) must be lower than session.timeout.ms (${config['session.timeout.ms']}), at best a third of it`,
    },
  ]
}

const topicKeys = ['config.storage.topic', 'offset.storage.topic', 'status.storage.topic'] as const

function topicProblems(config: DistributedConfig): ConfigProblem[] {
  return topicKeys.flatMap((key, index) => {
    const same = topicKeys.slice(0, index).find((other) => config[other] === config[key])
    if (same === undefined) return []
    return [{ key, message: `${key} and ${same} must be different topics, but both are "${config[key]}"` }]
  })
}

function signatureProblems(config: DistributedConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const signature = config['inter.worker.signature.algorithm']
  const accepted = config['inter.worker.verification.algorithms']
  const checkName = (key: string, algorithm: string): void => {
    if (macAlgorithm(algorithm) !== undefined) return
    problems.push({ key, message: `${key} names "${algorithm}", which is none of ${macAlgorithmNames.join(', ')}` })
  }
  checkName('inter.worker.key.generation.algorithm', config['inter.worker.key.generation.algorithm'])
  checkName('inter.worker.signature.algorithm', signature)
  for (const algorithm of accepted) checkName('inter.worker.verification.algorithms', algorithm)
  if (!accepted.includes(signature)) {
    problems.push({
      key: 'inter.worker.verification.algorithms',
      message: `inter.worker.verification.algorithms (${accepted.join(',')}) must contain the inter.worker.signature.algorithm ${signature}`,
    })
  }
  return problems
}

function retryProblems(config: WorkerConfig): ConfigProblem[] {
  if (config['errors.restart.backoff.ms'] <= config['errors.restart.backoff.max.ms']) return []
  return [
    {
      key: 'errors.restart.backoff.ms',
      message: `errors.restart.backoff.ms (${config['errors.restart.backoff.ms']}) must not exceed errors.restart.backoff.max.ms (${config['errors.restart.backoff.max.ms']})`,
    },
  ]
}

function policyProblems(config: WorkerConfig): ConfigProblem[] {
  const key = 'connector.client.config.override.policy'
  const problem = policyProblem(config[key])
  return problem === null ? [] : [{ key, message: `${key}: ${problem}` }]
}
