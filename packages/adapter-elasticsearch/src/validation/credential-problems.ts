/** Who the sink says it is: one way, and that one whole. */
import type { ConfigProblem } from '@penstock/core'
import type { ElasticsearchSinkConfig } from '../config/config.ts'
import { extraHeaders } from '../connection/extra-headers.ts'
import { parseNodeUrl } from '../connection/node-urls.ts'
import { awsCredentials } from '../connection/signing.ts'
import { type ConfigKey, problem } from './problem.ts'

export function credentialProblems(
  config: ElasticsearchSinkConfig,
  env: NodeJS.ProcessEnv = process.env,
): ConfigProblem[] {
  return [...userProblems(config), ...wayProblems(config), ...awsProblems(config, env)]
}

/** The keys that say who the sink is, for what the cluster has against it. */
export function credentialKeys(config: ElasticsearchSinkConfig): ConfigKey[] {
  return waysOf(config)
    .flatMap(({ keys }) => keys)
    .filter((key) => key !== 'connection.url')
}

function userProblems(config: ElasticsearchSinkConfig): ConfigProblem[] {
  if (Boolean(config['connection.username']) === Boolean(config['connection.password']?.reveal())) return []
  return problem(
    ['connection.username', 'connection.password'],
    'Both connection.username and connection.password must be set, or neither.',
  )
}

function waysOf(config: ElasticsearchSinkConfig): { readonly name: string; readonly keys: readonly ConfigKey[] }[] {
  const user = Boolean(config['connection.username']) || Boolean(config['connection.password']?.reveal())
  const inUrl = config['connection.url'].some((url) => parseNodeUrl(url).auth !== null)
  const ways: [boolean, string, ConfigKey[]][] = [
    [user, 'user name and password', ['connection.username', 'connection.password']],
    [inUrl && !user, 'user name and password in connection.url', ['connection.url']],
    [Boolean(config['connection.api.key']?.reveal()), 'connection.api.key', ['connection.api.key']],
    [Boolean(config['connection.bearer.token']?.reveal()), 'connection.bearer.token', ['connection.bearer.token']],
    [
      'authorization' in extraHeaders(config['connection.headers']),
      'Authorization in connection.headers',
      ['connection.headers'],
    ],
    [config['aws.region'] !== '', 'aws.region', ['aws.region']],
  ]
  return ways.filter(([used]) => used).map(([, name, keys]) => ({ name, keys }))
}

function wayProblems(config: ElasticsearchSinkConfig): ConfigProblem[] {
  const ways = waysOf(config)
  if (ways.length < 2) return []
  const keys = ways.flatMap((way) => way.keys)
  return problem(
    keys,
    `Only one of these can say who the connector is: ${ways.map(({ name }) => name).join(', ')}. Leave the others out.`,
  )
}

function awsProblems(config: ElasticsearchSinkConfig, env: NodeJS.ProcessEnv): ConfigProblem[] {
  const hasId = config['aws.access.key.id'] !== ''
  const hasSecret = Boolean(config['aws.secret.access.key']?.reveal())
  const keys = (['aws.access.key.id', 'aws.secret.access.key', 'aws.session.token'] as const).filter((key) =>
    key === 'aws.access.key.id' ? hasId : Boolean(config[key]?.reveal()),
  )
  if (config['aws.region'] === '') {
    if (keys.length === 0) return []
    return problem(
      [...keys, 'aws.region'],
      `${keys.join(', ')} can not be set without aws.region, which turns signing on.`,
    )
  }
  if (hasId !== hasSecret) {
    return problem(
      ['aws.access.key.id', 'aws.secret.access.key'],
      'Both aws.access.key.id and aws.secret.access.key must be set, or neither.',
    )
  }
  if (awsCredentials(config, env) !== null) return []
  return problem(
    ['aws.region', 'aws.access.key.id', 'aws.secret.access.key'],
    'There is nothing to sign requests with: set aws.access.key.id and aws.secret.access.key, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment of the worker.',
  )
}
