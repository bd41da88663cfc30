import type { PluginType } from '@penstock/client'

/** The name without its Java package: `io.confluent.connect.elasticsearch.ElasticsearchSinkConnector` → `ElasticsearchSink`. */
export function shortName(className: string): string {
  const name = className.slice(className.lastIndexOf('.') + 1)
  return name.length > 'Connector'.length && name.endsWith('Connector') ? name.slice(0, -'Connector'.length) : name
}

export const kinds: Readonly<Record<PluginType, string>> = {
  sink: 'Sinks',
  source: 'Sources',
  transformation: 'Transformations',
  predicate: 'Predicates',
  converter: 'Converters',
  header_converter: 'Header converters',
}
