/** `schema.registry.ssl.*` and the credentials, for requests to the registry. */
import { readFileSync } from 'node:fs'
import { ConfigError } from '@penstock/core'
import type { RegistryConfig } from './config.ts'

interface Stores {
  readonly ca?: string | Buffer
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
  readonly pfx?: Buffer
}

/** What Node's TLS is given, and how long opening a connection may take. */
export interface ConnectOptions extends Stores {
  readonly timeout: number
  readonly passphrase?: string
  readonly checkServerIdentity?: () => undefined
}

/** How to open a connection. Throws ConfigError for a store that can't be read. */
export function connectOptions(config: RegistryConfig): ConnectOptions {
  const stores = { ...trustStore(config), ...keyStore(config) }
  const passphrase = (
    config['schema.registry.ssl.key.password'] ?? config['schema.registry.ssl.keystore.password']
  )?.reveal()
  return {
    timeout: config['http.connect.timeout.ms'],
    ...stores,
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(config['schema.registry.ssl.endpoint.identification.algorithm'] === ''
      ? { checkServerIdentity: () => undefined }
      : {}),
  }
}

/** The Authorization header for a URL of `schema.registry.url`. Throws ConfigError for keys that contradict each other. */
export function authorization(config: RegistryConfig, url: string): string | undefined {
  const token = config['bearer.auth.token']?.reveal().trim()
  if (config['basic.auth.credentials.source'] === 'USER_INFO') {
    const userInfo = config['basic.auth.user.info'] ?? config['schema.registry.basic.auth.user.info']
    if (!userInfo?.reveal().includes(':')) {
      throw problem(
        'basic.auth.user.info',
        'basic.auth.credentials.source=USER_INFO needs basic.auth.user.info=user:password',
      )
    }
    if (token) throw problem('bearer.auth.token', 'bearer.auth.token and basic.auth.user.info exclude each other')
    return basic(userInfo.reveal().trim())
  }
  if (token) return `Bearer ${token}`
  const { username, password } = new URL(url)
  return username === '' ? undefined : basic(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)
}

function basic(userInfo: string): string {
  return `Basic ${Buffer.from(userInfo).toString('base64')}`
}

function trustStore(config: RegistryConfig): Stores {
  const text = config['schema.registry.ssl.truststore.certificates']?.reveal()
  if (text !== undefined) return { ca: text }
  const key = 'schema.registry.ssl.truststore.location'
  const path = config[key]
  if (!path) return {}
  const pem = readStore(key, path)
  if (!isPem(pem)) throw notPem(key, path, `export the certificates with "keytool -exportcert -rfc -keystore ${path}"`)
  return { ca: pem }
}

function keyStore(config: RegistryConfig): Stores {
  const cert = config['schema.registry.ssl.keystore.certificate.chain']?.reveal()
  const privateKey = config['schema.registry.ssl.keystore.key']?.reveal()
  if (cert !== undefined || privateKey !== undefined) {
    return { ...(cert === undefined ? {} : { cert }), ...(privateKey === undefined ? {} : { key: privateKey }) }
  }
  const key = 'schema.registry.ssl.keystore.location'
  const path = config[key]
  if (!path) return {}
  const store = readStore(key, path)
  if (isPem(store)) return { cert: store, key: store }
  // A JKS file begins with FEEDFEED, a PKCS12 file with an ASN.1 sequence.
  if (store[0] === 0x30) return { pfx: store }
  throw notPem(key, path, `convert it with "keytool -importkeystore -srckeystore ${path} -deststoretype PKCS12"`)
}

function readStore(key: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw problem(key, `Invalid value ${path} for configuration ${key}: ${(error as Error).message}`)
  }
}

function isPem(store: Buffer): boolean {
  return store.includes('-----BEGIN')
}

function notPem(key: string, path: string, how: string): ConfigError {
  return problem(key, `Invalid value ${path} for configuration ${key}: this kind of store can't be read; ${how}`)
}

function problem(key: string, message: string): ConfigError {
  return new ConfigError([{ key, message }])
}
