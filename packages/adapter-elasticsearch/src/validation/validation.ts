/** Checks across keys, and against the cluster, when a connector is created or changed. */
import { ConfigError, type ConfigProblem, isRetriable, messageOf, type RawConfig } from '@penstock/core'
import { config as definition, type ElasticsearchSinkConfig, shownUrls, unsupportedKeys } from '../config/config.ts'
import { ElasticsearchClient, UnreachableError } from '../connection/client.ts'
import { parseNodeUrl } from '../connection/node-urls.ts'
import { reasonOf } from '../delivery/bulk-response.ts'

const oldestMajor = 7

/** All that is wrong with a configuration whose single keys are fine: across keys first, then the cluster. */
export async function validate(raw: RawConfig, { signal }: { signal: AbortSignal }): Promise<readonly ConfigProblem[]> {
  const config = definition.parse(raw)
  const problems = crossKeyProblems(config, raw)
  return problems.length > 0 ? problems : clusterProblems(config, signal)
}

/** Throws ConfigError for a combination of keys that no task can run with. */
export function requireConsistent(config: ElasticsearchSinkConfig): void {
  const problems = [...unsupported(config), ...authentication(config)]
  if (problems.length > 0) throw new ConfigError(problems)
}

/** Checks that need no server. */
export function crossKeyProblems(config: ElasticsearchSinkConfig, raw: RawConfig): ConfigProblem[] {
  return [
    ...unsupported(config),
    ...authentication(config),
    ...ignoreLists(config),
    ...bounds(config),
    ...security(config, raw),
  ]
}

function problem(keys: readonly string[], message: string): ConfigProblem[] {
  return keys.map((key) => ({ key, message }))
}

function unsupported(config: ElasticsearchSinkConfig): ConfigProblem[] {
  return Object.entries(unsupportedKeys).flatMap(([key, harmless]) => {
    const value = config[key as keyof typeof unsupportedKeys]
    if (value === null || (harmless as readonly string[]).includes(value.toLowerCase())) return []
    return problem([key], `${key} is not supported by this version of the sink; remove it`)
  })
}

function authentication(config: ElasticsearchSinkConfig): ConfigProblem[] {
  const hasUser = Boolean(config['connection.username'])
  const hasPassword = Boolean(config['connection.password']?.reveal())
  const hasApiKey = Boolean(config['connection.api.key']?.reveal())
  const inUrl = config['connection.url'].some((url) => parseNodeUrl(url).auth !== null)
  const problems: ConfigProblem[] = []
  if (hasUser !== hasPassword) {
    problems.push(
      ...problem(
        ['connection.username', 'connection.password'],
        'Both connection.username and connection.password must be set, or neither.',
      ),
    )
  }
  if (hasApiKey && (hasUser || hasPassword || inUrl)) {
    const keys = ['connection.api.key', inUrl ? 'connection.url' : 'connection.username']
    problems.push(...problem(keys, 'Set either connection.api.key, or user name and password, not both.'))
  }
  return problems
}

function ignoreLists(config: ElasticsearchSinkConfig): ConfigProblem[] {
  return (['key.ignore', 'schema.ignore'] as const).flatMap((flag) => {
    const list = `topic.${flag}` as const
    if (!config[flag] || config[list].length === 0) return []
    return problem([flag, list], `${list} can not be set if ${flag} is true: it is true for every topic then.`)
  })
}

function bounds(config: ElasticsearchSinkConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  if (config['linger.ms'] > config['flush.timeout.ms']) {
    problems.push(...problem(['linger.ms', 'flush.timeout.ms'], 'linger.ms can not be larger than flush.timeout.ms.'))
  }
  const needed = config['batch.size'] * config['max.in.flight.requests']
  if (config['max.buffered.records'] < needed) {
    problems.push(
      ...problem(
        ['max.buffered.records', 'batch.size', 'max.in.flight.requests'],
        `max.buffered.records (${config['max.buffered.records']}) must be at least batch.size × max.in.flight.requests (${needed}).`,
      ),
    )
  }
  return problems
}

function security(config: ElasticsearchSinkConfig, raw: RawConfig): ConfigProblem[] {
  const sslKeys = Object.keys(raw).filter((key) => key.startsWith('elastic.https.') && raw[key])
  const problems: ConfigProblem[] = []
  if (config['elastic.security.protocol'] === 'SSL') {
    if (!Object.keys(raw).some((key) => key.startsWith('elastic.https.'))) {
      problems.push(
        ...problem(
          ['elastic.security.protocol'],
          'elastic.security.protocol is SSL, but no elastic.https.ssl.* key is set.',
        ),
      )
    }
  } else if (sslKeys.length > 0) {
    problems.push(
      ...problem(['elastic.security.protocol'], `Set elastic.security.protocol to SSL to use ${sslKeys.join(', ')}.`),
    )
  }
  for (const key of sslKeys) {
    if (key in definition.keys || /\.(type|protocol|enabled\.protocols)$/.test(key)) continue
    problems.push(
      ...problem(['elastic.security.protocol'], `${key} is not supported; give certificates and keys as PEM.`),
    )
  }
  return problems
}

/** Asks the cluster who it is; bounded by the connection and read timeouts. */
async function clusterProblems(
  config: ElasticsearchSinkConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  let client: ElasticsearchClient
  try {
    client = new ElasticsearchClient(config)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    return problem(['connection.url'], `No client can be made for ${shownUrls(config)}: ${messageOf(error)}`)
  }
  try {
    const answer = await askFirst(client, config['connection.url'].length, signal)
    const keys = ['connection.url', ...credentialKeys(config)]
    if (answer.status === 401)
      return problem(keys, `Elasticsearch at ${client.urls} refused the credentials: ${reasonOf(answer.body)}`)
    // No right to see the version is no reason not to write.
    if (answer.status === 403) return []
    if (answer.status >= 300)
      return problem(
        keys,
        `Elasticsearch at ${client.urls} answered with HTTP status ${answer.status}: ${reasonOf(answer.body)}`,
      )
    return versionProblems(answer.body, client.urls)
  } catch (error) {
    if (!(error instanceof UnreachableError) && !isRetriable(error)) throw error
    return problem(
      ['connection.url', ...credentialKeys(config)],
      `Could not connect to Elasticsearch at ${client.urls}; check the URL, its port and the security settings: ${messageOf(error)}`,
    )
  } finally {
    await client.close()
  }
}

/** One node that answers is enough. */
async function askFirst(client: ElasticsearchClient, nodes: number, signal: AbortSignal) {
  for (let left = nodes; ; left--) {
    try {
      return await client.request({ method: 'GET', path: '/' }, signal)
    } catch (error) {
      if (left <= 1) throw error
    }
  }
}

function credentialKeys(config: ElasticsearchSinkConfig): string[] {
  if (config['connection.api.key']) return ['connection.api.key']
  return config['connection.username'] ? ['connection.username', 'connection.password'] : []
}

function versionProblems(body: Buffer, urls: string): ConfigProblem[] {
  let version: { number?: string; distribution?: string } | undefined
  try {
    version = (JSON.parse(body.toString()) as { version?: { number?: string; distribution?: string } }).version
  } catch {
    return problem(['connection.url'], `What answers at ${urls} is not Elasticsearch.`)
  }
  if (version?.distribution !== undefined) {
    return problem(
      ['connection.url'],
      `The server at ${urls} is ${version.distribution}, not Elasticsearch; this sink does not support it.`,
    )
  }
  const major = Number.parseInt(version?.number ?? '', 10)
  if (Number.isNaN(major) || major >= oldestMajor) return []
  return problem(
    ['connection.url'],
    `Elasticsearch at ${urls} has version ${version?.number}; at least ${oldestMajor}.0.0 is needed.`,
  )
}
