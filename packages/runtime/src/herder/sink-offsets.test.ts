import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSinkOffsets, sinkOffsetsToConnector } from './sink-offsets.ts'

const place = { kafka_topic: 't', kafka_partition: 0 }

test('numbers may come as text, and null forgets a position', () => {
  expect(
    parseSinkOffsets([
      { partition: { kafka_topic: 't', kafka_partition: '3' }, offset: { kafka_offset: '41' } },
      { partition: place, offset: null },
    ]),
  ).toEqual([
    { topic: 't', partition: 3, offset: 41n },
    { topic: 't', partition: 0, offset: null },
  ])
})

test.each([
  [
    { kafka_topic: 't' },
    null,
    "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'",
  ],
  [{ ...place, kafka_topic: null }, null, 'Kafka topic names must be valid strings and may not be null'],
  [{ ...place, kafka_partition: null }, null, 'Kafka partitions must be valid numbers and may not be null'],
  [
    { ...place, kafka_partition: 'x' },
    null,
    "Failed to parse the following Kafka partition value in the provided offsets: 'x'. Partition values for sink connectors need to be integers.",
  ],
  [
    { ...place, kafka_partition: 2 ** 31 },
    null,
    "Failed to parse the following Kafka partition value in the provided offsets: '2147483648'. Partition values for sink connectors need to be integers.",
  ],
  [place, {}, "The offset for a sink connector should either be null or contain the key 'kafka_offset'"],
  [
    place,
    { kafka_offset: 'abc' },
    "Failed to parse the following Kafka offset value in the provided offsets: 'abc'. Offset values for sink connectors need to be integers.",
  ],
  [
    place,
    { kafka_offset: 1.5 },
    "Failed to parse the following Kafka offset value in the provided offsets: '1.5'. Offset values for sink connectors need to be integers.",
  ],
])('partition %j with offset %j is refused', (partition, offset, message) => {
  expect(() => parseSinkOffsets([{ partition, offset }])).toThrow(message)
})

test('what is shown can be given back', () => {
  const position = fc.record({
    topic: fc.string({ minLength: 1 }),
    partition: fc.nat(),
    offset: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  })
  fc.assert(
    fc.property(fc.array(position), (positions) => {
      expect(parseSinkOffsets(sinkOffsetsToConnector(positions))).toEqual(positions)
    }),
  )
})
