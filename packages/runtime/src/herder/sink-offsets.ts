/** A sink's positions are those of its consumer group; REST spells them as Kafka Connect does (KIP-875). */
import type { SourceValue } from '@penstock/core'
import { BadRequestError } from './errors.ts'
import type { ConnectorOffset } from './herder.ts'

const topicKey = 'kafka_topic'
const partitionKey = 'kafka_partition'
const offsetKey = 'kafka_offset'
const maxInt = 0x7fffffffn
const maxLong = 0x7fffffffffffffffn

/** What a request asks of one partition; a null offset asks to forget the committed one. */
export interface SinkOffsetChange {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint | null
}

/** Reads the positions of a request to alter them. Numbers may come as text. */
export function parseSinkOffsets(offsets: readonly ConnectorOffset[]): SinkOffsetChange[] {
  return offsets.map(({ partition, offset }) => {
    if (!Object.hasOwn(partition, topicKey) || !Object.hasOwn(partition, partitionKey)) {
      throw wrong(`The partition for a sink connector offset must contain the keys '${topicKey}' and '${partitionKey}'`)
    }
    const { [topicKey]: topic = null, [partitionKey]: number = null } = partition
    if (topic === null) throw wrong('Kafka topic names must be valid strings and may not be null')
    if (number === null) throw wrong('Kafka partitions must be valid numbers and may not be null')
    return { topic: String(topic), partition: Number(readPartition(number)), offset: readOffset(offset) }
  })
}

/** The committed positions of a consumer group as an answer shows them. */
export function sinkOffsetsToConnector(
  positions: readonly (SinkOffsetChange & { offset: bigint })[],
): ConnectorOffset[] {
  return positions.map(({ topic, partition, offset }) => ({
    partition: { [partitionKey]: partition, [topicKey]: topic },
    offset: { [offsetKey]: offset },
  }))
}

function readPartition(value: SourceValue): bigint {
  const number = toInteger(value)
  if (number === null || number > maxInt) {
    throw wrong(
      `Failed to parse the following Kafka partition value in the provided offsets: '${value}'. Partition values for sink connectors need to be integers.`,
    )
  }
  return number
}

function readOffset(offset: ConnectorOffset['offset']): bigint | null {
  if (offset === null) return null
  if (!Object.hasOwn(offset, offsetKey)) {
    throw wrong(`The offset for a sink connector should either be null or contain the key '${offsetKey}'`)
  }
  const { [offsetKey]: value = null } = offset
  const number = toInteger(value)
  if (number === null || number > maxLong) {
    throw wrong(
      `Failed to parse the following Kafka offset value in the provided offsets: '${value}'. Offset values for sink connectors need to be integers.`,
    )
  }
  return number
}

/** Null for anything but a whole number from 0 on; Kafka knows no other partitions and offsets. */
function toInteger(value: SourceValue): bigint | null {
  const text = String(value)
  return /^\+?\d{1,19}$/.test(text) ? BigInt(text.replace('+', '')) : null
}

function wrong(message: string): BadRequestError {
  return new BadRequestError('offsets.malformed', message)
}
