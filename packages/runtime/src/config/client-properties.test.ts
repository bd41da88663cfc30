import { expect, test } from 'vitest'
import {
  checkOverrides,
  clientKindsOfSink,
  connectorClientProperties,
  overrideProblems,
  policyProblem,
  workerClientProperties,
} from './client-properties.ts'
import { hideSecrets } from './secrets.ts'

const worker = {
  'bootstrap.servers': 'kafka:9092',
  'security.protocol': 'SSL',
  'consumer.max.poll.records': '100',
  'consumer.fetch.min.bytes': '1',
  'admin.retries': '3',
  'producer.acks': '1',
}
const all = { 'connector.client.config.override.policy': 'All', 'connector.client.config.override.allowlist': [] }

test('the connector wins over the worker, and the worker over the base', () => {
  expect(
    connectorClientProperties('consumer', {
      base: { 'auto.offset.reset': 'earliest', 'fetch.min.bytes': '7', 'bootstrap.servers': 'nowhere' },
      worker,
      connector: {
        'consumer.override.max.poll.records': '5',
        'consumer.overridden': 'no',
        'producer.override.acks': 'all',
      },
    }),
  ).toEqual({
    'auto.offset.reset': 'earliest',
    'bootstrap.servers': 'kafka:9092',
    'fetch.min.bytes': '1',
    'max.poll.records': '5',
  })
})

test('admin clients of connectors inherit the worker’s own settings, consumers do not', () => {
  expect(connectorClientProperties('admin', { worker, connector: {} })).toEqual({
    'bootstrap.servers': 'kafka:9092',
    'security.protocol': 'SSL',
    retries: '3',
  })
  expect(connectorClientProperties('consumer', { worker, connector: {} })).not.toHaveProperty('security.protocol')
})

test('the worker’s own clients see no prefixed key', () => {
  expect(workerClientProperties(worker)).toEqual({ 'bootstrap.servers': 'kafka:9092', 'security.protocol': 'SSL' })
})

test.each([
  ['All', 'group.id', null],
  ['None', 'group.id', "The 'None' policy does not allow 'group.id' to be overridden in the connector configuration."],
  ['Principal', 'sasl.jaas.config', null],
  [
    'Principal',
    'group.id',
    "The 'Principal' policy does not allow 'group.id' to be overridden in the connector configuration.",
  ],
  ['Allowlist', 'max.poll.records', null],
  [
    'Allowlist',
    'group.id',
    "The 'Allowlist' policy does not allow 'group.id' to be overridden in the connector configuration.",
  ],
  [
    'org.apache.kafka.connect.connector.policy.NoneConnectorClientConfigOverridePolicy',
    'acks',
    "The 'None' policy does not allow 'acks' to be overridden in the connector configuration.",
  ],
])('policy %s and %s', (policy, key, problem) => {
  const config = {
    'connector.client.config.override.policy': policy,
    'connector.client.config.override.allowlist': ['max.poll.records'],
  }
  expect(checkOverrides('consumer', { [`consumer.override.${key}`]: 'x' }, config)[0]?.problem).toBe(problem)
})

test('refused overrides are problems of their keys', () => {
  const none = { ...all, 'connector.client.config.override.policy': 'none' }
  expect(overrideProblems('admin', { 'admin.override.retries': '1', 'consumer.override.x': 'y' }, none)).toEqual([
    {
      key: 'admin.override.retries',
      message: "The 'None' policy does not allow 'retries' to be overridden in the connector configuration.",
    },
  ])
  expect(overrideProblems('admin', { 'admin.override.retries': '1' }, all)).toEqual([])
})

test('secrets among the overrides are hidden', () => {
  const connector = {
    'consumer.override.sasl.jaas.config': 'user="me" password="s3cret"',
    'consumer.override.group.id': 'g',
  }
  expect(checkOverrides('consumer', connector, all).map((override) => override.value)).toEqual(['[hidden]', 'g'])
})

test('a sink has a producer and an admin client only for dead letters', () => {
  expect(clientKindsOfSink({})).toEqual(['consumer'])
  expect(clientKindsOfSink({ 'errors.deadletterqueue.topic.name': 'dlq' })).toEqual(['producer', 'consumer', 'admin'])
})

test('an unknown policy is named', () => {
  expect(policyProblem('Some')).toBe(
    '"Some" is no policy for client overrides; choose one of All, None, Principal, Allowlist',
  )
})

test('configurations for logs hide what looks like a secret', () => {
  expect(
    hideSecrets({
      'connection.password': 'x',
      'ssl.keystore.password': 'x',
      'ssl.keystore.key': 'x',
      'ssl.keystore.location': '/a',
      'sasl.jaas.config': 'x',
      'connection.api.key': 'x',
      'key.ignore': 'true',
      'key.converter': 'c',
      topics: 't',
    }),
  ).toEqual({
    'connection.password': '[hidden]',
    'ssl.keystore.password': '[hidden]',
    'ssl.keystore.key': '[hidden]',
    'ssl.keystore.location': '/a',
    'sasl.jaas.config': '[hidden]',
    'connection.api.key': '[hidden]',
    'key.ignore': 'true',
    'key.converter': 'c',
    topics: 't',
  })
})
