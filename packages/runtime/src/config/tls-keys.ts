import type { ConfigProblem, RawConfig } from '@penstock/core'
import { isHttps } from './listeners.ts'
import { withoutPrefix } from './prefix.ts'

/** The `ssl.…` keys of one kind of listener, as if they had no prefix. */
export interface TlsKeys {
  readonly keys: Readonly<Record<string, string>>
  /** What stands before them in the configuration. */
  readonly prefix: string
}

export const mainTlsPrefix = 'listeners.https.'
export const adminTlsPrefix = 'admin.listeners.https.'

/** All or nothing, as in Kafka Connect: one key with the prefix hides every one without. */
export function tlsKeys(raw: RawConfig, prefix: string): TlsKeys {
  const prefixed = given(withoutPrefix(raw, prefix))
  return Object.keys(prefixed).length > 0 ? { keys: prefixed, prefix } : { keys: given(raw), prefix: '' }
}

function given(raw: RawConfig): Record<string, string> {
  const entries = Object.entries(raw).filter(([key, value]) => key.startsWith('ssl.') && value !== null)
  return Object.fromEntries(entries) as Record<string, string>
}

/** The files that hold certificates and keys. */
export function tlsFiles({ keys }: TlsKeys): string[] {
  const named = [keys['ssl.keystore.location'], keys['ssl.truststore.location']]
  return named.filter((path) => path !== undefined && path !== '') as string[]
}

const clientAuths = ['none', 'requested', 'required'] as const
export type ClientAuth = (typeof clientAuths)[number]

/** Whether clients show a certificate: `ssl.client.auth`; undefined when it says something else. */
export function clientAuth({ keys }: TlsKeys): ClientAuth | undefined {
  const text = (keys['ssl.client.auth'] ?? 'none').toLowerCase()
  return clientAuths.find((known) => known === text)
}

/** What is wrong with the TLS settings of listeners as far as it shows without opening files. */
export function tlsProblems(raw: RawConfig, listeners: readonly string[], prefix: string): ConfigProblem[] {
  if (!listeners.some(isHttps)) return []
  const tls = tlsKeys(raw, prefix)
  const problems: ConfigProblem[] = []
  const says = (key: string): boolean => (tls.keys[key] ?? '') !== ''
  const inline = says('ssl.keystore.certificate.chain') && says('ssl.keystore.key')
  if (!says('ssl.keystore.location') && !inline) {
    const key = `${tls.prefix}ssl.keystore.location`
    problems.push({
      key,
      message: `${key} is missing: an https listener needs a certificate and its key. Name a PEM or PKCS12 file, or give ${tls.prefix}ssl.keystore.certificate.chain and ${tls.prefix}ssl.keystore.key`,
    })
  }
  if (clientAuth(tls) === undefined) {
    const key = `${tls.prefix}ssl.client.auth`
    problems.push({
      key,
      message: `Invalid value ${tls.keys['ssl.client.auth']} for configuration ${key}: String must be one of: ${clientAuths.join(', ')}`,
    })
  }
  return problems
}
