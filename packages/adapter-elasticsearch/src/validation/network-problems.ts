/** Where the cluster is and the way there: URLs or a Cloud ID, proxy, Kerberos. */
import type { ConfigProblem } from '@penstock/core'
import type { ElasticsearchSinkConfig } from '../config/config.ts'
import { problem } from './problem.ts'

export function networkProblems(config: ElasticsearchSinkConfig): ConfigProblem[] {
  return [
    ...addressProblems(config),
    ...sniffingProblems(config),
    ...proxyProblems(config),
    ...kerberosProblems(config),
  ]
}

function addressProblems(config: ElasticsearchSinkConfig): ConfigProblem[] {
  const hasUrl = config['connection.url'].length > 0
  const hasCloudId = config['connection.cloud.id'] !== ''
  if (!hasUrl && !hasCloudId) {
    return problem(
      ['connection.url'],
      'Missing required configuration "connection.url" which has no default value. Name at least one URL, or the deployment by connection.cloud.id.',
    )
  }
  if (!hasUrl || !hasCloudId) return []
  return problem(
    ['connection.url', 'connection.cloud.id'],
    'connection.url and connection.cloud.id both say where the cluster is; set one of them.',
  )
}

function sniffingProblems(config: ElasticsearchSinkConfig): ConfigProblem[] {
  if (!config['connection.sniffing']) return []
  const between =
    config['connection.cloud.id'] !== ''
      ? 'connection.cloud.id'
      : config['aws.region'] !== ''
        ? 'aws.region'
        : config['proxy.host'] !== ''
          ? 'proxy.host'
          : null
  if (between === null) return []
  return problem(
    ['connection.sniffing', between],
    `connection.sniffing can not be set with ${between}: the addresses that the nodes tell are not those they are reached by from here.`,
  )
}

function proxyProblems(config: ElasticsearchSinkConfig): ConfigProblem[] {
  const hasUser = config['proxy.username'] !== ''
  const hasPassword = Boolean(config['proxy.password']?.reveal())
  const problems: ConfigProblem[] = []
  if (config['proxy.host'] === '' && (hasUser || hasPassword)) {
    const keys = [...(hasUser ? ['proxy.username' as const] : []), ...(hasPassword ? ['proxy.password' as const] : [])]
    problems.push(...problem(['proxy.host', ...keys], `proxy.host must be set to use ${keys.join(' and ')}.`))
  }
  if (hasUser !== hasPassword) {
    problems.push(
      ...problem(
        ['proxy.username', 'proxy.password'],
        'Both proxy.username and proxy.password must be set, or neither.',
      ),
    )
  }
  return problems
}

function kerberosProblems(config: ElasticsearchSinkConfig): ConfigProblem[] {
  const used = (['kerberos.user.principal', 'kerberos.keytab.path'] as const).filter((key) => config[key])
  if (used.length === 0) return []
  const problems: ConfigProblem[] = []
  if (used.length === 1) {
    problems.push(
      ...problem(
        ['kerberos.user.principal', 'kerberos.keytab.path'],
        'Both kerberos.user.principal and kerberos.keytab.path must be set, or neither.',
      ),
    )
  }
  const credentials = (['connection.username', 'connection.password'] as const).filter((key) => config[key])
  if (credentials.length > 0) {
    problems.push(
      ...problem([...used, ...credentials], `${credentials.join(' and ')} can not be set with ${used.join(' and ')}.`),
    )
  }
  if (config['proxy.host'] !== '') {
    problems.push(...problem([...used, 'proxy.host'], `proxy.host can not be set with ${used.join(' and ')}.`))
  }
  problems.push(
    ...problem(
      used,
      `${used.join(' and ')} can not be used: this sink does not speak Kerberos (SPNEGO). Remove them and give it an API key (connection.api.key), a token (connection.bearer.token) or a user (connection.username and connection.password) of its own.`,
    ),
  )
  return problems
}
