import { type ConfigProblem, hiddenSecret, type RawConfig } from '@penstock/core'
import { withoutPrefix } from './prefix.ts'
import { looksSecret } from './secrets.ts'

export type ClientKind = 'producer' | 'consumer' | 'admin'
export const clientKinds: readonly ClientKind[] = ['producer', 'consumer', 'admin']

/** Java-style client properties; a null value takes a property of a lower layer away. */
export type ClientProperties = Readonly<Record<string, string>>

/**
 * Properties of a client that works for a connector, lowest precedence first: `base`, the worker's brokers, the
 * worker's `producer.` (`consumer.`, `admin.`) keys, the connector's `….override.` keys. Admin clients also inherit
 * the worker's own unprefixed client settings; producers and consumers don't.
 */
export function connectorClientProperties(
  kind: ClientKind,
  layers: { readonly base?: ClientProperties; readonly worker: RawConfig; readonly connector: RawConfig },
): ClientProperties {
  const { base = {}, worker, connector } = layers
  return merge(
    kind === 'admin' ? workerClientProperties(worker) : {},
    base,
    { 'bootstrap.servers': worker['bootstrap.servers'] ?? '' },
    withoutPrefix(worker, `${kind}.`),
    clientOverrides(kind, connector),
  )
}

/** Properties of the worker's own clients: everything that has none of the three prefixes. */
export function workerClientProperties(worker: RawConfig): ClientProperties {
  return merge(
    Object.fromEntries(
      Object.entries(worker).filter(([key]) => !clientKinds.some((kind) => key.startsWith(`${kind}.`))),
    ),
  )
}

/** The client settings that a connector overrides, without their prefix. */
export function clientOverrides(kind: ClientKind, connector: RawConfig): RawConfig {
  return withoutPrefix(connector, `${kind}.override.`)
}

/** One overridden client setting as validation lists it. */
export interface CheckedOverride {
  /** With prefix: `consumer.override.group.id`. */
  readonly key: string
  /** As shown; secrets are hidden. */
  readonly value: string | null
  readonly problem: string | null
}

interface PolicyConfig {
  readonly 'connector.client.config.override.policy': string
  readonly 'connector.client.config.override.allowlist': readonly string[]
}

/** Checks the overrides of a connector for one kind of client against the worker's policy. */
export function checkOverrides(kind: ClientKind, connector: RawConfig, worker: PolicyConfig): CheckedOverride[] {
  const policy = policyName(worker['connector.client.config.override.policy'])
  const allowed = allowedKeys(policy, worker['connector.client.config.override.allowlist'])
  return Object.entries(clientOverrides(kind, connector)).map(([name, value]) => ({
    key: `${kind}.override.${name}`,
    value: value !== null && looksSecret(name) ? hiddenSecret : value,
    problem: allowed(name)
      ? null
      : `The '${policy}' policy does not allow '${name}' to be overridden in the connector configuration.`,
  }))
}

/** The overrides that the worker's policy refuses; checked again before a client is made. */
export function overrideProblems(kind: ClientKind, connector: RawConfig, worker: PolicyConfig): ConfigProblem[] {
  return checkOverrides(kind, connector, worker).flatMap(({ key, problem }) =>
    problem === null ? [] : [{ key, message: problem }],
  )
}

/** The kinds of clients that a sink connector has, whose overrides are therefore checked. */
export function clientKindsOfSink(connector: RawConfig): readonly ClientKind[] {
  const deadLetters = (connector['errors.deadletterqueue.topic.name'] ?? '').trim() !== ''
  return deadLetters ? ['producer', 'consumer', 'admin'] : ['consumer']
}

/** The kinds of clients that a source connector has. */
export function clientKindsOfSource(
  connector: RawConfig,
  worker: { readonly 'exactly.once.source.support': string; readonly 'topic.creation.enable': boolean },
): readonly ClientKind[] {
  const ownOffsets = (connector['offsets.storage.topic'] ?? '').trim() !== ''
  const exactlyOnce = worker['exactly.once.source.support'] === 'enabled'
  const createsTopics =
    worker['topic.creation.enable'] && Object.keys(connector).some((key) => key.startsWith('topic.creation.'))
  return [
    'producer',
    ...(ownOffsets || exactlyOnce ? (['consumer'] as const) : []),
    ...(ownOffsets || exactlyOnce || createsTopics ? (['admin'] as const) : []),
  ]
}

const policies = ['All', 'None', 'Principal', 'Allowlist'] as const
type Policy = (typeof policies)[number]

/** What is wrong with the name of a policy, or null. */
export function policyProblem(name: string): string | null {
  return findPolicy(name) === undefined
    ? `"${name}" is no policy for client overrides; choose one of ${policies.join(', ')}`
    : null
}

function policyName(name: string): Policy {
  return findPolicy(name) ?? 'None'
}

/** Accepts the short name and Java's class name, `org.apache.kafka.connect.connector.policy.AllConnectorClientConfigOverridePolicy`. */
function findPolicy(name: string): Policy | undefined {
  const short = name
    .trim()
    .replace(/^.*\./, '')
    .replace(/ConnectorClientConfigOverridePolicy$/, '')
  return policies.find((policy) => policy.toLowerCase() === short.toLowerCase())
}

const principalKeys: readonly string[] = ['sasl.jaas.config', 'sasl.mechanism', 'security.protocol']

function allowedKeys(policy: Policy, allowlist: readonly string[]): (key: string) => boolean {
  switch (policy) {
    case 'All':
      return () => true
    case 'None':
      return () => false
    case 'Principal':
      return (key) => principalKeys.includes(key)
    case 'Allowlist':
      return (key) => allowlist.includes(key)
  }
}

function merge(...layers: readonly RawConfig[]): ClientProperties {
  const merged = new Map<string, string>()
  for (const layer of layers) {
    for (const [key, value] of Object.entries(layer)) {
      if (value === null) merged.delete(key)
      else merged.set(key, value)
    }
  }
  return Object.fromEntries(merged)
}
