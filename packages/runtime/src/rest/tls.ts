/** TLS of the REST servers, out of Kafka's `ssl.…` keys. */
import type { ServerOptions } from 'node:https'
import type { SecureVersion, TLSSocket } from 'node:tls'
import { clientAuth, type TlsKeys } from '../config/tls-keys.ts'
import { nodeTls } from '../herder/node-tls.ts'

const versions: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']

/** Throws ConfigError with the keys as they were written. */
export function serverTls(tls: TlsKeys): ServerOptions {
  const { ca, cert, key, pfx, passphrase, ciphers } = nodeTls(tls)
  const auth = clientAuth(tls) ?? 'none'
  const asked = auth === 'none' ? {} : { requestCert: true, rejectUnauthorized: auth === 'required' }
  const material = { cert, key, pfx, passphrase, ciphers, ...(auth === 'none' ? {} : { ca }) }
  const given = Object.fromEntries(Object.entries(material).filter(([, value]) => value !== undefined))
  return { ...given, ...protocols(tls), ...asked }
}

/** Closes connections whose certificate nobody trusts; without one they may go on where it is only requested. */
export function refuseUntrusted(socket: TLSSocket): void {
  if (!socket.authorized && socket.getPeerX509Certificate() !== undefined) socket.destroy()
}

/** From the oldest to the newest of `ssl.enabled.protocols`; by default what Node holds safe. */
function protocols({ keys }: TlsKeys): Pick<ServerOptions, 'minVersion' | 'maxVersion'> {
  const named = (keys['ssl.enabled.protocols'] ?? '').split(',').map((name) => name.trim())
  const enabled = versions.filter((version) => named.includes(version))
  const [minVersion, maxVersion] = [enabled.at(0), enabled.at(-1)]
  return minVersion === undefined || maxVersion === undefined ? {} : { minVersion, maxVersion }
}
