import {
  ConfigError,
  type ConfigProblem,
  ConnectError,
  type KeyDefinitions,
  type Logger,
  type RawConfig,
  type SinkPlugin,
  type SourcePlugin,
} from '@penstock/core'
import {
  type ClientKind,
  checkOverrides,
  clientKindsOfSink,
  clientKindsOfSource,
  clientOverrides,
} from '../config/client-properties.ts'
import { sinkProblems } from '../config/connector-config.ts'
import { sinkConnectorConfig, sourceConnectorConfig } from '../config/connector-keys.ts'
import { hideSecrets } from '../config/secrets.ts'
import { exactlyOnceProblems } from '../config/source-config.ts'
import { topicCreationProblems } from '../config/topic-creation-groups.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import { toRdkafka } from '../kafka/client-config.ts'
import type { ConfigInfos } from './description.ts'
import { converterKeys, predicateKeys, transformationKeys } from './nested-keys.ts'
import type { LoadedPlugin, PluginRegistry } from './registry.ts'
import { ValidationResult } from './validation-result.ts'

export interface ValidationContext {
  readonly registry: PluginRegistry
  readonly workerConfig: Pick<
    WorkerConfig,
    | 'group.id'
    | 'connector.client.config.override.policy'
    | 'connector.client.config.override.allowlist'
    | 'exactly.once.source.support'
    | 'topic.creation.enable'
  >
  readonly signal: AbortSignal
  readonly logger: Logger
}

/**
 * Checks a connector's whole configuration, as `PUT /connector-plugins/{plugin}/config/validate` answers it: the
 * framework's keys, those of every transformation and predicate, the connector's own, overridden client settings and
 * converters. Only a missing or unknown connector class throws; whatever else is wrong is in the answer, all at once.
 * Runs the plugin's own `validate`, so call it where plugin code may run.
 */
export async function validateConnector(raw: RawConfig, context: ValidationContext): Promise<ConfigInfos> {
  const { registry, workerConfig, signal, logger } = context
  const { plugin } = findConnector(raw, registry)
  const result = new ValidationResult(raw)
  const framework = frameworkKeys(plugin)

  result.addKeys(framework)
  result.addNested(transformationKeys(raw, registry))
  result.addNested(predicateKeys(raw, registry))
  const own = result.addKeys(ownKeys(plugin))

  for (const problem of frameworkProblems(plugin, raw, workerConfig)) result.addProblem(problem)
  for (const [key, value] of Object.entries(raw)) {
    if (value === null)
      result.addProblem({ key, message: 'Null value can not be supplied as the configuration value.' })
  }
  // The plugin's check may take for granted that each of its keys is well-formed.
  if (plugin.validate !== undefined && own.every((name) => !result.hasErrors(name))) {
    for (const problem of await plugin.validate(raw, { logger, signal })) result.addProblem(problem)
    signal.throwIfAborted()
  }

  const clients = plugin.kind === 'sink' ? clientKindsOfSink(raw) : clientKindsOfSource(raw, workerConfig)
  for (const kind of clients) {
    for (const override of checkOverrides(kind, raw, workerConfig)) result.addOverride(override)
    for (const problem of overriddenValueProblems(kind, raw)) result.addProblem(problem)
  }
  for (const usage of ['header', 'key', 'value'] as const) result.addNested(converterKeys(usage, raw, registry))
  return result.toConfigInfos(raw['connector.class'] ?? '')
}

/** The connector's plugin. Throws an error with the text that clients of Kafka Connect know, code `plugins.…`. */
export function findConnector(raw: RawConfig, registry: PluginRegistry): LoadedPlugin<SinkPlugin | SourcePlugin> {
  const name = raw['connector.class']?.trim() ?? ''
  if (name === '') {
    const shown = Object.entries(hideSecrets(raw)).map(([key, value]) => `${key}=${value}`)
    throw new ConnectError(
      'plugins.no_connector_class',
      `Connector config {${shown.join(', ')}} contains no connector type`,
    )
  }
  return registry.findConnector(raw)
}

/** Values that no client takes, each problem naming the key as the connector's configuration has it. */
function overriddenValueProblems(kind: ClientKind, raw: RawConfig): ConfigProblem[] {
  const overrides = Object.fromEntries(
    Object.entries(clientOverrides(kind, raw)).filter((entry): entry is [string, string] => entry[1] !== null),
  )
  try {
    toRdkafka(overrides)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    // What is missing may be among the worker's own settings.
    return error.problems
      .filter(({ key }) => Object.hasOwn(overrides, key))
      .map(({ key, message }) => ({ key: `${kind}.override.${key}`, message }))
  }
}

/** A key that both declare is the framework's in the list. */
function ownKeys(plugin: SinkPlugin | SourcePlugin): KeyDefinitions {
  const framework = frameworkKeys(plugin)
  return Object.fromEntries(Object.entries(plugin.config.keys).filter(([name]) => !Object.hasOwn(framework, name)))
}

function frameworkKeys(plugin: SinkPlugin | SourcePlugin): KeyDefinitions {
  return plugin.kind === 'sink' ? sinkConnectorConfig.keys : sourceConnectorConfig.keys
}

function frameworkProblems(
  plugin: SinkPlugin | SourcePlugin,
  raw: RawConfig,
  worker: ValidationContext['workerConfig'],
): ConfigProblem[] {
  if (plugin.kind === 'sink') return sinkProblems(raw, worker)
  const abilities = {
    support: () => plugin.exactlyOnceSupport?.(raw) ?? null,
    definesBoundaries: () => plugin.definesTransactionBoundaries?.(raw) ?? false,
  }
  return [...topicCreationProblems(raw), ...exactlyOnceProblems(raw, worker, abilities)]
}
