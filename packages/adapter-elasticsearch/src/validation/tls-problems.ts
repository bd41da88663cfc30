/** `elastic.security.protocol` and the keys that go with it. */
import { ConfigError, type ConfigProblem, type RawConfig } from '@penstock/core'
import { config as definition, type ElasticsearchSinkConfig } from '../config/config.ts'
import { javaTlsKeys } from '../config/security-keys.ts'
import { connectOptions } from '../connection/tls.ts'
import { problem } from './problem.ts'

const prefix = 'elastic.https.'

export function tlsProblems(config: ElasticsearchSinkConfig, raw: RawConfig): ConfigProblem[] {
  const keys = Object.keys(raw).filter((key) => key.startsWith(prefix))
  return [
    ...protocolProblems(config, raw, keys),
    ...keys.flatMap((key) => keyProblems(key, raw)),
    ...storeProblems(config),
  ]
}

function protocolProblems(config: ElasticsearchSinkConfig, raw: RawConfig, keys: readonly string[]): ConfigProblem[] {
  if (config['elastic.security.protocol'] === 'SSL') {
    if (keys.length > 0) return []
    return problem(
      ['elastic.security.protocol'],
      `elastic.security.protocol is SSL, but no ${prefix}ssl.* key is set; set PLAINTEXT to use https URLs with the certificates of the system.`,
    )
  }
  const used = keys.filter((key) => raw[key])
  if (used.length === 0) return []
  return problem(['elastic.security.protocol'], `Set elastic.security.protocol to SSL to use ${used.join(', ')}.`)
}

/** Keys that can't do here what they do in Java are refused by name, not ignored. */
function keyProblems(key: string, raw: RawConfig): ConfigProblem[] {
  if (key in definition.keys) return []
  const value = raw[key] ?? ''
  const harmless = javaTlsKeys[key]
  if (harmless?.includes(value)) return []
  const message =
    harmless === undefined
      ? `${key} is no key of this sink; remove it.`
      : `${key} can not be ${value}: it names a part of Java, and TLS is done by OpenSSL here. Remove it.`
  // The key itself may not be declared: forms show the message where they can.
  return [{ key: 'elastic.security.protocol', message }]
}

function storeProblems(config: ElasticsearchSinkConfig): readonly ConfigProblem[] {
  const chain = Boolean(config['elastic.https.ssl.keystore.certificate.chain']?.reveal())
  const key = Boolean(config['elastic.https.ssl.keystore.key']?.reveal())
  if (chain !== key) {
    return problem(
      ['elastic.https.ssl.keystore.certificate.chain', 'elastic.https.ssl.keystore.key'],
      'Both elastic.https.ssl.keystore.certificate.chain and elastic.https.ssl.keystore.key must be set, or neither.',
    )
  }
  try {
    connectOptions(config)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}
