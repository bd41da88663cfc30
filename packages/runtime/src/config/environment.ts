import type { RawConfig } from '@penstock/core'

/** Of the same key in both, the one of the later prefix counts. */
const prefixes = ['CONNECT_', 'PENSTOCK_'] as const

/** Variables of Connect's images that set up logging there, and the keys that do it here. */
const loggingKeys: Readonly<Record<string, string>> = { LOG4J_ROOT_LOGLEVEL: 'log.level', LOG4J_LOGGERS: 'log.levels' }

/** What Kubernetes sets for a service named `connect` or `penstock`, and what the launcher reads: no worker keys. */
const notKeys = /^(SERVICE_HOST$|SERVICE_PORT(_|$)|PORT$|PORT_\d+_|LOG4J_|NODE$|NODE_OPTIONS$)/

/**
 * Worker keys out of environment variables, named as in Connect's container images: `CONNECT_GROUP_ID` is `group.id`,
 * `__` stands for `_` and `___` for `-`. `PENSTOCK_…` works alike and wins over `CONNECT_…`.
 */
export function environmentConfig(environment: Readonly<Record<string, string | undefined>>): RawConfig {
  const config: Record<string, string> = {}
  for (const prefix of prefixes) {
    for (const [name, value] of Object.entries(environment)) {
      if (value === undefined || !name.startsWith(prefix)) continue
      const rest = name.slice(prefix.length)
      const key = loggingKeys[rest] ?? (rest === '' || notKeys.test(rest) ? null : keyOf(rest))
      if (key !== null) config[key] = value
    }
  }
  return config
}

/** The worker's configuration from its file and its environment; the environment wins. */
export function mergeEnvironment(
  file: RawConfig,
  environment: Readonly<Record<string, string | undefined>>,
): RawConfig {
  return { ...file, ...environmentConfig(environment) }
}

function keyOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/_+/g, (run) => '-'.repeat(Math.floor(run.length / 3)) + ['', '.', '_'][run.length % 3])
}
