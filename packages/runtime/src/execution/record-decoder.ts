/** Consumed messages to sink records: nothing is decoded before somebody looks at it. */
import {
  type Converter,
  type Header,
  type HeaderConverter,
  Lazy,
  nothing,
  type RecordOrigin,
  type SchemaAndValue,
  SinkRecord,
  type Stage,
  StageError,
} from '@penstock/core'
import type { ConsumedMessage } from '../kafka/consumer.ts'

/** A converter with the class name that errors and dead letters show. */
export interface NamedConverter<C> {
  readonly className: string
  readonly converter: C
}

export interface Converters {
  readonly key: NamedConverter<Converter>
  readonly value: NamedConverter<Converter>
  readonly header: NamedConverter<HeaderConverter>
}

/** The record's place in Kafka, read from the client's message only when asked. */
export class MessageOrigin implements RecordOrigin {
  readonly message: ConsumedMessage

  constructor(message: ConsumedMessage) {
    this.message = message
  }

  get topic(): string {
    return this.message.topic
  }

  get partition(): number {
    return this.message.partition
  }

  get offset(): bigint {
    return BigInt(this.message.offset)
  }

  get timestamp(): number | null {
    const { timestamp } = this.message
    return timestamp === undefined || timestamp < 0 ? null : timestamp
  }

  get timestampType(): RecordOrigin['timestampType'] {
    return this.timestamp === null ? 'NoTimestampType' : 'CreateTime'
  }

  get key(): Uint8Array | null {
    const { key } = this.message
    return typeof key === 'string' ? Buffer.from(key) : (key ?? null)
  }

  get value(): Uint8Array | null {
    return this.message.value
  }

  get headers(): readonly (readonly [string, Uint8Array | null])[] {
    return (this.message.headers ?? []).flatMap((header) =>
      Object.entries(header).map(([name, value]): [string, Uint8Array | null] => [
        name,
        typeof value === 'string' ? Buffer.from(value) : ((value as Buffer | null) ?? null),
      ]),
    )
  }
}

/** Makes a record whose key, value and headers decode on first use; failures are StageErrors. */
export function toSinkRecord(message: ConsumedMessage, converters: Converters): SinkRecord {
  const origin = new MessageOrigin(message)
  const { key, value } = message
  const passesThrough = converters.value.converter.passesJsonThrough === true && value !== null && value.length > 0
  return new SinkRecord(
    origin,
    key === null || key === undefined
      ? emptyKey(converters)
        ? nullPart
        : Lazy.from(() => decode('KEY_CONVERTER', converters.key, origin.topic, null), null)
      : Lazy.from(() => decode('KEY_CONVERTER', converters.key, origin.topic, origin.key), null),
    Lazy.from(() => decode('VALUE_CONVERTER', converters.value, origin.topic, value), passesThrough ? value : null),
    message.headers === undefined || message.headers.length === 0
      ? noHeaders
      : once(() => decodeHeaders(origin, converters.header)),
  )
}

const noHeaders: readonly Header[] = []
const nullPart = Lazy.of(nothing)

// A null key is null for every converter without schema; others say which schema the null has.
function emptyKey(converters: Converters): boolean {
  return converters.key.converter.passesJsonThrough === true
}

function decode(
  stage: Stage,
  named: NamedConverter<Converter>,
  topic: string,
  bytes: Uint8Array | null,
): SchemaAndValue {
  try {
    return named.converter.toConnectData(topic, bytes)
  } catch (error) {
    throw new StageError(stage, named.className, error)
  }
}

function decodeHeaders(origin: RecordOrigin, named: NamedConverter<HeaderConverter>): Header[] {
  try {
    return origin.headers.map(([name, bytes]) => ({
      name,
      ...named.converter.toConnectHeader(origin.topic, name, bytes),
    }))
  } catch (error) {
    throw new StageError('HEADER_CONVERTER', named.className, error)
  }
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
