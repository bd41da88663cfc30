import type { Logger } from '@penstock/core'
import { isLoopback, type Listener, mainListeners, parseListener } from '../../config/listeners.ts'
import type { WorkerConfig } from '../../config/worker-config.ts'

/** Tells who can reach the REST API, where that may not be what its owner believes. */
export function tellExposure(config: WorkerConfig, logger: Logger): void {
  const methods = config['rest.authentication.methods']
  const { listeners, chosen } = mainListeners(config)
  const reachable = [...listeners, ...(config['admin.listeners'] ?? [])].map(parseListener).filter(isReachable)
  if (methods.length === 0 && !chosen) {
    logger.info(
      'REST is reached from this machine only, because nobody is asked who they are; to open it set listeners=http://:8083, best with rest.authentication.methods',
    )
  } else if (methods.length === 0 && reachable.length > 0) {
    logger.warn(
      'whoever reaches the REST listeners may change connectors and read their configs: set rest.authentication.methods, or keep others away by the network',
    )
  } else if (reachable.some(({ protocol }) => protocol === 'http') && methods.some((method) => method !== 'mtls')) {
    logger.warn('passwords and tokens for REST travel unencrypted: use https listeners, or a proxy that ends TLS')
  }
  const issuer = config['rest.authentication.jwt.jwks.url']
  if (issuer !== null && /^http:/i.test(issuer) && !/^http:\/\/(localhost|127\.|\[::1\])/i.test(issuer)) {
    logger.warn('the keys of the token issuer are fetched unencrypted: set rest.authentication.jwt.jwks.url to https')
  }
}

function isReachable(listener: Listener | null): listener is Listener {
  return listener !== null && !isLoopback(listener)
}
