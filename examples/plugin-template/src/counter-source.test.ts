import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, type SourcePlugin } from '@penstock/core'
import { sourceSuite } from '@penstock/core/testing'
import { counterSource } from './counter-source.ts'

const plugin = counterSource as SourcePlugin

// What every source must do: valid keys, storable offsets, going on behind them, stopping in time.
for (const { name, check } of sourceSuite(plugin, () => ({ raw: { topic: 'numbers' }, records: 100 }))) {
  test(name, () => check())
}

test('a count that ends before it begins is refused', () => {
  assert.throws(
    () => plugin.config.parse({ topic: 'numbers', 'counter.end': '0' }),
    (error) => error instanceof ConfigError && error.message.includes('counter.end'),
  )
})
