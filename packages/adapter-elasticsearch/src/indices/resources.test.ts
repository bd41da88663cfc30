import { expect, test } from 'vitest'
import { config } from '../config/config.ts'
import { Resources, requiresAlias, writesToDataStreams } from './resources.ts'

const parsed = (raw: Record<string, string>) => config.parse({ 'connection.url': 'http://localhost:9200', ...raw })
const resourceOf = (topic: string, raw: Record<string, string>) => new Resources(parsed(raw)).of(topic, 'by-rule')
const logs = { 'data.stream.type': 'LOGS', 'data.stream.dataset': 'shop.orders' }

test('without more a topic has an index, or with index.rollover an alias', () => {
  expect(resourceOf('t', {})).toEqual({ name: 'by-rule', kind: 'index' })
  expect(resourceOf('t', { 'data.stream.type': 'logs' })).toEqual({ name: 'by-rule', kind: 'index' })
  const rollover = resourceOf('t', { 'index.rollover': 'true' })
  expect(rollover).toEqual({ name: 'by-rule', kind: 'rollover' })
  expect(requiresAlias(rollover)).toBe(true)
})

test.each([
  ['Orders-EU_1', {}, 'logs-shop.orders-orders-eu_1'],
  ['t', { 'data.stream.namespace': 'prod' }, 'logs-shop.orders-prod'],
  ['T.a', { 'data.stream.namespace': 'x_$' + '{topic}' }, 'logs-shop.orders-x_t.a'],
  ['$&', {}, 'logs-shop.orders-$&'],
  ['x'.repeat(200), {}, `logs-shop.orders-${'x'.repeat(100)}`],
  ['t', { 'data.stream.type': 'Custom' }, 'custom-shop.orders-t'],
])('topic %s with %j goes to data stream %s', (topic, raw, name) => {
  expect(resourceOf(topic, { ...logs, ...raw })).toEqual({ name, kind: 'data stream' })
})

test('a topic of which no data stream can be named is a clear error', () => {
  expect(() => resourceOf('a*', logs)).toThrow('no index name can be made of the topic name "a*"')
  expect(resourceOf(`${'x'.repeat(99)}😀`, logs).name).toBe(`logs-shop.orders-${'x'.repeat(99)}\ufffd`)
})

test('external resources are named one by one; a topic without one is a clear error', () => {
  const mapped = { 'external.resource.usage': 'ALIAS_INDEX', 'topic.to.external.resource.mapping': 'a : x, b:y' }
  expect(resourceOf('a', mapped)).toEqual({ name: 'x', kind: 'external alias' })
  expect(() => resourceOf('c', mapped)).toThrow(
    'topic c is not in topic.to.external.resource.mapping, so there is nowhere to write its records to; add c:<resource>',
  )
})

test.each([
  [{}, false],
  [logs, true],
  [{ 'external.resource.usage': 'index' }, false],
  [{ 'external.resource.usage': 'datastream' }, true],
  [{ 'external.resource.usage': 'alias_datastream' }, true],
  [{ ...logs, 'external.resource.usage': 'alias_index' }, false],
])('%j: data streams %s', (raw: Record<string, string>, expected) => {
  expect(writesToDataStreams(parsed(raw))).toBe(expected)
})
