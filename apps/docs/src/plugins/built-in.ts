/** The plugins that come with every worker, by the pages that tell of them. */
import datagen from '@penstock/adapter-datagen'
import elasticsearch from '@penstock/adapter-elasticsearch'
import file from '@penstock/adapter-file'
import configProviders from '@penstock/config-providers'
import converters from '@penstock/converters'
import registryConverters from '@penstock/converters-schema-registry'
import type { Plugin, PluginKind } from '@penstock/core'
import transforms from '@penstock/transforms'

/** Plugins that share a page: the forms of a transformation for keys and for values. */
export interface PluginFamily {
  /** Without `$Key` and `$Value`. */
  readonly name: string
  readonly members: readonly [Plugin, ...Plugin[]]
  /** Folder of the package they come in. */
  readonly package: string
}

const packages: Readonly<Record<string, Plugin | readonly Plugin[]>> = {
  'adapter-elasticsearch': elasticsearch,
  'adapter-file': file,
  'adapter-datagen': datagen,
  transforms,
  converters,
  'converters-schema-registry': registryConverters,
  'config-providers': configProviders,
}

export function builtInPlugins(): PluginFamily[] {
  return Object.entries(packages).flatMap(([folder, plugins]) => {
    const families = Map.groupBy([plugins].flat() as Plugin[], ({ name }) => name.replace(/\$.*/, ''))
    return [...families].map(([name, members]) => ({
      name,
      // What is said of the form for values is said of the whole.
      members: members.toSorted((a, b) => (a.name < b.name ? 1 : -1)) as [Plugin, ...Plugin[]],
      package: `packages/${folder}`,
    }))
  })
}

export type Shelf = 'connectors' | 'transformations' | 'predicates' | 'converters' | 'config-providers'

/** The folder of `docs/plugins` that plugins of a kind are in. */
export const shelfOf: Readonly<Record<PluginKind, Shelf>> = {
  sink: 'connectors',
  source: 'connectors',
  transformation: 'transformations',
  predicate: 'predicates',
  converter: 'converters',
  header_converter: 'converters',
  config_provider: 'config-providers',
}
