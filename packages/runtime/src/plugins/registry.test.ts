import type { Plugin } from '@penstock/core'
import { expect, test } from 'vitest'
import {
  loaded,
  testConverter,
  testHeaderConverter,
  testPlugins,
  testSink,
  testTransformation,
} from './fixtures/test-plugins.ts'
import { PluginRegistry } from './registry.ts'

const registry = new PluginRegistry(testPlugins)

test.each(['com.example.TestSinkConnector', 'TestSinkConnector', 'TestSink'])('a sink answers to %s', (name) => {
  expect(registry.find('sink', name).plugin).toBe(testSink)
})

test.each(['TextConverter', 'Text', 'com.example.TextConverter'])(
  'a converter answers to %s, for headers too',
  (name) => {
    expect(registry.find('converter', name).plugin).toBe(testConverter)
    expect(registry.findHeaderConverter(name).plugin).toBe(testConverter)
  },
)

test('a header converter loses its own suffix', () => {
  expect(registry.findHeaderConverter('Plain').plugin).toBe(testHeaderConverter)
})

test('nested classes answer to their whole names only', () => {
  expect(registry.find('transformation', 'com.example.AddField$Value').plugin).toBe(testTransformation)
  expect(registry.find('transformation', 'AddField$Value').plugin).toBe(testTransformation)
  expect(registry.has('transformation', 'Value')).toBe(false)
})

test('an unknown connector class is answered in the words that clients know', () => {
  expect(() => registry.find('sink', 'NoSuch')).toThrow(
    'Failed to find any class that implements Connector and which name matches NoSuch, available connectors are: com.example.TestSinkConnector (1.0.0)',
  )
})

test('a short name that two plugins would answer to belongs to neither', () => {
  const other: Plugin = { ...testSink, name: 'OtherSink', aliases: ['org.other.TestSinkConnector'] } as Plugin
  const both = new PluginRegistry([loaded({ ...testSink, name: 'First' } as Plugin), loaded(other)])
  expect(() => both.find('sink', 'TestSinkConnector')).toThrow(
    'More than one connector matches alias TestSinkConnector. Please use full package and class name instead. Classes found: com.example.TestSinkConnector, org.other.TestSinkConnector',
  )
  expect(both.find('sink', 'org.other.TestSinkConnector').plugin).toBe(other)
})

test('a declared name wins over a derived one', () => {
  const other: Plugin = { ...testSink, name: 'Other', aliases: ['org.other.TestSinkConnector'] } as Plugin
  expect(new PluginRegistry([loaded(other), loaded(testSink)]).find('sink', 'TestSink').plugin).toBe(testSink)
})

test('the newest version counts unless another is asked for', () => {
  const versions = new PluginRegistry(['1.9.0', '1.10.0', '2.0.0-rc1'].map((version) => loaded(testSink, version)))
  expect(versions.find('sink', 'TestSink').version).toBe('2.0.0-rc1')
  expect(versions.find('sink', 'TestSink', '[1.0,2.0-alpha)').version).toBe('1.10.0')
  expect(versions.find('sink', 'TestSink', '1.9.0').version).toBe('1.9.0')
  expect(() => versions.find('sink', 'TestSink', '9.9.9')).toThrow(
    'Plugin TestSink not found that matches the version range [9.9.9,9.9.9], available versions: [2.0.0-rc1, 1.10.0, 1.9.0]',
  )
  expect(() => versions.find('sink', 'TestSink', '[bad')).toThrow('Invalid version specification: [bad')
})

test('plugins are described as plain data, by kind and class, without internal keys', () => {
  const described = registry.describe()
  expect(structuredClone(described)).toEqual(described)
  expect(described.map(({ kind, class: name }) => `${kind} ${name}`)).toEqual([
    'sink com.example.TestSinkConnector',
    'transformation com.example.AddField$Value',
    'predicate com.example.IsOldPredicate',
    'converter com.example.TextConverter',
    'header_converter com.example.PlainHeaderConverter',
  ])
  expect(described[0]).toMatchObject({ name: 'TestSink', version: '1.0.0', usableForHeaders: false })
  expect(described[3]?.usableForHeaders).toBe(true)
  expect(described[0]?.keys).toMatchObject([
    {
      name: 'connection.url',
      type: 'LIST',
      required: true,
      defaultValue: null,
      orderInGroup: -1,
      displayName: 'connection.url',
    },
    { name: 'connection.password', type: 'PASSWORD', required: false, defaultValue: null },
    { name: 'batch.size', type: 'INT', required: false, defaultValue: '2000', group: null },
  ])
})

test('a plugin found twice in one version is listed once', () => {
  expect(new PluginRegistry([loaded(testSink), loaded(testSink)]).describe()).toHaveLength(1)
})
