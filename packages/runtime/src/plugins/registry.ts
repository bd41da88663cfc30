import {
  ConnectError,
  type ConverterPlugin,
  type HeaderConverterPlugin,
  type Plugin,
  type PluginKind,
  type RawConfig,
  type SinkPlugin,
  type SourcePlugin,
} from '@penstock/core'
import type { PluginDescription } from './description.ts'
import { keyInfos } from './key-info.ts'
import { classNameOf, declaredNames, derivedNames } from './plugin-names.ts'
import { compareVersions, parseVersionRange } from './version-range.ts'

/** A plugin and where it comes from. */
export interface LoadedPlugin<P extends Plugin = Plugin> {
  readonly plugin: P
  /** Its own, else that of its package. */
  readonly version: string
  /** Name of the npm package. */
  readonly packageName: string
}

type PluginOf<K extends PluginKind> = Extract<Plugin, { kind: K }>

/** What a plugin is called in error texts. */
const words: Readonly<Record<PluginKind, { one: string; many: string; interface: string }>> = {
  sink: { one: 'connector', many: 'connectors', interface: 'Connector' },
  source: { one: 'connector', many: 'connectors', interface: 'Connector' },
  converter: { one: 'converter', many: 'converters', interface: 'Converter' },
  header_converter: { one: 'header converter', many: 'header converters', interface: 'HeaderConverter' },
  transformation: { one: 'transformation', many: 'transformations', interface: 'Transformation' },
  predicate: { one: 'predicate', many: 'predicates', interface: 'Predicate' },
  config_provider: { one: 'config provider', many: 'config providers', interface: 'ConfigProvider' },
}

/** The order in which plugins are listed. */
const kinds: readonly PluginKind[] = [
  'sink',
  'source',
  'transformation',
  'predicate',
  'converter',
  'header_converter',
  'config_provider',
]

/** The plugins that were found, by every name they answer to. */
export class PluginRegistry {
  readonly #plugins: readonly LoadedPlugin[]

  /** Of a plugin that was found twice in the same version, the first counts. */
  constructor(plugins: readonly LoadedPlugin[]) {
    const first = new Map<string, LoadedPlugin>()
    for (const loaded of plugins) {
      const identity = `${loaded.plugin.kind} ${classNameOf(loaded.plugin)} ${loaded.version}`
      if (!first.has(identity)) first.set(identity, loaded)
    }
    this.#plugins = [...first.values()].sort(byListing)
  }

  /**
   * The plugin of this name, the newest of its versions that `version` (exact or a range) admits. Class names, short
   * names and Kafka Connect's derived aliases work. Throws an error with a text for users, code `plugins.…`.
   */
  find<K extends PluginKind>(kind: K, name: string, version: string | null = null): LoadedPlugin<PluginOf<K>> {
    return this.#select(kind, this.#ofKind(kind), name, version)
  }

  /** As {@link find}, of header converters and the converters that can be used for headers. */
  findHeaderConverter(
    name: string,
    version: string | null = null,
  ): LoadedPlugin<HeaderConverterPlugin | ConverterPlugin> {
    return this.#select('header_converter', this.#headerConverters(), name, version)
  }

  /** The source or sink that a connector's configuration names. Throws an error with a text for users. */
  findConnector(raw: RawConfig): LoadedPlugin<SinkPlugin | SourcePlugin> {
    const candidates: LoadedPlugin<SinkPlugin | SourcePlugin>[] = [...this.#ofKind('sink'), ...this.#ofKind('source')]
    const version = raw['connector.plugin.version']?.trim() || null
    return this.#select('sink', candidates, raw['connector.class']?.trim() ?? '', version)
  }

  has(kind: PluginKind, name: string): boolean {
    const candidates: readonly LoadedPlugin[] =
      kind === 'header_converter' ? this.#headerConverters() : this.#ofKind(kind)
    return candidates.some(({ plugin }) => declaredNames(plugin).includes(name) || derivedNames(plugin).includes(name))
  }

  /** Class names of a kind, sorted. */
  classNames(kind: PluginKind): readonly string[] {
    return [...new Set(this.#ofKind(kind).map(({ plugin }) => classNameOf(plugin)))]
  }

  describe(): PluginDescription[] {
    return this.#plugins.map(({ plugin, version }) => ({
      kind: plugin.kind,
      class: classNameOf(plugin),
      name: plugin.name,
      aliases: [...declaredNames(plugin), ...derivedNames(plugin)],
      version,
      summary: plugin.summary,
      keys: keyInfos(plugin.config.keys),
      usableForHeaders: plugin.kind === 'header_converter' || isUsableForHeaders(plugin),
    }))
  }

  #headerConverters(): LoadedPlugin<HeaderConverterPlugin | ConverterPlugin>[] {
    const own: LoadedPlugin<HeaderConverterPlugin | ConverterPlugin>[] = this.#ofKind('header_converter')
    return [...own, ...this.#ofKind('converter').filter(({ plugin }) => isUsableForHeaders(plugin))]
  }

  #ofKind<K extends PluginKind>(kind: K): LoadedPlugin<PluginOf<K>>[] {
    return this.#plugins.filter((loaded): loaded is LoadedPlugin<PluginOf<K>> => loaded.plugin.kind === kind)
  }

  #select<P extends Plugin>(
    kind: PluginKind,
    candidates: readonly LoadedPlugin<P>[],
    name: string,
    version: string | null,
  ): LoadedPlugin<P> {
    const declared = candidates.filter(({ plugin }) => declaredNames(plugin).includes(name))
    const named =
      declared.length > 0 ? declared : candidates.filter(({ plugin }) => derivedNames(plugin).includes(name))
    const classes = [...new Set(named.map(({ plugin }) => classNameOf(plugin)))]
    if (classes.length > 1) {
      throw new ConnectError(
        'plugins.ambiguous',
        `More than one ${words[kind].one} matches alias ${name}. Please use full package and class name instead. Classes found: ${classes.join(', ')}`,
      )
    }
    const newest = withVersion(named, name, version)
    if (newest === undefined) throw new ConnectError('plugins.not_found', notFound(kind, name, candidates))
    return newest
  }
}

function withVersion<P extends Plugin>(
  named: readonly LoadedPlugin<P>[],
  name: string,
  version: string | null,
): LoadedPlugin<P> | undefined {
  const newestFirst = [...named].sort((a, b) => compareVersions(b.version, a.version))
  if (version === null || version === 'latest' || newestFirst.length === 0) return newestFirst[0]
  const range = parseVersionRange(version)
  if (range === null) throw new ConnectError('plugins.bad_version', `Invalid version specification: ${version}`)
  const fitting = newestFirst.find((loaded) => range.contains(loaded.version))
  if (fitting !== undefined) return fitting
  const available = newestFirst.map((loaded) => loaded.version).join(', ')
  throw new ConnectError(
    'plugins.no_such_version',
    `Plugin ${name} not found that matches the version range ${range}, available versions: [${available}]`,
  )
}

function notFound(kind: PluginKind, name: string, candidates: readonly LoadedPlugin[]): string {
  const available = candidates.map(({ plugin, version }) => `${classNameOf(plugin)} (${version})`).join(', ')
  return `Failed to find any class that implements ${words[kind].interface} and which name matches ${name}, available ${words[kind].many} are: ${available || 'none'}`
}

function isUsableForHeaders(plugin: Plugin): boolean {
  return plugin.kind === 'converter' && plugin.createForHeaders !== undefined
}

function byListing(a: LoadedPlugin, b: LoadedPlugin): number {
  return (
    kinds.indexOf(a.plugin.kind) - kinds.indexOf(b.plugin.kind) ||
    compareText(classNameOf(a.plugin), classNameOf(b.plugin)) ||
    compareVersions(a.version, b.version)
  )
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
