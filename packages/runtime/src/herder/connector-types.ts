import type { RawConfig } from '@penstock/core'
import type { PluginDescription } from '../plugins/description.ts'
import type { ConnectorType } from './herder.ts'

/** Whether a connector is a source or a sink, by the plugins that this worker has. */
export function connectorTypeOf(plugins: readonly PluginDescription[], config: RawConfig | null): ConnectorType {
  const kind = connectorPluginOf(plugins, config)?.kind
  return kind === 'sink' || kind === 'source' ? kind : 'unknown'
}

/** The plugin that a connector's config names; null when this worker doesn't have it. */
export function connectorPluginOf(
  plugins: readonly PluginDescription[],
  config: RawConfig | null,
): PluginDescription | null {
  const name = config?.['connector.class']?.trim() ?? ''
  const found = plugins.find(
    ({ kind, class: className, name: own, aliases }) =>
      (kind === 'sink' || kind === 'source') && [className, own, ...aliases].includes(name),
  )
  return found ?? null
}
