import { ConfigError, type ConfigOf, type ConfigProblem, configDef, type RawConfig } from '@penstock/core'
import { policyProblem } from './client-properties.ts'
import { executorKeys, logKeys } from './executor-keys.ts'
import { kafkaKeys } from './kafka-keys.ts'
import { macAlgorithm, macAlgorithmNames } from './mac-algorithms.ts'
import { restKeys } from './rest-keys.ts'
import { restProblems } from './rest-problems.ts'
import { connectKeys } from './worker-keys.ts'

/** Every key of a distributed worker. `producer.…`, `consumer.…`, `admin.…`, `sasl.…` and `ssl.…` stay in the raw text. */
export const workerConfig = configDef({ ...connectKeys, ...restKeys, ...executorKeys, ...kafkaKeys, ...logKeys })

/**
 * A worker's parsed configuration. `raw` is everything, with the keys that are not declared; `given` the same as it was
 * written, with variables in the place of secrets: only that may leave the process.
 */
export type WorkerConfig = ConfigOf<typeof workerConfig> & { readonly raw: RawConfig; readonly given: RawConfig }

/** Parses and checks a worker's configuration. Throws ConfigError naming every problem at once. */
export function parseWorkerConfig(raw: RawConfig, given: RawConfig = raw): WorkerConfig {
  const config = { ...workerConfig.parse(raw), raw, given }
  const problems = crossChecks(config)
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}

function crossChecks(config: WorkerConfig): ConfigProblem[] {
  return [
    ...groupProblems(config),
    ...topicProblems(config),
    ...signatureProblems(config),
    ...retryProblems(config),
    ...policyProblems(config),
    ...restProblems(config),
  ]
}

function groupProblems(config: WorkerConfig): ConfigProblem[] {
  if (config['heartbeat.interval.ms'] < config['session.timeout.ms']) return []
  return [
    {
      key: 'heartbeat.interval.ms',
      message: `heartbeat.interval.ms (${config['heartbeat.interval.ms']}) must be lower than session.timeout.ms (${config['session.timeout.ms']}), at best a third of it`,
    },
  ]
}

const topicKeys = ['config.storage.topic', 'offset.storage.topic', 'status.storage.topic'] as const

function topicProblems(config: WorkerConfig): ConfigProblem[] {
  return topicKeys.flatMap((key, index) => {
    const same = topicKeys.slice(0, index).find((other) => config[other] === config[key])
    if (same === undefined) return []
    return [{ key, message: `${key} and ${same} must be different topics, but both are "${config[key]}"` }]
  })
}

function signatureProblems(config: WorkerConfig): ConfigProblem[] {
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
