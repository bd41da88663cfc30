/** An HTTP proxy between the sink and the cluster. */
import { key } from '@penstock/core'
import { proxy } from './groups.ts'

export const proxyKeys = {
  'proxy.host': key.string({
    default: '',
    importance: 'low',
    group: proxy,
    displayName: 'Proxy Host',
    check: (host) => (/[/@\s]/.test(host) ? 'a host name or address is expected, not a URL' : undefined),
    doc: 'HTTP proxy to go through. https URLs are reached by CONNECT, http ones by asking the proxy for them.',
  }),
  'proxy.port': key.int({
    default: 8080,
    min: 1,
    max: 65_535,
    importance: 'low',
    group: proxy,
    displayName: 'Proxy Port',
    doc: 'Port of the proxy.',
  }),
  'proxy.username': key.string({
    default: '',
    importance: 'low',
    group: proxy,
    displayName: 'Proxy Username',
    doc: 'User for basic authentication at the proxy; needs `proxy.password`.',
  }),
  'proxy.password': key.password({
    default: null,
    importance: 'low',
    group: proxy,
    displayName: 'Proxy Password',
    doc: 'Password for basic authentication at the proxy; needs `proxy.username`.',
  }),
} as const
