/**
 * The keys that say where the schema registry is and how schemas are used, the same for each of the converters. Names
 * and defaults are those of Confluent's converters. Read next: client.ts, ../schema-registry-converter.ts.
 */
import { type ConfigDef, type ConfigOf, type KeyDefinition, key } from '@penstock/core'
import { subjectNameStrategyProblem } from './subject-name.ts'
import { urlProblem } from './urls.ts'

const registry = 'Schema Registry'
const schemas = 'Schemas'
const security = 'Security'

const whereKeys = {
  'schema.registry.url': key.list({
    importance: 'high',
    group: registry,
    width: 'long',
    displayName: 'Schema Registry URLs',
    check: (urls) => (urls.length === 0 ? 'at least one URL is needed' : firstProblem(urls, urlProblem)),
    doc: 'URLs of the schema registry, `http://registry:8081`; with several the next one is asked while one is down. A path is kept as a prefix.',
  }),
  'url.randomize': key.boolean({
    default: false,
    importance: 'low',
    group: registry,
    doc: 'Begin with any of the URLs instead of the first.',
  }),
  'http.connect.timeout.ms': key.int({
    default: 60_000,
    min: 1,
    importance: 'low',
    group: registry,
    doc: 'How long opening a connection to the registry may take.',
  }),
  'http.read.timeout.ms': key.int({
    default: 60_000,
    min: 1,
    importance: 'low',
    group: registry,
    doc: 'How long the registry may take to answer.',
  }),
  'max.retries': key.int({
    default: 3,
    min: 0,
    importance: 'low',
    group: registry,
    doc: 'How often a request is sent again when no URL answers, or with 408, 429 or 5xx. After that `errors.retry.timeout` decides.',
  }),
  'retries.wait.ms': key.int({
    default: 1000,
    min: 0,
    importance: 'low',
    group: registry,
    doc: 'Upper limit of the random wait before the first retry; doubles with each further one.',
  }),
  'retries.max.wait.ms': key.int({
    default: 20_000,
    min: 0,
    importance: 'low',
    group: registry,
    doc: 'The wait before a retry grows to at most this.',
  }),
} as const

const strategyDoc =
  'names the subject: `TopicNameStrategy` (topic and `-key` or `-value`), `RecordNameStrategy` (the full name of the record) or `TopicRecordNameStrategy` (both). Java class names are understood.'

const schemaKeys = {
  'auto.register.schemas': key.boolean({
    default: true,
    importance: 'medium',
    group: schemas,
    doc: 'Register the schemas of written records. With false they must be registered already.',
  }),
  'use.latest.version': key.boolean({
    default: false,
    importance: 'low',
    group: schemas,
    doc: 'With `auto.register.schemas=false`: write with the latest schema of the subject instead of the record’s own.',
  }),
  'latest.compatibility.strict': key.boolean({
    default: true,
    importance: 'low',
    group: schemas,
    doc: 'Refuse records whose schema does not fit the latest one. With false only a value that can’t be written is refused.',
  }),
  'latest.cache.ttl.sec': key.int({
    default: -1,
    min: -1,
    importance: 'low',
    group: schemas,
    doc: 'How long the latest version counts as such before the registry is asked again; -1 for ever.',
  }),
  'use.schema.id': key.int({
    default: -1,
    min: -1,
    importance: 'low',
    group: schemas,
    doc: 'With `auto.register.schemas=false`: write with the schema of this id.',
  }),
  'id.compatibility.strict': key.boolean({
    default: true,
    importance: 'low',
    group: schemas,
    doc: 'What `latest.compatibility.strict` is for the latest version, for the schema of `use.schema.id`.',
  }),
  'normalize.schemas': key.boolean({
    default: false,
    importance: 'medium',
    group: schemas,
    doc: 'Have the registry normalize schemas when it registers or looks them up.',
  }),
  'key.subject.name.strategy': key.class({
    default: 'TopicNameStrategy',
    importance: 'medium',
    group: schemas,
    check: subjectNameStrategyProblem,
    doc: `For keys, ${strategyDoc}`,
  }),
  'value.subject.name.strategy': key.class({
    default: 'TopicNameStrategy',
    importance: 'medium',
    group: schemas,
    check: subjectNameStrategyProblem,
    doc: `For values, ${strategyDoc}`,
  }),
  'schemas.cache.config': key.int({
    default: 1000,
    min: 1,
    importance: 'low',
    group: schemas,
    doc: 'How many schemas of a topic are kept ready to read with.',
  }),
  'max.schemas.per.subject': key.int({
    default: 1000,
    min: 1,
    importance: 'low',
    group: schemas,
    doc: 'How many schemas of a subject are kept ready to write with.',
  }),
} as const

const securityKeys = {
  'basic.auth.credentials.source': key.string({
    default: 'URL',
    importance: 'medium',
    group: security,
    recommended: ['URL', 'USER_INFO'],
    check: basicSourceProblem,
    doc: 'Where user and password are: `URL` (`http://user:password@registry:8081`) or `USER_INFO` (`basic.auth.user.info`).',
  }),
  'basic.auth.user.info': key.password({
    default: null,
    importance: 'medium',
    group: security,
    doc: '`user:password`, with `basic.auth.credentials.source=USER_INFO`.',
  }),
  'schema.registry.basic.auth.user.info': key.password({
    default: null,
    importance: 'medium',
    group: security,
    doc: 'Older name of `basic.auth.user.info`.',
  }),
  'bearer.auth.credentials.source': key.string({
    default: 'STATIC_TOKEN',
    importance: 'medium',
    group: security,
    recommended: ['STATIC_TOKEN'],
    check: bearerSourceProblem,
    doc: 'Where the token is: `STATIC_TOKEN` (`bearer.auth.token`).',
  }),
  'bearer.auth.token': key.password({
    default: null,
    importance: 'medium',
    group: security,
    doc: 'A token to send with each request.',
  }),
  'schema.registry.ssl.truststore.location': key.string({
    default: null,
    importance: 'medium',
    group: security,
    doc: 'PEM file with the certificates to trust. A JKS store is turned to PEM by `keytool -exportcert -rfc`.',
  }),
  'schema.registry.ssl.truststore.certificates': key.password({
    default: null,
    importance: 'medium',
    group: security,
    doc: 'Certificates to trust, as PEM text.',
  }),
  'schema.registry.ssl.truststore.type': storeType('PEM'),
  'schema.registry.ssl.keystore.location': key.string({
    default: null,
    importance: 'medium',
    group: security,
    doc: 'File with key and certificate of this client: PEM, or PKCS12 with `schema.registry.ssl.keystore.password`.',
  }),
  'schema.registry.ssl.keystore.type': storeType('PEM or PKCS12'),
  'schema.registry.ssl.keystore.password': key.password({
    default: null,
    importance: 'medium',
    group: security,
    doc: 'Password of a PKCS12 key store.',
  }),
  'schema.registry.ssl.keystore.certificate.chain': key.password({
    default: null,
    importance: 'medium',
    group: security,
    doc: 'Certificate chain of this client, as PEM text.',
  }),
  'schema.registry.ssl.keystore.key': key.password({
    default: null,
    importance: 'medium',
    group: security,
    doc: 'Private key of this client, as PEM text.',
  }),
  'schema.registry.ssl.key.password': key.password({
    default: null,
    importance: 'medium',
    group: security,
    doc: 'Password of the private key.',
  }),
  'schema.registry.ssl.endpoint.identification.algorithm': key.string({
    default: 'https',
    importance: 'low',
    group: security,
    doc: 'Empty switches off the check that the registry’s certificate is for its host name.',
  }),
} as const

/** Keys of Confluent's converters that change what is read or written and that there is nothing for here. */
const refusedKeys = {
  'proxy.host': refused('requests go to the registry directly; take the key away and name a URL that can be reached'),
  'rule.executors': refused('data rules (encryption, transformation, validation of fields) are not there'),
  'use.latest.with.metadata': refused('schemas are chosen by version only; use use.latest.version'),
  'use.schema.guid': refused('schemas are chosen by id; use use.schema.id'),
  'bearer.auth.custom.provider.class': refused('Java classes can’t be loaded; use bearer.auth.token'),
  'context.name.strategy': refused(
    'schema contexts are part of the URL: http://registry:8081/contexts/NAME',
    'NullContextNameStrategy',
  ),
  'key.schema.id.serializer': refused('the schema id is written before the bytes', 'PrefixSchemaIdSerializer'),
  'value.schema.id.serializer': refused('the schema id is written before the bytes', 'PrefixSchemaIdSerializer'),
  'schema.format': refused('schemas are taken as the registry stores them'),
  'propagate.schema.tags': refused('tags of schemas are not passed on', 'false'),
} as const

export const registryKeys = { ...whereKeys, ...schemaKeys, ...securityKeys, ...refusedKeys } as const

export type RegistryConfig = ConfigOf<ConfigDef<typeof registryKeys>>

function storeType(types: string): KeyDefinition<string | null> {
  return key.string({
    default: null,
    importance: 'low',
    group: security,
    check: (type) => (/^(PEM|PKCS12)$/i.test(type) ? undefined : `expected ${types}; ${type} stores can't be read`),
    doc: `${types}; by default what the file looks like.`,
  })
}

/** `fine` is the last part of a value that asks for what is done anyway. */
export function refused(why: string, fine?: string): KeyDefinition<string | null> {
  return key.string({
    default: null,
    internal: true,
    importance: 'low',
    doc: 'Refused.',
    check: (value) =>
      value === '' || (fine !== undefined && value.split('.').at(-1) === fine) ? undefined : `not supported: ${why}`,
  })
}

function basicSourceProblem(source: string): string | undefined {
  if (source === 'URL' || source === 'USER_INFO') return undefined
  if (source === 'SASL_INHERIT') {
    return 'not supported: a converter does not see the credentials of the Kafka client; use USER_INFO and basic.auth.user.info'
  }
  return 'expected URL or USER_INFO'
}

function bearerSourceProblem(source: string): string | undefined {
  return source === 'STATIC_TOKEN' ? undefined : 'not supported: use STATIC_TOKEN and bearer.auth.token'
}

function firstProblem(values: readonly string[], problem: (value: string) => string | undefined): string | undefined {
  return values.map(problem).find((found) => found !== undefined)
}
