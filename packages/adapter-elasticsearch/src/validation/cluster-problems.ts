/** What only the cluster can tell: whether it answers, who it is, what is there. */
import { ConfigError, type ConfigProblem, isRetriable, messageOf } from '@penstock/core'
import { type ElasticsearchSinkConfig, shownUrls } from '../config/config.ts'
import { type Answer, ElasticsearchClient, type ElasticsearchRequest, UnreachableError } from '../connection/client.ts'
import { nodeUrls } from '../connection/elastic-client.ts'
import { reasonOf } from '../connection/error-answer.ts'
import { type Cluster, clusterOf } from '../connection/flavor.ts'
import { pairsOf } from '../indices/index-names.ts'
import { writesToDataStreams } from '../indices/resources.ts'
import { credentialKeys } from './credential-problems.ts'
import { missingHelpers } from './missing-helpers.ts'
import { type ConfigKey, problem } from './problem.ts'

type Config = ElasticsearchSinkConfig
const streamVersion = '7.9.0'

/** Bounded by the connection and read timeouts. */
export async function clusterProblems(config: Config, signal: AbortSignal): Promise<readonly ConfigProblem[]> {
  let client: ElasticsearchClient
  try {
    client = new ElasticsearchClient(config)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    return problem(addressKeys(config), `No client can be made for ${shownUrls(config)}: ${messageOf(error)}`)
  }
  const ask = (request: ElasticsearchRequest) => askAny(client, nodeUrls(config).length, request, signal)
  try {
    const problems = identityProblems(await ask({ method: 'GET', path: '/' }), config, client.urls)
    if (problems.length > 0) return problems
    return [...(await missingResources(config, client.urls, ask)), ...(await missingHelpers(config, client.urls, ask))]
  } catch (error) {
    if (!(error instanceof UnreachableError) && !isRetriable(error)) throw error
    return problem(
      involvedKeys(config),
      `Could not connect to Elasticsearch at ${client.urls}; check the URL, its port and the security settings: ${messageOf(error)}`,
    )
  } finally {
    await client.close()
  }
}

type Ask = (request: ElasticsearchRequest) => Promise<Answer>

/** One node that answers is enough. */
async function askAny(client: ElasticsearchClient, nodes: number, request: ElasticsearchRequest, signal: AbortSignal) {
  for (let left = nodes; ; left--) {
    try {
      return await client.request(request, signal)
    } catch (error) {
      if (left <= 1) throw error
    }
  }
}

function addressKeys(config: Config): ConfigKey[] {
  return [config['connection.cloud.id'] === '' ? 'connection.url' : 'connection.cloud.id']
}

/** All keys by which a failure to connect may be mended. */
function involvedKeys(config: Config): ConfigKey[] {
  return [
    ...addressKeys(config),
    ...credentialKeys(config),
    ...(config['elastic.security.protocol'] === 'SSL' ? (['elastic.security.protocol'] as const) : []),
    ...(config['proxy.host'] === '' ? [] : (['proxy.host', 'proxy.port'] as const)),
    ...(config['proxy.username'] === '' ? [] : (['proxy.username', 'proxy.password'] as const)),
  ]
}

function identityProblems(answer: Answer, config: Config, urls: string): ConfigProblem[] {
  const { status, body } = answer
  if (status === 401) {
    return problem(
      [...addressKeys(config), ...credentialKeys(config)],
      `Elasticsearch at ${urls} refused the credentials: ${reasonOf(body)}`,
    )
  }
  // No right to see the version is no reason not to write; and OpenSearch Serverless has no such page.
  if (status === 403 || (status === 404 && config['aws.service.signing.name'] === 'aoss')) return []
  if (status >= 300) {
    return problem(
      involvedKeys(config),
      `Elasticsearch at ${urls} answered with HTTP status ${status}: ${reasonOf(body)}`,
    )
  }
  const cluster = clusterOf(body)
  if (cluster === undefined) {
    return problem(addressKeys(config), `What answers at ${urls} is neither Elasticsearch nor OpenSearch.`)
  }
  const asked = config.flavor
  if (asked !== 'auto' && asked !== cluster.flavor) {
    const keys: ConfigKey[] = [...addressKeys(config), 'flavor']
    return problem(keys, `The cluster at ${urls} is ${cluster.flavor}, but flavor is ${asked}; set flavor to auto.`)
  }
  return versionProblems(cluster, config, urls)
}

function versionProblems({ flavor, version }: Cluster, config: Config, urls: string): ConfigProblem[] {
  if (flavor === 'opensearch') return openSearchProblems(config, urls)
  if (version === null) return []
  const has = `Elasticsearch at ${urls} has version ${version.text}`
  if (version.major < 7) return problem(addressKeys(config), `${has}; at least 7.0.0 is needed.`)
  if (version.major > 7 || version.minor >= 9 || !writesToDataStreams(config)) return []
  const keys: ConfigKey[] =
    config['external.resource.usage'] === 'disabled'
      ? ['data.stream.type', 'data.stream.dataset']
      : ['external.resource.usage']
  return problem([...addressKeys(config), ...keys], `${has}; data streams need at least ${streamVersion}.`)
}

/** It has had all else that is needed since its first version. */
function openSearchProblems(config: Config, urls: string): ConfigProblem[] {
  const policy = config['index.lifecycle.name']
  if (policy === null) return []
  return problem(
    ['index.lifecycle.name'],
    `The cluster at ${urls} is opensearch, which knows no index.lifecycle.name, but ${policy} is set; leave it out, and let the ism_template of an ISM policy name the indices.`,
  )
}

async function missingResources(config: Config, urls: string, ask: Ask): Promise<ConfigProblem[]> {
  const usage = config['external.resource.usage']
  if (usage === 'disabled') return []
  const mapping: ConfigKey = 'topic.to.external.resource.mapping'
  const isAlias = usage.startsWith('alias_')
  const kind = isAlias ? 'alias' : usage === 'index' ? 'index' : 'data stream'
  const problems: ConfigProblem[] = []
  for (const name of pairsOf(config[mapping]).values()) {
    const path = `${isAlias ? '/_alias' : ''}/${encodeURIComponent(name)}`
    const { status } = await ask({ method: 'HEAD', path })
    if (status === 404) {
      problems.push(
        ...problem([mapping], `The ${kind} ${name} does not exist at ${urls}; create it, or mend ${mapping}.`),
      )
    } else if (status >= 300) {
      problems.push(
        ...problem(
          [mapping],
          `Whether the ${kind} ${name} exists at ${urls} could not be checked: HTTP status ${status}.`,
        ),
      )
    }
  }
  return problems
}
