import type { Plugin, PluginKind } from '@penstock/core'

/** The class name by which Kafka Connect's users know a plugin, else its own name. */
export function classNameOf(plugin: Plugin): string {
  return plugin.aliases[0] ?? plugin.name
}

/** Names a plugin answers to by its own declaration. */
export function declaredNames(plugin: Plugin): readonly string[] {
  return [...new Set([plugin.name, ...plugin.aliases])]
}

const suffixes: Readonly<Record<PluginKind, readonly string[]>> = {
  sink: ['Connector'],
  source: ['Connector'],
  converter: ['Converter'],
  header_converter: ['HeaderConverter', 'Converter'],
  transformation: ['Transformation'],
  predicate: ['Predicate'],
  config_provider: ['ConfigProvider'],
}

/**
 * Short names that follow from the declared ones by Kafka Connect's rule: the class name without its package, and that
 * without the suffix of its kind. Nested classes (`Cast$Value`) have none: their simple names say too little.
 */
export function derivedNames(plugin: Plugin): readonly string[] {
  const declared = declaredNames(plugin)
  const simple = declared.map((name) => name.slice(name.lastIndexOf('.') + 1)).filter((name) => !name.includes('$'))
  const pruned = simple.flatMap((name) =>
    suffixes[plugin.kind]
      .filter((suffix) => name.endsWith(suffix) && name.length > suffix.length)
      .map((suffix) => name.slice(0, -suffix.length)),
  )
  return [...new Set([...simple, ...pruned])].filter((name) => !declared.includes(name))
}
