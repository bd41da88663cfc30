/**
 * Every configuration key of the Elasticsearch sink, declared once. Names, defaults, valid values and groups are those
 * of the connector users come from; keys of our own say so. Checks across keys are in validation.ts.
 */
import { type ConfigOf, configDef, type KeyDefinition, type KeyDefinitions, key } from '@penstock/core'
import { redactUrl, urlProblem } from './node-urls.ts'

const connector = 'Connector'
const conversion = 'Data Conversion'
const security = 'Security'
const maxInt = 2 ** 31 - 1
const weekMs = 604_800_000
const dayMs = 86_400_000

const connectionKeys = {
  'connection.url': key.list({
    importance: 'high',
    group: connector,
    width: 'long',
    displayName: 'Connection URLs',
    check: (urls) =>
      urls.length === 0 ? 'at least one URL is needed' : urls.map(urlProblem).find((problem) => problem !== undefined),
    doc: 'One or more URLs of Elasticsearch nodes, `http://es1:9200,http://es2:9200`. Requests are spread over them and go to the others while one is down. A path is kept as a prefix; a user name and password in a URL are used for that node and never shown.',
  }),
  'connection.username': key.string({
    default: null,
    importance: 'medium',
    group: connector,
    displayName: 'Connection Username',
    doc: 'User for basic authentication; needs `connection.password`.',
  }),
  'connection.password': key.password({
    default: null,
    importance: 'medium',
    group: connector,
    displayName: 'Connection Password',
    doc: 'Password for basic authentication; needs `connection.username`.',
  }),
  'connection.api.key': key.password({
    default: null,
    importance: 'medium',
    group: connector,
    displayName: 'API Key',
    doc: 'An Elasticsearch API key in its encoded form (base64 of `id:key`), instead of user and password. Penstock only.',
  }),
  'connection.timeout.ms': key.int({
    default: 1000,
    min: 0,
    max: 43_200_000,
    importance: 'low',
    group: connector,
    displayName: 'Connection Timeout',
    doc: 'How long opening a connection, TLS included, may take. 0 waits for ever.',
  }),
  'read.timeout.ms': key.int({
    default: 3000,
    min: 0,
    max: weekMs,
    importance: 'low',
    group: connector,
    displayName: 'Read Timeout',
    doc: 'How long Elasticsearch may take for a request before it is sent again. Each timeout doubles it, up to ten times, until an answer comes quickly. 0 waits for ever.',
  }),
  'connection.compression': key.boolean({
    default: false,
    importance: 'low',
    group: connector,
    displayName: 'Compression',
    doc: 'Compress request bodies with gzip: less network, more CPU.',
  }),
} as const

const writingKeys = {
  'batch.size': key.int({
    default: 2000,
    min: 1,
    max: 1_000_000,
    importance: 'medium',
    group: connector,
    displayName: 'Batch Size',
    doc: 'Most documents in one bulk request.',
  }),
  'bulk.size.bytes': key.long({
    default: 5 * 1024 * 1024,
    min: -1,
    max: maxInt,
    importance: 'low',
    group: connector,
    displayName: 'Bulk Size',
    doc: 'Most bytes in one bulk request; a single larger document is sent alone. -1 sets no limit.',
  }),
  'max.in.flight.requests': key.int({
    default: 5,
    min: 1,
    max: 1000,
    importance: 'medium',
    group: connector,
    displayName: 'Max In-flight Requests',
    doc: 'How many bulk requests a task may have under way at once.',
  }),
  'max.buffered.records': key.int({
    default: 20_000,
    min: 1,
    max: maxInt,
    importance: 'low',
    group: connector,
    displayName: 'Max Buffered Records',
    doc: 'How many records a task holds that Elasticsearch has not yet taken. At least `batch.size` × `max.in.flight.requests`.',
  }),
  'linger.ms': key.long({
    default: 1,
    min: 0,
    max: weekMs,
    importance: 'low',
    group: connector,
    displayName: 'Linger',
    doc: 'How long a batch that is not full waits for more records. While other requests are under way it waits for one of them to end, at most ten times as long (and at least 50 ms).',
  }),
  'flush.timeout.ms': key.long({
    default: 180_000,
    min: 1000,
    max: weekMs,
    importance: 'low',
    group: connector,
    displayName: 'Flush Timeout',
    doc: 'How long a full buffer, a last flush, or a batch that Elasticsearch does not take because it is down or overloaded, may make no progress before the task fails.',
  }),
  'flush.synchronously': key.boolean({
    default: false,
    importance: 'low',
    group: connector,
    displayName: 'Flush Synchronously',
    doc: 'Write everything out before each commit of offsets. Not needed for topics renamed by transformations: offsets are tracked by the original topic.',
  }),
  'max.retries': key.int({
    default: 5,
    min: 0,
    max: maxInt,
    importance: 'low',
    group: connector,
    displayName: 'Max Retries',
    doc: 'How often a failed request or item is sent again before the task fails. While Elasticsearch is unreachable or refuses load (429, 502, 503, 504) the task then holds the batch, puts back pressure on Kafka and goes on trying for `flush.timeout.ms`.',
  }),
  'retry.backoff.ms': key.long({
    default: 100,
    min: 0,
    max: dayMs,
    importance: 'low',
    group: connector,
    displayName: 'Retry Backoff',
    doc: 'Upper limit of the random wait before the first retry; doubles with each further one. 0 retries at once.',
  }),
  'retry.backoff.max.ms': key.long({
    default: 5000,
    min: 0,
    max: dayMs,
    importance: 'low',
    group: connector,
    displayName: 'Max Retry Backoff',
    doc: 'The wait before a retry grows to at most this. Penstock only.',
  }),
  'use.autogenerated.ids': key.boolean({
    default: false,
    importance: 'medium',
    group: connector,
    displayName: 'Use Autogenerated IDs',
    doc: 'Let Elasticsearch make up document ids; `key.ignore` then counts as true. Records that are read again become duplicates. Without effect on `write.method` upsert.',
  }),
} as const

const conversionKeys = {
  'key.ignore': key.boolean({
    default: false,
    importance: 'high',
    group: conversion,
    displayName: 'Ignore Key',
    doc: 'true: the document id is `topic+partition+offset`. false: the record key is the id, and the offset its external version, so an older record never overwrites a newer one.',
  }),
  'topic.key.ignore': key.list({
    default: [],
    importance: 'low',
    group: conversion,
    displayName: "Topics for 'Ignore Key'",
    doc: 'Topics for which `key.ignore` is true.',
  }),
  'schema.ignore': key.boolean({
    default: false,
    importance: 'low',
    group: conversion,
    displayName: 'Ignore Schema',
    doc: 'true: Elasticsearch maps the fields it meets. false: the mapping is made from the records’ schema, which they must have.',
  }),
  'topic.schema.ignore': key.list({
    default: [],
    importance: 'low',
    group: conversion,
    displayName: "Topics for 'Ignore Schema'",
    doc: 'Topics for which `schema.ignore` is true.',
  }),
  'compact.map.entries': key.boolean({
    default: true,
    importance: 'low',
    group: conversion,
    displayName: 'Compact Map Entries',
    doc: 'Write a map with string keys as an object; false writes a list of `{key, value}`. Applies to records with a schema.',
  }),
  'write.method': key.oneOf(['insert', 'upsert'], {
    default: 'insert',
    importance: 'low',
    group: conversion,
    displayName: 'Write Method',
    doc: 'insert replaces a document as a whole; upsert changes the fields the record has and creates the document where it is missing.',
  }),
  'behavior.on.null.values': key.oneOf(['ignore', 'delete', 'fail'], {
    default: 'fail',
    importance: 'low',
    group: conversion,
    displayName: 'Behavior for null-valued records',
    doc: 'What a record without a value does: nothing, delete the document of its key, or be an error.',
  }),
  'behavior.on.malformed.documents': key.oneOf(['ignore', 'warn', 'fail', 'report'], {
    default: 'report',
    importance: 'low',
    group: conversion,
    displayName: 'Behavior on malformed documents',
    doc: 'What happens to a document that Elasticsearch refuses. report leaves it to `errors.tolerance`: fail the task with the reason, or go on; ignore and warn go on in any case; fail fails the task in any case. All of them send the record to the dead letter queue, if there is one.',
  }),
  'drop.invalid.message': key.boolean({
    default: false,
    importance: 'low',
    group: conversion,
    displayName: 'Drop invalid messages',
    doc: 'Pass over records that can’t be turned into a document, whatever `errors.tolerance` says.',
  }),
  'external.version.header': key.string({
    default: '',
    importance: 'low',
    group: conversion,
    displayName: 'External Version Header',
    doc: 'Name of a header that holds the document’s external version, instead of the offset.',
  }),
  'topic.index.map': key.list({
    default: [],
    importance: 'low',
    group: conversion,
    displayName: 'Topic to Index Map',
    doc: 'Index names for topics, `topic:index,…`; other topics go to the index of their own name.',
    check: (pairs) => pairs.find((pair) => !/^[^:]+:[^:]+$/.test(pair)) && 'entries must look like topic:index',
  }),
} as const

const securityKeys = {
  'elastic.security.protocol': key.oneOf(['PLAINTEXT', 'SSL'], {
    default: 'PLAINTEXT',
    importance: 'medium',
    group: security,
    displayName: 'Security protocol',
    doc: 'SSL: use the `elastic.https.ssl.*` keys. With PLAINTEXT https URLs work too, on the system’s own certificates.',
  }),
  'elastic.https.ssl.truststore.certificates': key.password({
    default: null,
    importance: 'medium',
    group: security,
    displayName: 'Trusted certificates',
    doc: 'Certificates to trust, as PEM text.',
  }),
  'elastic.https.ssl.truststore.location': key.string({
    default: null,
    importance: 'medium',
    group: security,
    displayName: 'Truststore file',
    doc: 'PEM file with certificates to trust. A JKS store is turned to PEM by `keytool -exportcert -rfc`.',
  }),
  'elastic.https.ssl.keystore.certificate.chain': key.password({
    default: null,
    importance: 'medium',
    group: security,
    displayName: 'Client certificate chain',
    doc: 'Certificate chain of this client, as PEM text.',
  }),
  'elastic.https.ssl.keystore.key': key.password({
    default: null,
    importance: 'medium',
    group: security,
    displayName: 'Client key',
    doc: 'Private key of this client, as PEM text.',
  }),
  'elastic.https.ssl.key.password': key.password({
    default: null,
    importance: 'medium',
    group: security,
    displayName: 'Client key password',
    doc: 'Password of the private key.',
  }),
  'elastic.https.ssl.endpoint.identification.algorithm': key.string({
    default: 'https',
    importance: 'low',
    group: security,
    displayName: 'Host name check',
    doc: 'Empty switches off the check that the server’s certificate is for its host name.',
  }),
} as const

/** Keys of older connectors that people’s JSON still has: accepted, without effect, worth a warning. */
export const retiredKeys = [
  'type.name',
  'auto.create.indices.at.start',
  'log.sensitive.data',
  'max.connection.idle.time.ms',
] as const

/** Keys that change where or how documents are written and are not there yet: refused unless they say what is the case anyway. */
export const unsupportedKeys = {
  'data.stream.type': ['none', ''],
  'data.stream.dataset': [''],
  'external.resource.usage': ['disabled', ''],
  'topic.to.external.resource.mapping': [''],
  'proxy.host': [''],
  'kerberos.user.principal': [''],
  'kerberos.keytab.path': [''],
} as const

const hidden = key.string({
  default: null,
  internal: true,
  importance: 'low',
  doc: 'Accepted for older configurations.',
})
function hide<Name extends string>(names: readonly Name[]): Record<Name, KeyDefinition<string | null>> {
  return Object.fromEntries(names.map((name) => [name, hidden])) as Record<Name, KeyDefinition<string | null>>
}

/** Numbers the keys of each group in declaration order. */
function numbered<Keys extends KeyDefinitions>(keys: Keys): Keys {
  const counts = new Map<string | null, number>()
  return Object.fromEntries(
    Object.entries(keys).map(([name, definition]) => {
      const position = (counts.get(definition.group) ?? 0) + 1
      counts.set(definition.group, position)
      return [name, { ...definition, orderInGroup: position }]
    }),
  ) as unknown as Keys
}

export const config = configDef(
  numbered({
    ...connectionKeys,
    ...writingKeys,
    ...conversionKeys,
    ...securityKeys,
    ...hide(retiredKeys),
    ...hide(Object.keys(unsupportedKeys) as (keyof typeof unsupportedKeys)[]),
  }),
)
export type ElasticsearchSinkConfig = ConfigOf<typeof config>

/** The URLs of a configuration as they may be shown. */
export function shownUrls(config: Pick<ElasticsearchSinkConfig, 'connection.url'>): string {
  return config['connection.url'].map(redactUrl).join(', ')
}
