import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConverterPlugin } from '@penstock/core'
import { converterSuite } from '@penstock/core/testing'
import { keyValueConverter } from './key-value-converter.ts'

const plugin = keyValueConverter as ConverterPlugin
const samples = [
  { schema: null, value: { a: '1', b: 'x=y' } },
  { schema: null, value: {} },
]

// What every converter must do: reading what it wrote, and answering to any bytes with a value or a DataError.
for (const { name, check } of converterSuite(plugin, {}, samples)) test(name, () => check())

test('another separator can be set', () => {
  const converter = plugin.create(plugin.config.parse({ separator: '|' }), 'value')
  assert.equal(String(converter.fromConnectData('topic', null, { a: 1, b: null, c: 'x' })), 'a=1|c=x')
})
