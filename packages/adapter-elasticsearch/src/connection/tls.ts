/** `elastic.https.ssl.*` for Node's TLS. */
import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { ConfigError, messageOf, type Password } from '@penstock/core'
import {
  type KeyStore,
  keystoreProblem,
  normalizedPem,
  openSslSuite,
  storeFormat,
  trustedCertificates,
} from '@penstock/tls'
import type { ElasticsearchSinkConfig } from '../config/config.ts'

export interface ConnectOptions extends SecureContextOptions {
  readonly timeout: number
  readonly checkServerIdentity?: () => undefined
}

/** How to open a connection. Throws ConfigError for certificates and keys that can't be had. */
export function connectOptions(config: ElasticsearchSinkConfig): ConnectOptions {
  const timeout = config['connection.timeout.ms']
  if (config['elastic.security.protocol'] !== 'SSL') return { timeout }
  const parts = [trust(config), identity(config), algorithms(config)]
  for (const { key, options } of parts) requireUsable(key, options)
  return {
    timeout,
    ...Object.assign({}, ...parts.map(({ options }) => options)),
    ...(config['elastic.https.ssl.endpoint.identification.algorithm'] === ''
      ? { checkServerIdentity: () => undefined }
      : {}),
  }
}

/** Options and the key to blame for them. */
interface Part {
  readonly key: string
  readonly options: SecureContextOptions
}

function trust(config: ElasticsearchSinkConfig): Part {
  const inline = pem(config['elastic.https.ssl.truststore.certificates'])
  if (inline !== null) return { key: 'elastic.https.ssl.truststore.certificates', options: { ca: inline } }
  const key = 'elastic.https.ssl.truststore.location'
  const store = readStore(config, 'truststore')
  if (store === null) return { key, options: {} }
  const opened = trustedCertificates(store)
  if ('problem' in opened) throw new ConfigError([{ key, message: opened.problem }])
  return { key, options: { ca: opened.pem } }
}

function identity(config: ElasticsearchSinkConfig): Part {
  const cert = pem(config['elastic.https.ssl.keystore.certificate.chain'])
  const key = pem(config['elastic.https.ssl.keystore.key'])
  const passphrase = config['elastic.https.ssl.key.password']?.reveal()
  const secret = passphrase ? { passphrase } : {}
  if (cert !== null && key !== null) {
    return { key: 'elastic.https.ssl.keystore.key', options: { cert, key, ...secret } }
  }
  const store = readStore(config, 'keystore')
  const blamed = 'elastic.https.ssl.keystore.location'
  if (store === null) return { key: blamed, options: {} }
  const problem = keystoreProblem(store, 'elastic.https.ssl.')
  if (problem !== undefined) throw new ConfigError([{ key: blamed, message: problem }])
  const options =
    storeFormat(store.bytes) === 'PEM'
      ? { cert: store.bytes, key: store.bytes, ...secret }
      : { pfx: store.bytes, passphrase: store.password }
  return { key: blamed, options }
}

function algorithms(config: ElasticsearchSinkConfig): Part {
  const versions = config['elastic.https.ssl.enabled.protocols']
  const suites = config['elastic.https.ssl.cipher.suites']
  return {
    key: 'elastic.https.ssl.cipher.suites',
    options: {
      minVersion: versions.includes('TLSv1.2') ? 'TLSv1.2' : 'TLSv1.3',
      maxVersion: versions.includes('TLSv1.3') ? 'TLSv1.3' : 'TLSv1.2',
      ...(suites.length === 0 ? {} : { ciphers: suites.map(openSslSuite).join(':') }),
    },
  }
}

/** What OpenSSL can't use is told now, with its key, not as an unreachable cluster later. */
function requireUsable(key: string, options: SecureContextOptions): void {
  try {
    createSecureContext(options)
  } catch (error) {
    throw new ConfigError([{ key, message: `${key} can not be used: ${messageOf(error)}` }])
  }
}

function pem(text: Password | null): string | null {
  const revealed = text?.reveal() ?? ''
  return revealed === '' ? null : normalizedPem(revealed)
}

function readStore(config: ElasticsearchSinkConfig, kind: 'truststore' | 'keystore'): KeyStore | null {
  const key = `elastic.https.ssl.${kind}.location` as const
  const passwordKey = `elastic.https.ssl.${kind}.password` as const
  const path = config[key]
  if (!path) return null
  try {
    return { key, path, bytes: readFileSync(path), passwordKey, password: config[passwordKey]?.reveal() ?? '' }
  } catch (error) {
    const message = `Invalid value ${path} for configuration ${key}: expected a file that this process can read: ${messageOf(error)}`
    throw new ConfigError([{ key, message }])
  }
}
