import { ConfigError } from '@penstock/core'
import type { TlsKeys } from '../config/tls-keys.ts'
import { toTlsOptions } from '../kafka/client-config.ts'

/** Certificates, keys and trust as Node takes them. Throws ConfigError with the keys as they were written. */
export function nodeTls({ keys, prefix }: TlsKeys): ReturnType<typeof toTlsOptions> {
  try {
    return toTlsOptions(keys)
  } catch (error) {
    if (!(error instanceof ConfigError) || prefix === '') throw error
    throw new ConfigError(
      error.problems.map(({ key, message }) => ({
        key: `${prefix}${key}`,
        message: message.replaceAll(key, `${prefix}${key}`),
      })),
    )
  }
}
