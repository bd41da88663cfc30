import fc from 'fast-check'
import { expect, test } from 'vitest'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { offsetKey, offsetValue, StoredOffsets } from './offset-store.ts'

const value = fc.oneof(fc.string(), fc.integer(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.boolean())
const members = fc.dictionary(fc.string(), fc.oneof(value, fc.constant(null)), { maxKeys: 4 })

test('what is stored is read again as it was, the newest of each partition', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), members, fc.option(members)), { maxLength: 20 }), (entries) => {
      const stored = new StoredOffsets(recordingLogger())
      const model = new Map<string, ReturnType<typeof offsetValue>>()
      for (const [index, [connector, partition, offset]] of entries.entries()) {
        const [key, bytes] = [offsetKey(connector, partition), offsetValue(offset)]
        stored.apply({ key, value: bytes, partition: 0, offset: BigInt(index) })
        model.set(key.toString(), bytes)
      }
      for (const [connector, partition] of entries) {
        const newest = model.get(offsetKey(connector, partition).toString()) ?? null
        expect(offsetValue(stored.get(connector, partition))).toEqual(newest)
        const all = stored
          .all(connector)
          .map((one) => [offsetKey(connector, one.partition).toString(), offsetValue(one.offset)])
        const keys = new Set(
          entries.filter(([name]) => name === connector).map((one) => offsetKey(one[0], one[1]).toString()),
        )
        expect(new Map(all as [string, Buffer][])).toEqual(
          new Map([...model].filter(([key, bytes]) => keys.has(key) && bytes !== null)),
        )
      }
    }),
  )
})

test('whatever bytes a topic holds, reading goes on', () => {
  const bytes = fc.option(
    fc.oneof(
      fc.uint8Array({ maxLength: 30 }).map((array) => Buffer.from(array)),
      fc.json().map((text) => Buffer.from(text)),
      fc.tuple(fc.string(), fc.json()).map(([name, text]) => Buffer.from(`[${JSON.stringify(name)},${text}]`)),
    ),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(bytes, bytes), { maxLength: 10 }), members, (records, partition) => {
      const stored = new StoredOffsets(recordingLogger())
      for (const [index, [key, one]] of records.entries()) {
        stored.apply({ key, value: one, partition: 0, offset: BigInt(index) })
      }
      stored.apply({ key: offsetKey('a', partition), value: offsetValue({ line: 7 }), partition: 0, offset: 99n })
      expect(stored.get('a', partition)).toEqual({ line: 7 })
      for (const { offset } of stored.all('a')) expect(typeof offset).toBe('object')
    }),
  )
})
