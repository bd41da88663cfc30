/** `elastic.https.ssl.*` for Node's TLS. */
import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { ConfigError } from '@penstock/core'
import type { ElasticsearchSinkConfig } from '../config/config.ts'

/** How to open a connection. Throws ConfigError for a trust store that can't be read. */
export function connectOptions(config: ElasticsearchSinkConfig): ConnectionOptions & { timeout: number } {
  const timeout = config['connection.timeout.ms']
  if (config['elastic.security.protocol'] !== 'SSL') return { timeout }
  const ca = config['elastic.https.ssl.truststore.certificates']?.reveal() ?? readTrustStore(config)
  const cert = config['elastic.https.ssl.keystore.certificate.chain']?.reveal()
  const key = config['elastic.https.ssl.keystore.key']?.reveal()
  const passphrase = config['elastic.https.ssl.key.password']?.reveal()
  return {
    timeout,
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(passphrase ? { passphrase } : {}),
    ...(config['elastic.https.ssl.endpoint.identification.algorithm'] === ''
      ? { checkServerIdentity: () => undefined }
      : {}),
  }
}

function readTrustStore(config: ElasticsearchSinkConfig): string | null {
  const name = 'elastic.https.ssl.truststore.location'
  const path = config[name]
  if (!path) return null
  let text: string
  try {
    text = readFileSync(path, 'latin1')
  } catch (error) {
    throw new ConfigError([
      { key: name, message: `Invalid value ${path} for configuration ${name}: ${(error as Error).message}` },
    ])
  }
  if (text.includes('-----BEGIN')) return text
  throw new ConfigError([
    {
      key: name,
      message: `Invalid value ${path} for configuration ${name}: not a PEM file; export the certificates with keytool -exportcert -rfc`,
    },
  ])
}
