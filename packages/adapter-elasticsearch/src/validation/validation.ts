/**
 * Checks across keys, and against the cluster, when a connector is created or changed. Each subject has its file; all
 * that is wrong is told at once, and the cluster is only asked when nothing else is.
 */
import { ConfigError, type ConfigProblem, type RawConfig } from '@penstock/core'
import { config as definition, type ElasticsearchSinkConfig } from '../config/config.ts'
import { boundProblems } from './bound-problems.ts'
import { clusterProblems } from './cluster-problems.ts'
import { credentialProblems } from './credential-problems.ts'
import { networkProblems } from './network-problems.ts'
import { coverageProblems, resourceProblems } from './resource-problems.ts'
import { routingProblems } from './routing-problems.ts'
import { tlsProblems } from './tls-problems.ts'

/** All that is wrong with a configuration whose single keys are fine: across keys first, then the cluster. */
export async function validate(raw: RawConfig, { signal }: { signal: AbortSignal }): Promise<readonly ConfigProblem[]> {
  const config = definition.parse(raw)
  const problems = crossKeyProblems(config, raw)
  return problems.length > 0 ? problems : clusterProblems(config, signal)
}

/** Throws ConfigError for a combination of keys that no task can run with. */
export function requireConsistent(config: ElasticsearchSinkConfig): void {
  const problems = consistencyProblems(config)
  if (problems.length > 0) throw new ConfigError(problems)
}

/** Checks that need no server. */
export function crossKeyProblems(config: ElasticsearchSinkConfig, raw: RawConfig): ConfigProblem[] {
  return [
    ...consistencyProblems(config),
    ...boundProblems(config),
    ...coverageProblems(config, raw),
    ...tlsProblems(config, raw),
  ]
}

function consistencyProblems(config: ElasticsearchSinkConfig): ConfigProblem[] {
  return [
    ...networkProblems(config),
    ...credentialProblems(config),
    ...resourceProblems(config),
    ...routingProblems(config),
  ]
}
