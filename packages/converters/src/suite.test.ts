import { type RawConfig, type SchemaAndValue, schema } from '@penstock/core'
import { converterSuite, pluginSuite } from '@penstock/core/testing'
import { describe, test } from 'vitest'
import plugins from './index.ts'

const samples: Readonly<Record<string, readonly SchemaAndValue[]>> = {
  StringConverter: [{ schema: schema.string(), value: 'text' }],
  ByteArrayConverter: [{ schema: schema.bytes(), value: Buffer.from([0, 255]) }],
  BooleanConverter: [{ schema: schema.boolean(), value: true }],
  ShortConverter: [{ schema: schema.int16(), value: -5 }],
  IntegerConverter: [{ schema: schema.int32(), value: 70_000 }],
  LongConverter: [{ schema: schema.int64(), value: 2n ** 60n }],
  FloatConverter: [{ schema: schema.float32(), value: 1.5 }],
  DoubleConverter: [{ schema: schema.float64(), value: 0.1 }],
}
const schemaless: readonly SchemaAndValue[] = [
  { schema: null, value: { a: [1, 2.5, null, true, 'x', 2n ** 70n], b: {} } },
  { schema: null, value: 'text' },
]
const typed: readonly SchemaAndValue[] = [
  { schema: schema.array(schema.int64()), value: [1n, 2n ** 60n] },
  { schema: schema.map(schema.int8(), schema.timestamp()), value: new Map([[1, new Date(5)]]) },
]

for (const plugin of plugins) {
  describe(plugin.name, () => {
    const variants: [RawConfig, readonly SchemaAndValue[]][] =
      plugin.name === 'JsonConverter'
        ? [
            [{}, [...schemaless, ...typed]],
            [{ 'schemas.enable': 'false' }, schemaless],
          ]
        : [[{}, samples[plugin.name] ?? []]]
    for (const [raw, values] of variants) {
      describe(JSON.stringify(raw), () => {
        const cases = plugin.kind === 'converter' ? converterSuite(plugin, raw, values) : pluginSuite(plugin)
        for (const { name, check } of cases) test(name, { timeout: 30_000 }, check)
      })
    }
  })
}
