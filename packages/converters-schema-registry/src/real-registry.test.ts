/** With a real schema registry: SCHEMA_REGISTRY_URL names one. What is random here is random in the registry's eyes too. */
import { type ConverterPlugin, type RawConfig, type SchemaAndValue, Struct, schema } from '@penstock/core'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import plugins from './index.ts'
import { records, type Spread } from './testing/arbitrary.ts'
import { plain } from './testing/conversion.ts'

const url = process.env.SCHEMA_REGISTRY_URL
const closing: (() => unknown)[] = []
afterAll(() => Promise.all(closing.map((close) => close())))

let topics = 0
const freshTopic = (): string => `real-${process.pid}-${Date.now()}-${topics++}`

function converterOf(plugin: ConverterPlugin, raw: RawConfig = {}) {
  const converter = plugin.create(plugin.config.parse({ 'schema.registry.url': url ?? '', ...raw }), 'value')
  closing.push(() => converter.close?.())
  return {
    async write(topic: string, { schema: of, value }: SchemaAndValue) {
      await converter.prepareFromConnect?.(topic, of, value)
      return converter.fromConnectData(topic, of, value)
    },
    async read(topic: string, bytes: Uint8Array | null) {
      await converter.prepareToConnect?.(topic, bytes)
      return converter.toConnectData(topic, bytes)
    },
  }
}

const spread: Spread = {
  ...{ depth: 3, defaults: false, floats: true, nullItems: false, metaData: true, logical: true, nestedLists: false },
  keys: ['STRING', 'INT32', 'INT64', 'BOOLEAN'],
}
const exact: Readonly<Record<string, RawConfig>> = { ProtobufConverter: { 'optional.for.nullables': 'true' } }

describe.skipIf(!url).each(plugins.filter((plugin) => plugin.kind === 'converter'))('$name', (plugin) => {
  test('what one converter registers and writes, another fetches and reads', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(records(spread, false), async (record) => {
        const topic = freshTopic()
        const bytes = await converterOf(plugin, exact[plugin.name]).write(topic, record)
        const read = await converterOf(plugin, exact[plugin.name]).read(topic, bytes)
        expect(withoutEmptyLists(plain(read.value))).toEqual(withoutEmptyLists(plain(record.value)))
        expect(read.schema?.version).toBe(record.schema?.version ?? 1)
      }),
      { numRuns: 25 },
    )
  })

  test('a registered schema is found again, and an unknown one is not', async () => {
    const topic = freshTopic()
    const of = schema.struct([['a', schema.int64()]], { name: 'com.shop.Order' })
    const record = { schema: of, value: new Struct(of, { a: 2n ** 60n }) }
    const lookUp = converterOf(plugin, { 'auto.register.schemas': 'false' })
    await expect(lookUp.write(topic, record)).rejects.toMatchObject({ code: 'schema_registry.not_registered' })
    const bytes = await converterOf(plugin).write(topic, record)
    expect(await lookUp.write(topic, record)).toEqual(bytes)
    const latest = converterOf(plugin, { 'auto.register.schemas': 'false', 'use.latest.version': 'true' })
    expect(await latest.write(topic, record)).toEqual(bytes)
    const missing = Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 0])
    await expect(lookUp.read(topic, missing)).rejects.toMatchObject({ code: 'schema_registry.not_found' })
  })
})

/** Protobuf does not tell an empty list or map from none. */
function withoutEmptyLists(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(withoutEmptyLists)
  const { entries } = value as { entries?: unknown }
  if (Array.isArray(entries) && entries.length === 0) return null
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutEmptyLists(member)]))
}
