import { expect, test } from 'vitest'
import { shortName } from '../plugins/plugin-name.ts'
import { firstLine } from './first-line.ts'

test('a trace begins with what was thrown, without the package of its class', () => {
  expect(firstLine('org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded\n\tat x')).toBe(
    'ConnectException: Tolerance exceeded',
  )
  expect(firstLine('no such file: a.b.C: x')).toBe('no such file: a.b.C: x')
})

test('a plugin is named without its package and without what all of them are', () => {
  expect(shortName('io.confluent.connect.elasticsearch.ElasticsearchSinkConnector')).toBe('ElasticsearchSink')
  expect(shortName('org.apache.kafka.connect.transforms.InsertField$Value')).toBe('InsertField$Value')
  expect(shortName('Connector')).toBe('Connector')
})
