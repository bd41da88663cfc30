import { ConfigError, type RawConfig } from '@penstock/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSinkConnectorConfig, restartPolicies, sinkConsumerGroup, sinkProblems } from './connector-config.ts'
import { sinkConnectorConfig } from './connector-keys.ts'
import { compileTopicsRegex } from './topics-regex.ts'
import { parseWorkerConfig } from './worker-config.ts'

const worker = parseWorkerConfig({
  'bootstrap.servers': 'kafka:9092',
  'group.id': 'connect-cluster',
  'config.storage.topic': 'configs',
  'offset.storage.topic': 'offsets',
  'status.storage.topic': 'status',
  'key.converter': 'StringConverter',
  'value.converter': 'JsonConverter',
})
const sink: RawConfig = { name: 'orders', 'connector.class': 'ElasticsearchSink', topics: 'a, b' }

function problemsOf(raw: RawConfig): string[] {
  try {
    parseSinkConnectorConfig(raw, worker)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map((problem) => `${problem.key}: ${problem.message}`)
  }
}

test('a small configuration gets the defaults of Kafka Connect', () => {
  const config = parseSinkConnectorConfig({ ...sink, 'connection.url': 'http://es:9200' }, worker)
  expect(config).toMatchObject({
    topics: ['a', 'b'],
    'tasks.max': 1,
    'errors.tolerance': 'none',
    'errors.retry.timeout': 0,
    'errors.retry.delay.max.ms': 60000,
    'errors.deadletterqueue.topic.replication.factor': 3,
    'key.converter': null,
    transforms: [],
  })
  expect(config.raw['connection.url']).toBe('http://es:9200')
})

test('the framework keys come in the order of Kafka Connect', () => {
  expect(
    Object.entries(sinkConnectorConfig.keys)
      .map(([name, definition]) => `${definition.group} ${definition.orderInGroup} ${name}`)
      .filter((line) => !line.includes('errors.restart')),
  ).toEqual([
    'Common 1 name',
    'Common 2 connector.class',
    'Common 3 connector.plugin.version',
    'Common 4 tasks.max',
    'Common 5 tasks.max.enforce',
    'Common 6 key.converter',
    'Common 7 key.converter.plugin.version',
    'Common 8 value.converter',
    'Common 9 value.converter.plugin.version',
    'Common 10 header.converter',
    'Common 11 header.converter.plugin.version',
    'Transforms 12 transforms',
    'Predicates 13 predicates',
    'Common 14 config.action.reload',
    'Error Handling 1 errors.retry.timeout',
    'Error Handling 2 errors.retry.delay.max.ms',
    'Error Handling 3 errors.tolerance',
    'Error Handling 4 errors.log.enable',
    'Error Handling 5 errors.log.include.messages',
    'Common 4 topics',
    'Common 4 topics.regex',
    'Error Handling 6 errors.deadletterqueue.topic.name',
    'Error Handling 7 errors.deadletterqueue.topic.replication.factor',
    'Error Handling 8 errors.deadletterqueue.context.headers.enable',
  ])
})

test.each<[RawConfig, string[]]>([
  [
    { 'topics.regex': 'a.*' },
    [
      'topics: topics and topics.regex are mutually exclusive options, but both are set.',
      'topics.regex: topics and topics.regex are mutually exclusive options, but both are set.',
    ],
  ],
  [
    { topics: ' ' },
    [
      'topics: Must configure one of topics or topics.regex',
      'topics.regex: Must configure one of topics or topics.regex',
    ],
  ],
  [
    { 'errors.deadletterqueue.topic.name': 'b' },
    ["topics: The DLQ topic 'b' may not be included in the list of topics ('topics=[a, b]') consumed by the connector"],
  ],
  [
    { topics: null, 'topics.regex': 'orders-.*', 'errors.deadletterqueue.topic.name': 'orders-dlq' },
    ['topics: Invalid value null for configuration topics: Value must be non-null'],
  ],
  [
    { 'consumer.override.group.id': 'connect-cluster' },
    ['consumer.override.group.id: Consumer group connect-cluster conflicts with Connect worker group connect-cluster'],
  ],
  [{ name: 'cluster' }, ['name: Consumer group connect-cluster conflicts with Connect worker group connect-cluster']],
  [{ name: '' }, ['name: Invalid value  for configuration name: String may not be empty']],
  [
    { name: '..' },
    [
      'name: Invalid value .. for configuration name: String may not be "." or "..", which URLs can\'t carry; give it another name',
    ],
  ],
  [
    { name: 'a\u0007b' },
    [
      'name: Invalid value a\u0007b for configuration name: String may not contain control sequences but had the following ASCII chars: 7',
    ],
  ],
  [{ 'tasks.max': '0' }, ['tasks.max: Invalid value 0 for configuration tasks.max: Value must be at least 1']],
  [
    { transforms: 'a,b,a' },
    ['transforms: Invalid value a,b,a for configuration transforms: Duplicate alias provided.'],
  ],
  [
    { 'errors.tolerance': 'some' },
    ['errors.tolerance: Invalid value some for configuration errors.tolerance: String must be one of: none, all'],
  ],
])('%j is refused', (raw, expected) => {
  expect(problemsOf({ ...sink, ...raw })).toEqual(expected)
})

test('a dead letter topic that the regular expression matches is refused', () => {
  const { topics: _, ...rest } = sink
  expect(
    sinkProblems({ ...rest, 'topics.regex': 'orders-.*', 'errors.deadletterqueue.topic.name': 'orders-dlq' }, worker),
  ).toEqual([
    {
      key: 'topics.regex',
      message: "The DLQ topic 'orders-dlq' matches the topics that the connector reads (topics.regex=orders-.*)",
    },
  ])
})

test('tasks that fail by their own error restart only where the connector asks for it', () => {
  expect(restartPolicies(sink, worker)).toEqual({
    executorDeath: { firstAtOnce: true, maxAttempts: 10, backoffMs: 1000, backoffMaxMs: 60000, windowMs: 600000 },
    taskFailure: { firstAtOnce: false, maxAttempts: 0, backoffMs: 1000, backoffMaxMs: 60000, windowMs: 600000 },
  })
  expect(
    restartPolicies({ ...sink, 'errors.restart.max.attempts': '3', 'errors.restart.backoff.ms': '5' }, worker),
  ).toEqual({
    executorDeath: { firstAtOnce: true, maxAttempts: 3, backoffMs: 5, backoffMaxMs: 60000, windowMs: 600000 },
    taskFailure: { firstAtOnce: false, maxAttempts: 3, backoffMs: 5, backoffMaxMs: 60000, windowMs: 600000 },
  })
})

test('the consumer group is made of the connector name unless overridden', () => {
  expect(sinkConsumerGroup(sink)).toBe('connect-orders')
  expect(sinkConsumerGroup({ ...sink, 'consumer.override.group.id': 'mine' })).toBe('mine')
})

test.each([
  ['orders.*', 'orders-eu', true],
  ['orders', 'orders-eu', false],
  ['a|b', 'b', true],
  ['a|b', 'bc', false],
  ['(?i)ORDERS', 'orders', true],
  ['\\Qa.b\\E.*', 'a.bc', true],
  ['\\Qa.b\\E.*', 'axbc', false],
  ['[a-z]++', 'abc', true],
])('topics.regex %s and %s: %s', (regex, topic, matches) => {
  expect(compileTopicsRegex(regex).test(topic)).toBe(matches)
})

test('a name made of ordinary letters is always accepted', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9 ._/é-]*[A-Za-z0-9]$/), (name) => {
      fc.pre(name !== 'cluster')
      expect(problemsOf({ ...sink, name })).toEqual([])
    }),
  )
})
