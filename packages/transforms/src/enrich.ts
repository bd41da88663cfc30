import {
  ConfigError,
  type ConfigOf,
  type ConfigProblem,
  type ConnectRecord,
  configDef,
  DataError,
  definePlugin,
  type JsonValue,
  key,
  type TransformationContext,
} from '@penstock/core'
import { CachedLookup } from './enrich/cached-lookup.ts'
import { FileLookup } from './enrich/file-lookup.ts'
import { valueFormats } from './enrich/found-text.ts'
import type { Lookup } from './enrich/lookup.ts'
import { RedisLookup } from './enrich/redis-lookup.ts'
import { TopicLookup } from './enrich/topic-lookup.ts'
import { schemaInference } from './json-schema-inference.ts'
import { identityText, pathOfKey, valueAtPath } from './value-at-path.ts'
import { fieldSetter } from './with-field.ts'

const lookups = ['redis', 'topic', 'file'] as const

const config = configDef({
  lookup: key.oneOf(lookups, {
    importance: 'high',
    doc: 'Where to look up: redis (GET), topic (a compacted topic of the worker’s Kafka cluster) or file (JSON or CSV).',
  }),
  'key.field': key.string({
    importance: 'high',
    doc: 'Path of the field in the value to look up by; dots lead into nested fields.',
  }),
  'key.prefix': key.string({
    default: '',
    importance: 'medium',
    doc: 'Goes before the field’s text to make the key: customer: for customer:42.',
  }),
  'target.field': key.string({
    importance: 'high',
    doc: 'Field of the value for what is found.',
    check: (name) => (name === '' ? 'String must be non-empty' : undefined),
  }),
  'on.missing': key.oneOf(['keep', 'fail'], {
    default: 'keep',
    importance: 'medium',
    doc: 'What becomes of a record for which nothing is found: keep it as it is, or fail it (errors.tolerance decides on).',
  }),
  'value.format': key.oneOf(valueFormats, {
    default: 'json',
    importance: 'medium',
    doc: 'What Redis or the topic holds: json, which becomes structure, or string, which is taken as it is.',
  }),
  'cache.size': key.int({
    default: 10_000,
    min: 0,
    importance: 'medium',
    doc: 'How many keys of Redis a task remembers; those used least recently are forgotten first.',
  }),
  'cache.ttl.ms': key.long({
    default: 300_000,
    min: 0,
    importance: 'medium',
    doc: 'For how long what was found in Redis is remembered, in milliseconds. For a file: how often to look whether it has changed.',
  }),
  'cache.missing.ttl.ms': key.long({
    default: 30_000,
    min: 0,
    importance: 'medium',
    doc: 'For how long it is remembered that Redis has nothing under a key, in milliseconds.',
  }),
  'redis.url': key.string({
    default: null,
    importance: 'high',
    doc: 'redis://host:port/database, or rediss:// for TLS. Give the password by redis.password.',
    check: redisUrlProblem,
  }),
  'redis.username': key.string({ default: null, importance: 'medium', doc: 'User of Redis.' }),
  'redis.password': key.password({ default: null, importance: 'medium', doc: 'Password of Redis.' }),
  'redis.timeout.ms': key.int({
    default: 5000,
    min: 1,
    importance: 'low',
    doc: 'How long connecting and each look-up may take, in milliseconds.',
  }),
  topic: key.string({ default: null, importance: 'high', doc: 'Compacted topic; its keys and values are UTF-8 text.' }),
  'topic.max.entries': key.int({
    default: 1_000_000,
    min: 1,
    importance: 'low',
    doc: 'Most keys of the topic to hold in memory; with more the task fails.',
  }),
  file: key.string({
    default: null,
    importance: 'high',
    doc: 'Path of the file: .csv with names in the first line, or JSON: an object by key, or an array of objects with file.key.',
  }),
  'file.key': key.string({
    default: null,
    importance: 'medium',
    doc: 'Column or member of the file that holds the key. Without it: the first column, or the names of a JSON object.',
  }),
})

export const enrich = definePlugin({
  kind: 'transformation',
  name: 'Enrich$Value',
  aliases: ['io.penstock.transforms.Enrich$Value', 'io.penstock.transforms.Enrich', 'Enrich'],
  summary: 'Looks something up by a field of the value, in Redis, a compacted topic or a file, and adds it as a field.',
  config,
  create: (options, context) => {
    const lookup = lookupOf(options, context)
    const path = pathOfKey('key.field', options['key.field'])
    const prefix = options['key.prefix']
    const infer = schemaInference()
    const setField = fieldSetter(options['target.field'], 'enriching')

    const enriched = <R extends ConnectRecord<R>>(record: R, found: JsonValue | null): R => {
      if (found === null) return missing(record, options)
      const { value } = record
      return record.with({
        value: setField(value, value.schema === null ? { schema: null, value: found } : infer(found)),
      })
    }
    return {
      apply<R extends ConnectRecord<R>>(record: R): R | Promise<R> {
        const { value } = record.value
        if (value === null) return record
        const part = valueAtPath(value, path)
        if (part === null) return missing(record, options)
        const found = lookup.find(prefix + identityText(part))
        return found instanceof Promise ? found.then((late) => enriched(record, late)) : enriched(record, found)
      },
      close: () => lookup.close(),
    }
  },
})

type Options = ConfigOf<typeof config>

function missing<R extends ConnectRecord<R>>(record: R, options: Options): R {
  if (options['on.missing'] === 'keep') return record
  throw new DataError(
    'enrich.missing',
    `nothing is found for the field ${options['key.field']} of ${record}; set on.missing=keep to let such records pass`,
  )
}

function lookupOf(options: Options, context: TransformationContext): Lookup {
  switch (options.lookup) {
    case 'redis': {
      const redis = new RedisLookup({
        url: withoutPassword(needed('redis.url', options)),
        username: options['redis.username'],
        password: options['redis.password'],
        timeoutMs: options['redis.timeout.ms'],
        format: options['value.format'],
      })
      const cache = {
        size: options['cache.size'],
        ttlMs: options['cache.ttl.ms'],
        missingTtlMs: options['cache.missing.ttl.ms'],
      }
      return new CachedLookup(redis, cache, context.clock)
    }
    case 'topic': {
      const topic = needed('topic', options)
      const maxEntries = options['topic.max.entries']
      return new TopicLookup(topic, options['value.format'], () => context.openTable(topic, { maxEntries }))
    }
    case 'file': {
      const file = { path: needed('file', options), keyName: options['file.key'], checkMs: options['cache.ttl.ms'] }
      return new FileLookup(file, context.clock)
    }
  }
}

function needed(name: 'redis.url' | 'topic' | 'file', options: Options): string {
  const value = options[name]
  if (value !== null && value !== '') return value
  const problem: ConfigProblem = {
    key: name,
    message: `Missing required configuration "${name}", which lookup=${options.lookup} needs.`,
  }
  throw new ConfigError([problem])
}

function redisUrlProblem(url: string): string | undefined {
  return URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol) ? undefined : 'expected redis://host:port'
}

/** Checked apart from the form, whose message would show the value. */
function withoutPassword(url: string): string {
  if (new URL(url).password === '') return url
  const message = 'the value of redis.url holds a password: give it by redis.password, which is kept secret'
  throw new ConfigError([{ key: 'redis.url', message }])
}
