/** Consumed messages to sink records: nothing is decoded before somebody looks at it. */
import {
  type Converter,
  type Header,
  type HeaderConverter,
  type LazyPart,
  type RecordOrigin,
  type SchemaAndValue,
  SinkRecord,
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

  get isBare(): boolean {
    const { key, headers } = this.message
    return (key === null || key === undefined) && (headers === undefined || headers.length === 0)
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
  const { headers } = message
  return new SinkRecord(
    origin,
    new EncodedPart('KEY_CONVERTER', converters.key, origin),
    new EncodedPart('VALUE_CONVERTER', converters.value, origin),
    headers === undefined || headers.length === 0 ? noHeaders : once(() => decodeHeaders(origin, converters.header)),
  )
}

/**
 * Fetches what the converters need for a message from elsewhere; null, nearly always, when all is there. Rejects with
 * StageError.
 */
export function prepareToDecode(message: ConsumedMessage, { key, value }: Converters): Promise<void> | null {
  if (key.converter.prepareToConnect === undefined && value.converter.prepareToConnect === undefined) return null
  const origin = new MessageOrigin(message)
  const forKey = prepare('KEY_CONVERTER', key, origin.topic, origin.key)
  const forValue = prepare('VALUE_CONVERTER', value, origin.topic, origin.value)
  if (forKey === null) return forValue
  return forValue === null ? forKey : Promise.all([forKey, forValue]).then(() => {})
}

function prepare(
  stage: 'KEY_CONVERTER' | 'VALUE_CONVERTER',
  { converter, className }: NamedConverter<Converter>,
  topic: string,
  bytes: Uint8Array | null,
): Promise<void> | null {
  const fetching = converter.prepareToConnect?.(topic, bytes) ?? null
  if (fetching === null) return null
  return fetching.catch((error: unknown) => Promise.reject(new StageError(stage, className, error)))
}

const noHeaders: readonly Header[] = []

/** The key or value of a message. One small object and no closure: there is one of each for every record. */
class EncodedPart implements LazyPart {
  readonly #stage: 'KEY_CONVERTER' | 'VALUE_CONVERTER'
  readonly #named: NamedConverter<Converter>
  readonly #origin: RecordOrigin
  #decoded: SchemaAndValue | null = null

  constructor(stage: 'KEY_CONVERTER' | 'VALUE_CONVERTER', named: NamedConverter<Converter>, origin: RecordOrigin) {
    this.#stage = stage
    this.#named = named
    this.#origin = origin
  }

  get json(): Uint8Array | null {
    if (this.#named.converter.passesJsonThrough !== true) return null
    const bytes = this.#bytes()
    return bytes === null || bytes.length === 0 ? null : bytes
  }

  get(): SchemaAndValue {
    if (this.#decoded !== null) return this.#decoded
    try {
      this.#decoded = this.#named.converter.toConnectData(this.#origin.topic, this.#bytes())
      return this.#decoded
    } catch (error) {
      throw new StageError(this.#stage, this.#named.className, error)
    }
  }

  of(origin: RecordOrigin): EncodedPart {
    return new EncodedPart(this.#stage, this.#named, origin)
  }

  #bytes(): Uint8Array | null {
    return this.#stage === 'KEY_CONVERTER' ? this.#origin.key : this.#origin.value
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
