/** What workers tell of plugins, configurations and loggers. What differs on purpose is listed in intended-differences.ts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findJvmConnect } from '../harness/index.ts'
import { RestComparison } from './rest-comparison.ts'

const jvm = await findJvmConnect()

describe.skipIf(!jvm)('beside Kafka Connect', () => {
  let rest: RestComparison

  beforeAll(async () => {
    if (jvm) rest = await RestComparison.start(jvm, 'plugins')
  })
  afterAll(async () => {
    await rest?.[Symbol.asyncDispose]()
  })

  test('plugins', async () => {
    await rest.same('plugins: connectors', { method: 'GET', path: '/connector-plugins' })
    await rest.same('plugins: all', { method: 'GET', path: '/connector-plugins?connectorsOnly=false' })
    await rest.same('plugins: unknown', { method: 'GET', path: '/connector-plugins/Nope/config' })
    await rest.same('plugins: other version', {
      method: 'GET',
      path: '/connector-plugins/FileStreamSink/config?version=9.9.9',
    })
    await rest.same('plugins: bad version', {
      method: 'GET',
      path: '/connector-plugins/FileStreamSink/config?version=%5Bbad',
    })
    const smt = 'org.apache.kafka.connect.transforms.'
    const sided = [
      'Cast',
      'ExtractField',
      'Flatten',
      'HeaderFrom',
      'HoistField',
      'InsertField',
      'MaskField',
      'ReplaceField',
      'SetSchemaMetadata',
      'TimestampConverter',
    ]
    const names = [
      ...['FileStreamSource', 'FileStreamSink', `org.apache.kafka.connect.file.FileStreamSinkConnector`],
      ...sided.flatMap((name) => [`${smt}${name}$Key`, `${smt}${name}$Value`]),
      ...['DropHeaders', 'Filter', 'InsertHeader', 'RegexRouter', 'TimestampRouter', 'ValueToKey'],
      ...['HasHeaderKey', 'RecordIsTombstone', 'TopicNameMatches'],
      ...[
        'JsonConverter',
        'StringConverter',
        'ByteArrayConverter',
        'BooleanConverter',
        'ShortConverter',
        'IntegerConverter',
        'LongConverter',
        'FloatConverter',
        'DoubleConverter',
        'SimpleHeaderConverter',
      ],
    ]
    for (const name of names) {
      await rest.same(`plugin config: ${name}`, {
        method: 'GET',
        path: `/connector-plugins/${encodeURIComponent(name)}/config`,
      })
    }
  })

  test('validation', async () => {
    const validate = (label: string, plugin: string, body: unknown) =>
      rest.same(`validate: ${label}`, { method: 'PUT', path: `/connector-plugins/${plugin}/config/validate`, body })
    await validate('nothing', 'FileStreamSink', {})
    await validate('another type', 'FileStreamSource', rest.sink())
    await validate('unknown type', 'Nope', rest.sink())
    await validate('unknown class', 'Nope', { 'connector.class': 'Nope' })
    await validate('sink', 'FileStreamSink', rest.sink({ name: 'x' }))
    await validate('source', 'FileStreamSource', rest.source({ name: 'x' }))
    await validate(
      'full name',
      'org.apache.kafka.connect.file.FileStreamSinkConnector',
      rest.sink({ name: 'x', 'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector' }),
    )
    await validate(
      'full name and short',
      'org.apache.kafka.connect.file.FileStreamSinkConnector',
      rest.sink({ name: 'x' }),
    )
    await validate(
      'short name and full',
      'FileStreamSinkConnector',
      rest.sink({ name: 'x', 'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector' }),
    )
    await validate('errors', 'FileStreamSink', {
      'connector.class': 'FileStreamSink',
      'tasks.max': 'x',
      topics: 'a',
      'topics.regex': '(',
      'errors.retry.timeout': 'x',
      'errors.log.enable': 'maybe',
    })
    await validate(
      'transformations',
      'FileStreamSink',
      rest.sink({
        name: 'x',
        transforms: 'a,b',
        'transforms.a.type': 'RegexRouter',
        'transforms.a.regex': '(',
        'transforms.b.type': 'org.apache.kafka.connect.transforms.Cast$Value',
        'transforms.b.spec': 'a:nothing',
        'transforms.b.predicate': 'p',
        'transforms.b.negate': 'x',
        predicates: 'p',
        'predicates.p.type': 'TopicNameMatches',
      }),
    )
    await validate(
      'converters',
      'FileStreamSink',
      rest.sink({
        name: 'x',
        'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
        'value.converter': 'JsonConverter',
        'value.converter.schemas.enable': 'perhaps',
        'header.converter': 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
      }),
    )
    await validate(
      'overrides',
      'FileStreamSink',
      rest.sink({ name: 'x', 'consumer.override.max.poll.records': '5', 'producer.override.linger.ms': '1' }),
    )
    await validate(
      'topic creation',
      'FileStreamSource',
      rest.source({
        name: 'x',
        'topic.creation.default.partitions': '2',
        'topic.creation.default.replication.factor': '1',
        'topic.creation.groups': 'a',
        'topic.creation.a.include': 'b.*',
        'topic.creation.a.cleanup.policy': 'compact',
      }),
    )
    await validate(
      'a password',
      'FileStreamSink',
      rest.sink({ name: 'x', 'consumer.override.ssl.key.password': 'secret' }),
    )
  })

  test('loggers', async () => {
    const logger = 'org.apache.kafka.connect.runtime.WorkerSinkTask'
    await rest.same('logger: root', { method: 'GET', path: '/admin/loggers/root' })
    await rest.same('logger: unknown', { method: 'GET', path: '/admin/loggers/not.there' })
    await rest.same('logger: no level', { method: 'PUT', path: `/admin/loggers/${logger}`, body: {} })
    await rest.same('logger: bad level', { method: 'PUT', path: `/admin/loggers/${logger}`, body: { level: 'NOPE' } })
    await rest.same('logger: set', { method: 'PUT', path: `/admin/loggers/${logger}`, body: { level: 'debug' } })
    await rest.same('logger: then', { method: 'GET', path: `/admin/loggers/${logger}` })
    await rest.same('logger: unknown scope', {
      method: 'PUT',
      path: `/admin/loggers/${logger}?scope=nope`,
      body: { level: 'warn' },
    })
    await rest.same('logger: cluster', {
      method: 'PUT',
      path: `/admin/loggers/${logger}?scope=cluster`,
      body: { level: 'error' },
    })
    const request = { method: 'GET', path: `/admin/loggers/${logger}` }
    await rest.both.untilBoth(request, ({ body }) => (body as { level?: string }).level === 'ERROR')
    await rest.same('logger: by the cluster', request)
  })

  test('nothing differs but what is listed, and all of that does', () => {
    expect(rest.comparison.unexpected()).toEqual([])
    expect(rest.comparison.gone()).toEqual([])
  })
})
