/**
 * Whether connectors reach what they write to. The worker itself checks each config, from where it runs and with the
 * secrets that it looks up: its plugin asks Elasticsearch for its version, the login and what must be there.
 */
import type { ConnectClient, ConnectorConfig } from '@penstock/client'
import { failureOf } from '../failure.ts'
import { problemsOf } from '../manifests/validate-configs.ts'
import { mapAtMost, REQUESTS_AT_ONCE } from '../map-at-most.ts'
import { masked } from '../output/secrets.ts'
import { oneLine } from '../output/table.ts'
import { type Finding, finding } from './finding.ts'

/** Of all connectors, or of those that are named. Never rejects for what it finds. */
export async function connectorFindings(client: ConnectClient, names: readonly string[]): Promise<Finding[]> {
  const expanded = await client.expandedConnectors('info')
  const wanted = Object.entries(expanded).filter(([name]) => names.length === 0 || names.includes(name))
  const unknown = names.filter((name) => !(name in expanded))
  const findings = await mapAtMost(REQUESTS_AT_ONCE, wanted, ([name, { info }]) =>
    oneConnector(client, name, info?.config ?? {}),
  )
  const missing = unknown.map((name) =>
    finding('connectors', name, 'failed', 'there is no such connector', 'see "penstock get connectors"'),
  )
  return [...missing, ...findings.flat()]
}

async function oneConnector(client: ConnectClient, name: string, config: ConnectorConfig): Promise<Finding[]> {
  const isElasticsearch = /ElasticsearchSink/.test(config['connector.class'] ?? '')
  const area = isElasticsearch ? 'elasticsearch' : 'connectors'
  try {
    const problems = await problemsOf(client, { ...config, name })
    if (problems.length === 0) return [finding(area, name, 'ok', goodText(config, isElasticsearch))]
    // One failure to connect is told for each key that may mend it.
    const byText = Map.groupBy(problems, ({ problem }) => problem)
    return [...byText].map(([problem, same]) => {
      const keys = same.flatMap(({ key }) => key ?? [])
      const advice = keys.length === 0 ? null : `correct ${keys.join(', ')} of the connector`
      return finding(area, name, 'failed', oneLine(problem, 600), advice)
    })
  } catch (error) {
    return [finding(area, name, 'unknown', `its config can't be checked: ${failureOf(error).text}`)]
  }
}

function goodText(config: ConnectorConfig, isElasticsearch: boolean): string {
  if (!isElasticsearch) return 'its config is valid'
  const place = masked(config, new Set())['connection.url'] ?? config['connection.cloud.id'] ?? 'its address'
  return `the worker reaches ${oneLine(place)} and may use it`
}
