import { type Schema, schema } from '@penstock/core'
import { expect, test } from 'vitest'
import { AvroFormat } from './avro/avro-format.ts'
import { avroOptions } from './avro/testing/options.ts'
import { Conversion } from './testing/conversion.ts'

const format = new AvroFormat(avroOptions)
const conversion = (raw: Record<string, string> = {}) => new Conversion(format, raw)
const record = (of: Schema = schema.int32()) => ({ schema: of, value: 1 })
const named = schema.struct([['a', schema.int32({ optional: true })]], { name: 'com.shop.Order' })

test('a schema is fetched once for each topic, however many records wait for it', async () => {
  const { converter, registry } = conversion()
  const id = registry.add('orders-value', { text: '"int"' })
  const bytes = Buffer.from([0, 0, 0, 0, id, 2])
  await Promise.all([1, 2, 3].map(() => converter.prepareToConnect('orders', bytes)))
  expect(converter.prepareToConnect('orders', bytes)).toBeNull()
  expect(registry.calls).toEqual(['schemaById 1', 'versionOf 1 orders-value'])
  expect(converter.toConnectData('orders', bytes)).toMatchObject({ schema: { type: 'INT32', version: 1 }, value: 1 })
})

test('a schema is registered once for each topic, also when it is made anew for each record', async () => {
  const { converter, registry } = conversion()
  const of = schema.int32()
  await Promise.all([1, 2].map(() => converter.prepareFromConnect('orders', of, 5)))
  expect(converter.prepareFromConnect('orders', of, 5)).toBeNull()
  await converter.prepareFromConnect('orders', schema.int32(), 6)
  expect(registry.calls).toEqual(['register orders-value'])
  expect(converter.fromConnectData('orders', of, 5)).toEqual(Buffer.from([0, 0, 0, 0, 1, 10]))
})

test('nulls are nulls, and need no schema', async () => {
  const { converter, registry } = conversion()
  expect(converter.prepareToConnect('orders', null)).toBeNull()
  expect(converter.toConnectData('orders', null)).toEqual({ schema: null, value: null })
  expect(converter.prepareFromConnect('orders', null, null)).toBeNull()
  expect(converter.fromConnectData('orders', null, null)).toBeNull()
  expect(converter.fromConnectData('orders', schema.int32({ optional: true }), null)).toBeNull()
  expect(() => converter.fromConnectData('orders', schema.int32(), null)).toThrow('null used for required value')
  expect(registry.calls).toEqual([])
})

test('bytes of another format are refused without asking the registry', async () => {
  const { converter, registry } = conversion()
  for (const bytes of [Buffer.alloc(0), Buffer.from('{"a":1}'), Buffer.from([0, 0, 0])]) {
    expect(converter.prepareToConnect('orders', bytes)).toBeNull()
    expect(() => converter.toConnectData('orders', bytes)).toThrow('Unknown magic byte!')
  }
  expect(registry.calls).toEqual([])
})

test('a schema that is not there is asked for again after a while', async () => {
  const missing = conversion()
  const bytes = Buffer.from([0, 0, 0, 0, 1, 2])
  await expect(missing.read(bytes)).rejects.toThrow('no schema 1')
  await expect(missing.read(bytes)).rejects.toThrow('no schema 1')
  expect(missing.registry.calls).toEqual(['schemaById 1'])
  missing.registry.add('orders-value', { text: '"int"' })
  missing.now += 5_000
  expect(await missing.read(bytes)).toMatchObject({ value: 1 })
})

test('a schema that has left the cache is asked for again', async () => {
  const small = conversion({ 'schemas.cache.config': '1' })
  for (const text of ['"int"', '"long"']) small.registry.add('orders-value', { text })
  const bytes = [1, 2].map((id) => Buffer.from([0, 0, 0, 0, id, 2]))
  await small.read(bytes[0]!)
  await small.read(bytes[1]!)
  expect(() => small.converter.toConnectData('orders', bytes[0]!)).toThrow('raise schemas.cache.config')
  expect(await small.read(bytes[0]!)).toMatchObject({ value: 1 })
})

test('a schema of another kind names the converter to choose', async () => {
  const avro = conversion()
  const id = avro.registry.add('orders-value', { kind: 'PROTOBUF', text: 'message M {}' })
  await expect(avro.read(Buffer.from([0, 0, 0, 0, id, 0]))).rejects.toThrow('choose the converter for PROTOBUF')
})

test.each([
  ['TopicNameStrategy', 'orders-value'],
  ['io.confluent.kafka.serializers.subject.RecordNameStrategy', 'com.shop.Order'],
  ['TopicRecordNameStrategy', 'orders-com.shop.Order'],
])('%s names the subject %s', async (strategy, subject) => {
  const writing = conversion({ 'value.subject.name.strategy': strategy })
  const { Struct } = await import('@penstock/core')
  const value = new Struct(named, { a: 1 })
  const read = await writing.read(await writing.write({ schema: named, value }))
  expect(writing.registry.calls).toEqual([`register ${subject}`, 'schemaById 1', `versionOf 1 ${subject}`])
  expect(read.schema?.version).toBe(1)
})

test('a strategy by records refuses what has no name', async () => {
  const writing = conversion({ 'value.subject.name.strategy': 'RecordNameStrategy' })
  await expect(writing.write(record())).rejects.toThrow('needs a schema with a name')
})

test('without registration a schema must be there', async () => {
  const writing = conversion({ 'auto.register.schemas': 'false' })
  await expect(writing.write(record())).rejects.toThrow('not in subject orders-value')
  writing.registry.add('orders-value', { text: '{"type":"int"}' })
  expect(await writing.write(record())).toEqual(Buffer.from([0, 0, 0, 0, 1, 2]))
})

test('the latest schema counts for as long as the configuration says', async () => {
  const raw = { 'auto.register.schemas': 'false', 'use.latest.version': 'true', 'latest.cache.ttl.sec': '60' }
  const writing = conversion(raw)
  const of = record()
  writing.registry.add('orders-value', { text: '"int"' })
  expect((await writing.write(of))?.[4]).toBe(1)
  writing.registry.add('orders-value', { text: '"long"' })
  expect((await writing.write(of))?.[4]).toBe(1)
  writing.now += 60_000
  expect((await writing.write(of))?.[4]).toBe(2)
})

test('a schema can be given by its id', async () => {
  const writing = conversion({ 'auto.register.schemas': 'false', 'use.schema.id': '2' })
  for (const text of ['"int"', '"double"']) writing.registry.add('elsewhere', { text })
  const bytes = await writing.write(record())
  expect(bytes?.[4]).toBe(2)
  expect(await writing.read(bytes)).toMatchObject({ schema: { type: 'FLOAT64' }, value: 1 })
})
