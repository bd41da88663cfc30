/** What an edited config changes. Secrets never reach the console: a worker shows them as `[hidden]`. */
import { type ConnectorConfig, hiddenSecret } from '@penstock/client'

/** Values to set, null for keys to remove; as `PATCH …/config` takes it. */
export type ConfigChanges = Record<string, string | null>

/** True for a key whose secret is kept as long as nobody types another one. */
export function keepsSecret(base: ConnectorConfig, config: ConnectorConfig, key: string): boolean {
  return base[key] === hiddenSecret && config[key] === hiddenSecret
}

/** Never holds the mask of a secret, unless {@link misusedMasks} names its key. */
export function changesOf(base: ConnectorConfig, config: ConnectorConfig): ConfigChanges {
  const changes: ConfigChanges = {}
  for (const [key, value] of Object.entries(config)) if (base[key] !== value) changes[key] = value
  for (const key of Object.keys(base)) if (!Object.hasOwn(config, key)) changes[key] = null
  return changes
}

/** Keys that would get the mask as their value: of a config that was copied from where secrets are hidden. */
export function misusedMasks(base: ConnectorConfig, config: ConnectorConfig): readonly string[] {
  return Object.keys(config).filter((key) => config[key] === hiddenSecret && base[key] !== hiddenSecret)
}

/** The config with one key set, or removed by an empty value. */
export function withValue(config: ConnectorConfig, key: string, value: string): ConnectorConfig {
  if (value !== '') return { ...config, [key]: value }
  const { [key]: _, ...others } = config
  return others
}
