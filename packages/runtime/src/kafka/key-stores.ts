/** Certificates and keys for the Kafka clients, wherever a configuration keeps them: PEM or PKCS12, in files or in the value itself. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type ConfigProblem, messageOf } from '@penstock/core'
import { type KeyStore, keystoreProblem, storeFormat, trustedCertificates } from '@penstock/tls'

type Properties = Readonly<Record<string, string>>

/** librdkafka's keys for the certificates that are trusted; `prefix` is `https.` for those of a token endpoint. */
export function truststore(
  properties: Properties,
  problems: ConfigProblem[],
  { key = 'ssl.truststore.location', prefix = 'ssl.' } = {},
): Record<string, string> {
  const path = properties['ssl.truststore.location'] ?? ''
  const bytes = readStore(key, path, problems)
  if (bytes === null) return {}
  if (storeFormat(bytes) === 'PEM') return { [`${prefix}ca.location`]: path }
  const passwordKey = 'ssl.truststore.password'
  const opened = trustedCertificates({ key, path, bytes, passwordKey, password: properties[passwordKey] ?? '' })
  if ('pem' in opened) return { [`${prefix}ca.pem`]: opened.pem }
  problems.push({ key, message: opened.problem })
  return {}
}

/** librdkafka's keys for the client's own certificate and key. */
export function keystore(properties: Properties, problems: ConfigProblem[]): Record<string, string> {
  const key = 'ssl.keystore.location'
  const path = properties[key] ?? ''
  const bytes = readStore(key, path, problems)
  if (bytes === null) return {}
  const passwordKey = 'ssl.keystore.password'
  const store: KeyStore = { key, path, bytes, passwordKey, password: properties[passwordKey] ?? '' }
  const problem = keystoreProblem(store, 'ssl.')
  if (problem !== undefined) problems.push({ key, message: problem })
  return storeFormat(bytes) === 'PEM'
    ? { 'ssl.certificate.location': path, 'ssl.key.location': path }
    : { 'ssl.keystore.location': path }
}

/** The certificates below `ssl.ca.location`, which librdkafka takes as a file or a folder. */
export function readCertificates(path: string, problems: ConfigProblem[]): string | undefined {
  const key = 'ssl.ca.location'
  try {
    if (!statSync(path).isDirectory()) return readFileSync(path, 'utf8')
    const texts = readdirSync(path).map((name) => readFileSync(join(path, name), 'utf8'))
    return texts.filter((text) => text.includes('BEGIN CERTIFICATE')).join('\n')
  } catch (error) {
    problems.push({ key, message: unreadable(key, path, error) })
    return undefined
  }
}

/** The bytes of a file that a key names; null after noting why they can't be had. */
export function readStore(key: string, path: string, problems: ConfigProblem[]): Buffer | null {
  try {
    return readFileSync(path)
  } catch (error) {
    problems.push({ key, message: unreadable(key, path, error) })
    return null
  }
}

function unreadable(key: string, path: string, error: unknown): string {
  return `Invalid value ${path} for configuration ${key}: expected a file that this process can read: ${messageOf(error)}`
}
