/** Checks across the keys of the REST server. */
import type { ConfigDef, ConfigOf, ConfigProblem, RawConfig } from '@penstock/core'
import { isHttps, mainListeners } from './listeners.ts'
import type { restKeys } from './rest-keys.ts'
import { adminTlsPrefix, clientAuth, mainTlsPrefix, tlsKeys, tlsProblems } from './tls-keys.ts'

type RestConfig = ConfigOf<ConfigDef<typeof restKeys>> & { readonly raw: RawConfig }

export function restProblems(config: RestConfig): ConfigProblem[] {
  const methods = config['rest.authentication.methods']
  const { listeners } = mainListeners(config)
  return [
    ...tlsProblems(config.raw, listeners, mainTlsPrefix),
    ...tlsProblems(config.raw, config['admin.listeners'] ?? [], adminTlsPrefix),
    ...(methods.length > 0 ? protocolProblems(config) : []),
    ...(methods.includes('basic') ? basicProblems(config) : []),
    ...(methods.includes('jwt') ? jwtProblems(config) : []),
    ...(methods.includes('mtls') ? mtlsProblems(config, listeners) : []),
  ]
}

/** Only the newest protocol has a key that tells workers from others. */
function protocolProblems({ raw }: RestConfig): ConfigProblem[] {
  const key = 'connect.protocol'
  if ((raw[key] ?? 'sessioned').toLowerCase() === 'sessioned') return []
  const message = `${key} is ${raw[key]}, but rest.authentication.methods needs sessioned: workers sign what they ask of each other`
  return [{ key, message }]
}

function basicProblems(config: RestConfig): ConfigProblem[] {
  return missing(config, 'basic', ['rest.authentication.basic.file'])
}

function jwtProblems(config: RestConfig): ConfigProblem[] {
  const url = 'rest.authentication.jwt.jwks.url'
  const file = 'rest.authentication.jwt.jwks.file'
  const problems = missing(config, 'jwt', ['rest.authentication.jwt.issuer', 'rest.authentication.jwt.audience'])
  if ((config[url] === null) === (config[file] === null)) {
    problems.push({ key: url, message: `rest.authentication.methods names jwt, which needs one of ${url} and ${file}` })
  }
  return problems
}

function mtlsProblems(config: RestConfig, listeners: readonly string[]): ConfigProblem[] {
  const tls = tlsKeys(config.raw, mainTlsPrefix)
  const problems = missing(config, 'mtls', ['rest.authentication.mtls.roles'])
  if (!listeners.some(isHttps)) {
    problems.push({
      key: 'listeners',
      message: 'rest.authentication.methods names mtls, which needs an https listener',
    })
  } else if (clientAuth(tls) === 'none') {
    const key = `${tls.prefix}ssl.client.auth`
    problems.push({
      key,
      message: `${key} is none, but rest.authentication.methods names mtls: set it to required, or to requested where users may also prove themselves otherwise`,
    })
  }
  return problems
}

function missing(config: RestConfig, method: string, keys: readonly (keyof RestConfig & string)[]): ConfigProblem[] {
  return keys
    .filter((key) => config[key] === null || String(config[key]) === '')
    .map((key) => ({ key, message: `${key} is missing: rest.authentication.methods names ${method}` }))
}
