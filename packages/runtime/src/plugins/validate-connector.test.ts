import type { RawConfig } from '@penstock/core'
import { expect, test } from 'vitest'
import type { ConfigInfos } from './description.ts'
import { loaded, testPlugins, testSink } from './fixtures/test-plugins.ts'
import { PluginRegistry } from './registry.ts'
import { validateConnector } from './validate-connector.ts'

const minimal: RawConfig = { name: 'orders', 'connector.class': 'TestSink', topics: 'a', 'connection.url': 'http://x' }
const ignore = (): void => undefined
const logger = { error: ignore, warn: ignore, info: ignore, debug: ignore }

function validate(raw: RawConfig, policy = 'All', registry = new PluginRegistry(testPlugins)): Promise<ConfigInfos> {
  const workerConfig = {
    'group.id': 'connect-cluster',
    'connector.client.config.override.policy': policy,
    'connector.client.config.override.allowlist': [],
    'exactly.once.source.support': 'disabled' as const,
    'topic.creation.enable': true,
  }
  return validateConnector(raw, { registry, workerConfig, logger, signal: new AbortController().signal })
}

function errorsOf(infos: ConfigInfos): Record<string, readonly string[]> {
  return Object.fromEntries(
    infos.configs.filter(({ value }) => value.errors.length > 0).map(({ value }) => [value.name, value.errors]),
  )
}

function infoOf(infos: ConfigInfos, name: string) {
  return infos.configs.find((config) => config.value.name === name)
}

test('a good configuration has every key, no error, and crosses process boundaries', async () => {
  const infos = await validate({ ...minimal, unknown: 'x' })
  expect(infos).toMatchObject({ name: 'TestSink', errorCount: 0 })
  expect(infos.groups).toEqual(['Common', 'Transforms', 'Predicates', 'Error Handling', 'Connection'])
  const names = infos.configs.map((config) => config.value.name)
  expect(names.slice(0, 4)).toEqual(['name', 'connector.class', 'connector.plugin.version', 'tasks.max'])
  expect(names.slice(-3)).toEqual(['connection.url', 'connection.password', 'batch.size'])
  expect(structuredClone(infos)).toEqual(infos)
})

test('topics and its definition look as in Kafka Connect', async () => {
  expect(infoOf(await validate({ ...minimal, 'topics.regex': 'b' }), 'topics')).toMatchObject({
    definition: {
      name: 'topics',
      type: 'LIST',
      required: false,
      defaultValue: '',
      importance: 'high',
      group: 'Common',
      orderInGroup: 4,
      width: 'long',
      displayName: 'Topics',
      dependents: [],
    },
    value: {
      name: 'topics',
      value: 'a',
      recommendedValues: [],
      errors: ['topics and topics.regex are mutually exclusive options, but both are set.'],
      visible: true,
    },
  })
})

test('all errors are told at once', async () => {
  const infos = await validate({
    'connector.class': 'TestSink',
    'tasks.max': 'zero',
    'batch.size': '0',
    'errors.tolerance': 'x',
  })
  expect(errorsOf(infos)).toEqual({
    name: ['Missing required configuration "name" which has no default value.'],
    'tasks.max': ['Invalid value zero for configuration tasks.max: Not a number of type INT'],
    'errors.tolerance': ['Invalid value x for configuration errors.tolerance: String must be one of: none, all'],
    topics: ['Must configure one of topics or topics.regex'],
    'topics.regex': ['Must configure one of topics or topics.regex'],
    'connection.url': ['Missing required configuration "connection.url" which has no default value.'],
    'batch.size': ['Invalid value 0 for configuration batch.size: Value must be at least 1'],
  })
  expect(infos.errorCount).toBe(7)
})

test('without a connector class nothing is known, and the text hides secrets', async () => {
  await expect(validate({ name: 'nocls', 'db.password': 's3cret' })).rejects.toMatchObject({
    code: 'plugins.no_connector_class',
    message: 'Connector config {name=nocls, db.password=[hidden]} contains no connector type',
  })
})

test('an unknown connector class is an error that begins as Kafka Connect’s', async () => {
  await expect(validate({ ...minimal, 'connector.class': 'NoSuch' })).rejects.toMatchObject({
    code: 'plugins.not_found',
    message: expect.stringMatching(
      /^Failed to find any class that implements Connector and which name matches NoSuch, available connectors are: /,
    ),
  })
})

test('transformations and predicates bring their keys under their names', async () => {
  const infos = await validate({
    ...minimal,
    transforms: 'add, other',
    'transforms.add.type': 'com.example.AddField$Value',
    'transforms.add.predicate': 'old',
    'transforms.other.type': 'InsertField$Value',
    'transforms.other.negate': 'true',
    predicates: 'old',
    'predicates.old.type': 'IsOld',
    'predicates.old.age.ms': 'x',
  })
  expect(infos.groups).toEqual([
    'Common',
    'Transforms',
    'Predicates',
    'Error Handling',
    'Transforms: add',
    'Transforms: other',
    'Predicates: old',
    'Connection',
  ])
  expect(errorsOf(infos)).toEqual({
    'transforms.add.field': ['Missing required configuration "transforms.add.field" which has no default value.'],
    'transforms.other.type': [
      'Invalid value InsertField$Value for configuration transforms.other.type: Class InsertField$Value could not be found.',
    ],
    'transforms.other.negate': ['transforms.other.negate needs a predicate to negate: set transforms.other.predicate'],
    'predicates.old.age.ms': ['Invalid value x for configuration predicates.old.age.ms: Not a number of type LONG'],
  })
  expect(infoOf(infos, 'transforms.add.type')).toMatchObject({
    definition: { type: 'CLASS', required: true, group: 'Transforms: add', displayName: 'Transformation type for add' },
    value: { recommendedValues: ['com.example.AddField$Value'] },
  })
})

test('a transformation without type, or with an unknown predicate, is an error', async () => {
  expect(errorsOf(await validate({ ...minimal, transforms: 'a', 'transforms.a.predicate': 'p' }))).toEqual({
    'transforms.a.type': ['Missing required configuration "transforms.a.type" which has no default value.'],
    'transforms.a.predicate': [
      "Invalid value p for configuration transforms.a.predicate: Predicate 'p' is not among the predicates ()",
    ],
  })
})

test('passwords are hidden, given or wrong', async () => {
  const infos = await validate({
    ...minimal,
    'connection.password': 's3cret',
    'consumer.override.ssl.key.password': 's3cret',
  })
  expect(infoOf(infos, 'connection.password')?.value.value).toBe('[hidden]')
  expect(JSON.stringify(infos)).not.toContain('s3cret')
})

test('keys given as null are errors, declared or not', async () => {
  const text = 'Null value can not be supplied as the configuration value.'
  const infos = await validate({ ...minimal, 'batch.size': null, 'my.own': null, 'key.converter': null })
  expect(errorsOf(infos)).toEqual({
    'key.converter': [text],
    'batch.size': ['Invalid value null for configuration batch.size: Value must be non-null', text],
    'my.own': [text],
  })
  expect(infoOf(infos, 'my.own')?.definition).toBeNull()
})

test('the connector’s own check runs once its keys are well-formed, and only then', async () => {
  expect(errorsOf(await validate({ ...minimal, 'batch.size': '7' }))).toEqual({ 'batch.size': ['seven is too few'] })
  const { 'connection.url': _, ...rest } = minimal
  expect(errorsOf(await validate({ ...rest, 'batch.size': '7' }))).not.toHaveProperty('batch.size')
})

test('a connector whose own check fails makes the validation fail', async () => {
  const failing = { ...testSink, validate: () => Promise.reject(new Error('no network')) } as typeof testSink
  await expect(validate(minimal, 'All', new PluginRegistry([loaded(failing)]))).rejects.toThrow('no network')
})

test('client overrides are listed after the connector’s keys and checked against the policy', async () => {
  const overrides = {
    'consumer.override.group.id': 'mine',
    'consumer.override.fetch.min.bytes': '7',
    'producer.override.acks': '1',
  }
  expect((await validate({ ...minimal, ...overrides })).errorCount).toBe(0)
  const refused = await validate({ ...minimal, ...overrides }, 'None')
  expect(refused.errorCount).toBe(2)
  expect(refused.configs.slice(-2)).toEqual(
    ['group.id', 'fetch.min.bytes'].map((key) => ({
      definition: null,
      value: {
        name: `consumer.override.${key}`,
        value: key === 'group.id' ? 'mine' : '7',
        recommendedValues: [],
        errors: [`The 'None' policy does not allow '${key}' to be overridden in the connector configuration.`],
        visible: true,
      },
    })),
  )
  const withDeadLetters = { ...minimal, ...overrides, 'errors.deadletterqueue.topic.name': 'dlq' }
  expect((await validate(withDeadLetters, 'None')).errorCount).toBe(3)
})

test('converters set by the connector bring their keys last', async () => {
  const infos = await validate({
    ...minimal,
    'key.converter': 'Text',
    'key.converter.width': 'wide',
    'value.converter.width': 'ignored',
  })
  expect(infos.configs.at(-1)?.value).toMatchObject({ name: 'key.converter.width', value: null })
  expect(errorsOf(infos)).toEqual({
    'key.converter.width': ['Invalid value wide for configuration key.converter.width: Not a number of type INT'],
  })
  expect(errorsOf(await validate({ ...minimal, 'header.converter': 'Nope', 'value.converter': 'Plain' }))).toEqual({
    'header.converter': ['Invalid value Nope for configuration header.converter: Class Nope could not be found.'],
    'value.converter': ['Invalid value Plain for configuration value.converter: Class Plain could not be found.'],
  })
})

test('the consumer group of the workers is refused', async () => {
  expect(errorsOf(await validate({ ...minimal, 'consumer.override.group.id': 'connect-cluster' }))).toEqual({
    'consumer.override.group.id': [
      'Consumer group connect-cluster conflicts with Connect worker group connect-cluster',
    ],
  })
})
