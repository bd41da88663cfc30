/** Which plugins a task is made of, for the metrics that tell it. */
import type { RawConfig } from '@penstock/core'
import { converterProperties } from '../config/converter-properties.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import { classNameOf } from '../plugins/plugin-names.ts'
import type { LoadedPlugin, PluginRegistry } from '../plugins/registry.ts'
import type { TaskPlugins, UsedPlugin } from '../telemetry/figures.ts'

/** Of a connector whose converters and transformations could be made. Throws ConfigError for others. */
export function taskPlugins(
  registry: PluginRegistry,
  config: { readonly raw: RawConfig; readonly transforms: readonly string[] },
  worker: WorkerConfig,
): TaskPlugins {
  const { raw } = config
  const converter = (usage: 'key' | 'value' | 'header') => converterProperties(usage, raw, worker).className
  const predicates = new Set<string>()
  for (const alias of config.transforms) {
    const predicate = raw[`transforms.${alias}.predicate`]?.trim()
    if (predicate) predicates.add(predicate)
  }
  return {
    connector: used(registry.findConnector(raw)),
    keyConverter: used(registry.find('converter', converter('key'))),
    valueConverter: used(registry.find('converter', converter('value'))),
    headerConverter: used(registry.findHeaderConverter(converter('header'))),
    transforms: config.transforms.map((alias) => ({
      alias,
      ...used(registry.find('transformation', raw[`transforms.${alias}.type`] ?? '')),
    })),
    predicates: [...predicates].map((alias) => ({
      alias,
      ...used(registry.find('predicate', raw[`predicates.${alias}.type`] ?? '')),
    })),
  }
}

function used({ plugin, version }: LoadedPlugin): UsedPlugin {
  return { class: classNameOf(plugin), version }
}
