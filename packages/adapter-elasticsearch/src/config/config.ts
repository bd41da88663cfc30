/**
 * Every configuration key of the Elasticsearch sink, declared once. Names, defaults, valid values and groups are those
 * of the connector users come from; keys of our own say so. Checks across keys are in ../validation.
 */
import { type ConfigOf, configDef, type KeyDefinition, type KeyDefinitions, key } from '@penstock/core'
import { cloudUrl } from '../connection/cloud-id.ts'
import { redactUrl } from '../connection/node-urls.ts'
import { awsKeys } from './aws-keys.ts'
import { connectionKeys } from './connection-keys.ts'
import { conversionKeys } from './conversion-keys.ts'
import { documentKeys } from './document-keys.ts'
import { kerberosKeys } from './kerberos-keys.ts'
import { proxyKeys } from './proxy-keys.ts'
import { resourceKeys } from './resource-keys.ts'
import { routingKeys } from './routing-keys.ts'
import { securityKeys } from './security-keys.ts'
import { transportKeys } from './transport-keys.ts'
import { writingKeys } from './writing-keys.ts'

/** Keys of older connectors that people’s JSON still has: accepted, without effect, worth a warning. */
export const retiredKeys = ['type.name', 'auto.create.indices.at.start', 'log.sensitive.data'] as const

const hidden = key.string({
  default: null,
  internal: true,
  importance: 'low',
  doc: 'Accepted for older configurations.',
})
function hide<Name extends string>(names: readonly Name[]): Record<Name, KeyDefinition<string | null>> {
  return Object.fromEntries(names.map((name) => [name, hidden])) as Record<Name, KeyDefinition<string | null>>
}

/** Numbers the keys of each group in declaration order. */
function numbered<Keys extends KeyDefinitions>(keys: Keys): Keys {
  const counts = new Map<string | null, number>()
  return Object.fromEntries(
    Object.entries(keys).map(([name, definition]) => {
      const position = (counts.get(definition.group) ?? 0) + 1
      counts.set(definition.group, position)
      return [name, { ...definition, orderInGroup: position }]
    }),
  ) as unknown as Keys
}

export const config = configDef(
  numbered({
    ...connectionKeys,
    ...resourceKeys,
    ...writingKeys,
    ...transportKeys,
    ...conversionKeys,
    ...routingKeys,
    ...documentKeys,
    ...securityKeys,
    ...awsKeys,
    ...proxyKeys,
    ...kerberosKeys,
    ...hide(retiredKeys),
  }),
)
export type ElasticsearchSinkConfig = ConfigOf<typeof config>

/** The URLs of a configuration as they may be shown. */
export function shownUrls(config: Pick<ElasticsearchSinkConfig, 'connection.url' | 'connection.cloud.id'>): string {
  const cloudId = config['connection.cloud.id']
  return cloudId === '' ? config['connection.url'].map(redactUrl).join(', ') : cloudUrl(cloudId)
}
