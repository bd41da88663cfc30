import { key } from '@penstock/core'
import { parseListener } from './listeners.ts'
import { parseHeaderRules } from './response-headers.ts'
import { restSecurityKeys } from './rest-security-keys.ts'

/** The keys of the worker's REST server; the first ones are Kafka Connect's. */
export const restKeys = {
  listeners: key.list({
    default: ['http://:8083'],
    importance: 'low',
    doc: 'Where REST listens: `http://host:port` or `https://host:port`. Without a host on every interface, with port 0 on a free port. Where neither this nor rest.authentication.methods is set, only programs of the same machine get through.',
    check: (listeners) =>
      listeners.length === 0
        ? 'List must not be empty'
        : listeners.map(listenerProblem).find((problem) => problem !== undefined),
  }),
  'rest.advertised.host.name': key.string({
    default: null,
    importance: 'low',
    doc: 'Host under which other workers reach this one.',
  }),
  'rest.advertised.port': key.int({
    default: null,
    min: 1,
    max: 65535,
    importance: 'low',
    doc: 'Port under which other workers reach this one.',
  }),
  'rest.advertised.listener': key.oneOf(['http', 'https'], {
    default: null,
    importance: 'low',
    doc: 'Protocol by which other workers reach this one.',
  }),
  'admin.listeners': key.list({
    default: null,
    importance: 'low',
    doc: 'Separate listeners for `/admin/loggers`, which is then served nowhere else; set to nothing it is served nowhere.',
    check: (listeners) => listeners.map(listenerProblem).find((problem) => problem !== undefined),
  }),
  'access.control.allow.origin': key.string({
    default: '',
    importance: 'low',
    doc: 'Origins that browsers may call from: a comma-separated list, or `*`.',
  }),
  'access.control.allow.methods': key.string({
    default: '',
    importance: 'low',
    doc: 'Methods that browsers may call from those origins; by default GET, POST and HEAD.',
  }),
  'response.http.headers.config': key.string({
    default: '',
    importance: 'low',
    doc: 'Rules for response headers: `set X-Frame-Options: DENY, add Cache-Control: no-cache`.',
    check: (text) =>
      parseHeaderRules(text) === null ? 'Rules must read: [set|add|setDate|addDate] Name: value' : undefined,
  }),
  'rest.extension.classes': key.list({ default: [], importance: 'low', doc: 'Extensions of the REST server.' }),

  'rest.request.timeout.ms': key.int({
    default: 90000,
    min: 1,
    importance: 'low',
    doc: 'A request that takes longer is answered with an error.',
  }),
  'rest.body.max.bytes': key.int({
    default: 4 * 1024 * 1024,
    min: 1024 * 1024,
    importance: 'low',
    doc: 'Largest request body. It must hold the task configurations of the largest connector.',
  }),
  'metrics.prometheus.enable': key.boolean({
    default: true,
    importance: 'low',
    doc: 'Whether `/metrics` answers for Prometheus.',
  }),
  'rest.streams.max': key.int({
    default: 100,
    min: 0,
    importance: 'low',
    doc: 'How many readers may follow events and logs (`/events`, `/logs`) of this worker at the same time.',
  }),
  'console.enabled': key.boolean({
    default: true,
    importance: 'low',
    doc: 'Whether the console is served at `/ui`. Its files need no authentication, what it shows does.',
  }),

  ...restSecurityKeys,
}

function listenerProblem(text: string): string | undefined {
  return parseListener(text) === null
    ? `"${text}" is no listener; write http://host:port or https://host:port`
    : undefined
}
