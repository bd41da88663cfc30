/** Addresses of views, which stand behind the # of the page's address: `#/connectors/orders/offsets?x=y`. */

export const connectorTabs = ['overview', 'config', 'offsets', 'dead-letters', 'preview', 'verify'] as const
export type ConnectorTab = (typeof connectorTabs)[number]

export type Route =
  | { readonly view: 'cluster' }
  | { readonly view: 'connectors'; readonly query: URLSearchParams }
  | { readonly view: 'create'; readonly plugin: string | null }
  | { readonly view: 'connector'; readonly name: string; readonly tab: ConnectorTab }
  | { readonly view: 'edit'; readonly name: string }
  | { readonly view: 'plugins' }
  | { readonly view: 'plugin'; readonly name: string }
  | { readonly view: 'loggers' }
  | { readonly view: 'logs'; readonly worker: string | null; readonly connector: string | null }
  | { readonly view: 'unknown'; readonly path: string }

export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#/, '').split(/\?(.*)/s)
  const [first = '', second, third, ...more] = path.replace(/^\//, '').split('/').map(decoded)
  const query = new URLSearchParams(search)
  const unknown: Route = { view: 'unknown', path }
  if (more.length > 0) return unknown
  switch (first) {
    case '':
      return second === undefined ? { view: 'cluster' } : unknown
    case 'connectors':
      if (second === undefined || second === '') return { view: 'connectors', query }
      return connectorRoute(second, third) ?? unknown
    case 'create':
      return second === undefined ? { view: 'create', plugin: query.get('plugin') } : unknown
    case 'plugins':
      if (third !== undefined) return unknown
      return second === undefined ? { view: 'plugins' } : { view: 'plugin', name: second }
    case 'loggers':
      return second === undefined ? { view: 'loggers' } : unknown
    case 'logs':
      return second === undefined
        ? { view: 'logs', worker: query.get('worker'), connector: query.get('connector') }
        : unknown
    default:
      return unknown
  }
}

function connectorRoute(name: string, tab: string | undefined): Route | undefined {
  if (tab === undefined || tab === '') return { view: 'connector', name, tab: 'overview' }
  if (tab === 'edit') return { view: 'edit', name }
  const known = connectorTabs.find((candidate) => candidate === tab)
  return known === undefined ? undefined : { view: 'connector', name, tab: known }
}

export const links = {
  cluster: '#/',
  connectors: '#/connectors',
  plugins: '#/plugins',
  loggers: '#/loggers',
  logs: '#/logs',
  connectorsWhere: (query: URLSearchParams): string => (query.size === 0 ? '#/connectors' : `#/connectors?${query}`),
  create: (plugin?: string): string =>
    plugin === undefined ? '#/create' : `#/create?plugin=${encodeURIComponent(plugin)}`,
  connector: (name: string, tab: ConnectorTab = 'overview'): string =>
    `#/connectors/${encodeURIComponent(name)}${tab === 'overview' ? '' : `/${tab}`}`,
  edit: (name: string): string => `#/connectors/${encodeURIComponent(name)}/edit`,
  plugin: (name: string): string => `#/plugins/${encodeURIComponent(name)}`,
  logsOf: (of: { readonly worker?: string; readonly connector?: string }): string => {
    const query = new URLSearchParams()
    if (of.worker !== undefined) query.set('worker', of.worker)
    if (of.connector !== undefined) query.set('connector', of.connector)
    return `#/logs?${query}`
  },
} as const

/** What is no encoded text stays as it is: an address that somebody typed. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
