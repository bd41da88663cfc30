import type { ConfigProvider, Plugin, RawConfig } from '@penstock/core'

/** A provider with these parameters. */
export function created(plugin: Plugin, raw: RawConfig = {}): ConfigProvider {
  if (plugin.kind !== 'config_provider') throw new Error(`${plugin.name} is no config provider`)
  return plugin.create(plugin.config.parse(raw) as never)
}
