/** Makes converters and transformations from a connector's configuration. */
import { ConfigError, type Predicate, type RawConfig, type TransformationContext } from '@penstock/core'
import { type ConverterUsage, converterProperties } from '../config/converter-properties.ts'
import { withoutPrefix } from '../config/prefix.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import { classNameOf } from '../plugins/plugin-names.ts'
import type { PluginRegistry } from '../plugins/registry.ts'
import type { Converters, NamedConverter } from './record-decoder.ts'
import { type ChainLink, TransformationChain } from './transformation-chain.ts'

/** The converters of a connector: its own, else the worker's. Throws ConfigError. */
export function buildConverters(registry: PluginRegistry, connector: RawConfig, worker: WorkerConfig): Converters {
  const make = (usage: 'key' | 'value'): Converters['value'] => {
    const { className, options } = converterProperties(usage, connector, worker)
    const { plugin } = registry.find('converter', className)
    return {
      className: classNameOf(plugin),
      converter: plugin.create(plugin.config.parse(options), usage),
    }
  }
  return { key: make('key'), value: make('value'), header: buildHeaderConverter(registry, connector, worker) }
}

function buildHeaderConverter(
  registry: PluginRegistry,
  connector: RawConfig,
  worker: WorkerConfig,
): Converters['header'] {
  const usage: ConverterUsage = 'header'
  const { className, options } = converterProperties(usage, connector, worker)
  const { plugin } = registry.findHeaderConverter(className)
  const config = plugin.config.parse(options)
  const converter = plugin.kind === 'header_converter' ? plugin.create(config) : plugin.createForHeaders?.(config)
  if (!converter) {
    throw new ConfigError([
      { key: 'header.converter', message: `${className} can't convert headers; choose a header converter` },
    ])
  }
  return { className: classNameOf(plugin), converter } satisfies NamedConverter<unknown>
}

/** The transformation chain of a connector, with its predicates. Throws ConfigError. */
export function buildChain(
  registry: PluginRegistry,
  config: { readonly raw: RawConfig; readonly transforms: readonly string[] },
  context: TransformationContext,
): TransformationChain {
  return new TransformationChain(config.transforms.map((alias) => buildLink(registry, config.raw, alias, context)))
}

function buildLink(registry: PluginRegistry, raw: RawConfig, alias: string, context: TransformationContext): ChainLink {
  const { type, predicate, negate, ...options } = withoutPrefix(raw, `transforms.${alias}.`)
  const { plugin } = registry.find('transformation', type ?? '')
  return {
    alias,
    className: classNameOf(plugin),
    transformation: plugin.create(plugin.config.parse(options), context),
    predicate: predicate ? buildPredicate(registry, raw, predicate.trim()) : null,
    negate: negate?.trim().toLowerCase() === 'true',
  }
}

function buildPredicate(registry: PluginRegistry, raw: RawConfig, alias: string): Predicate {
  const { type, ...options } = withoutPrefix(raw, `predicates.${alias}.`)
  const { plugin } = registry.find('predicate', type ?? '')
  return plugin.create(plugin.config.parse(options))
}
