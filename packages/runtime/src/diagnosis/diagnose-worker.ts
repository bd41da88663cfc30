/**
 * Checks a distributed worker's properties and the Kafka that they name: whether it answers, what its user may do, and
 * whether the internal topics and the group are as they must be. Nothing is created or changed.
 */
import { ConfigError, messageOf, type RawConfig } from '@penstock/core'
import { workerClientProperties } from '../config/client-properties.ts'
import type { DistributedConfig } from '../config/worker-config.ts'
import { toProtocolClient } from '../kafka/client-config.ts'
import { connectionProblem } from '../kafka/connection-problem.ts'
import { openWorkerConfig } from '../plugins/worker-config-providers.ts'
import { internalTopics } from '../storage/internal-topics.ts'
import { Redactor } from '../telemetry/redactor.ts'
import { type Finding, found, ok } from './finding.ts'
import { groupFindings } from './group-findings.ts'
import { KafkaView } from './kafka-view.ts'
import { clusterRightFindings, topicFindings } from './topic-findings.ts'

export interface DiagnosisOptions {
  /** The worker's properties with the environment applied. */
  readonly raw: RawConfig
  /** The worker program's folder, for config providers; null where it is not there. */
  readonly appFolder: string | null
}

/** Never rejects for what it finds. No text holds a secret. */
export async function diagnoseWorker({ raw, appFolder }: DiagnosisOptions): Promise<readonly Finding[]> {
  const redactor = new Redactor()
  const findings: Finding[] = []
  try {
    const { config, resolver } = await openWorkerConfig({ mode: 'distributed', raw, appFolder, redactor })
    await resolver.close()
    findings.push(
      ok('configuration', 'worker properties', `group ${config['group.id']} on ${config['bootstrap.servers']}`),
    )
    findings.push(...(await kafkaFindings(config)))
  } catch (error) {
    findings.push(...configFindings(error))
  }
  const clean = (text: string): string => redactor.redact(text)
  return findings.map((finding) => ({
    ...finding,
    message: clean(finding.message),
    advice: finding.advice === null ? null : clean(finding.advice),
  }))
}

function configFindings(error: unknown): Finding[] {
  const problems =
    error instanceof ConfigError ? error.problems : [{ key: 'worker properties', message: messageOf(error) }]
  return problems.map(({ key, message }) =>
    found('failed', 'configuration', key, message, `correct ${key} in the worker properties or the environment`),
  )
}

async function kafkaFindings(config: DistributedConfig): Promise<Finding[]> {
  const brokers = config['bootstrap.servers']
  const client = toProtocolClient({ ...workerClientProperties(config.raw), 'client.id': 'penstock-doctor' })
  let view: KafkaView
  try {
    view = await KafkaView.open(client)
  } catch (error) {
    return [
      found(
        'failed',
        'kafka',
        String(brokers),
        `Kafka can't be used: ${connectionProblem(error)}`,
        'check what the message names',
      ),
    ]
  }
  try {
    const cluster = await view.cluster()
    const topics = await Promise.all(
      internalTopics(config).map(async (spec) => ({ ...spec, seen: await view.topic(spec.name) })),
    )
    return [
      ok(
        'kafka',
        String(brokers),
        `cluster ${cluster.clusterId} with ${cluster.brokers} brokers answers${cluster.version === null ? '' : `, metadata.version ${cluster.version}`}`,
      ),
      ...cluster.tooOld.map((call) =>
        found('failed', 'kafka', 'version', `the brokers don't know ${call}`, 'Kafka 3.2 or newer is needed'),
      ),
      ...clusterRightFindings(
        cluster.rights,
        topics.some(({ seen }) => seen === null),
      ),
      ...topics.flatMap((topic) => topicFindings(topic, cluster.brokers)),
      ...groupFindings(config['group.id'], await view.group(config['group.id'])),
    ]
  } catch (error) {
    return [
      found(
        'failed',
        'kafka',
        String(brokers),
        `Kafka can't be asked: ${connectionProblem(error)}`,
        'check what the message names',
      ),
    ]
  } finally {
    await view.close()
  }
}
