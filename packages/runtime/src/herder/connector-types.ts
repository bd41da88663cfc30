import type { RawConfig } from '@penstock/core'
import type { PluginDescription } from '../plugins/description.ts'
import type { ConnectorType } from './herder.ts'

/** Whether a connector is a source or a sink, by the plugins that this worker has. */
export function connectorTypeOf(plugins: readonly PluginDescription[], config: RawConfig | null): ConnectorType {
  const name = config?.['connector.class']?.trim() ?? ''
  const plugin = plugins.find(
    ({ kind, class: className, name: own, aliases }) =>
      (kind === 'sink' || kind === 'source') && [className, own, ...aliases].includes(name),
  )
  return plugin?.kind === 'sink' || plugin?.kind === 'source' ? plugin.kind : 'unknown'
}
