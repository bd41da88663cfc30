import { networkInterfaces } from 'node:os'
import type { Listener } from '../config/listeners.ts'
import type { WorkerConfig } from '../config/worker-config.ts'

/** How other workers reach this one. */
export interface Advertised {
  /** With trailing slash. */
  readonly url: string
  /** `host:port`, the name of the worker in statuses. */
  readonly workerId: string
}

type AdvertisedKeys = Pick<
  WorkerConfig,
  'rest.advertised.host.name' | 'rest.advertised.port' | 'rest.advertised.listener'
>

/**
 * From `rest.advertised.…`, else from the first listener of the protocol (http before https), else from the address of
 * this machine. A protocol that no listener has is that of a proxy in front.
 */
export function advertised(config: AdvertisedKeys, listeners: readonly Listener[]): Advertised {
  const ofProtocol = (protocol: string): Listener | undefined =>
    listeners.find((listener) => listener.protocol === protocol)
  const protocol = config['rest.advertised.listener'] ?? (ofProtocol('http') === undefined ? 'https' : 'http')
  const bound = ofProtocol(protocol) ?? listeners[0] ?? { host: null, port: 0 }
  const host = config['rest.advertised.host.name'] ?? (isWildcard(bound.host) ? ownAddress() : bound.host)
  const port = config['rest.advertised.port'] ?? bound.port
  const workerId = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return { url: `${protocol}://${workerId}/`, workerId }
}

function isWildcard(host: string | null): host is null {
  return host === null || host === '0.0.0.0' || host === '::'
}

function ownAddress(): string {
  const external = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find((address) => !address.internal && address.family === 'IPv4')
  return external?.address ?? '127.0.0.1'
}
