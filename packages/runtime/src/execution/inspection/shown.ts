/** Records as people get to see them: bounded, with secrets masked. */
import { type ConnectRecord, Decimal, type Schema, type SchemaAndValue, Struct, stringifyJson } from '@penstock/core'
import type { ConsumedMessage } from '../../kafka/consumer.ts'
import type { Redactor } from '../../telemetry/redactor.ts'
import { MessageOrigin } from '../record-decoder.ts'

/** Bytes as text where they are UTF-8, else as base64; of long ones the beginning. */
export interface ShownBytes {
  readonly text: string | null
  readonly base64: string | null
  readonly bytes: number
  readonly truncated: boolean
}

/** A decoded value: as JSON, or the beginning of its JSON text where that is long. */
export interface ShownValue {
  /** `STRUCT com.example.Order`; null without a schema. */
  readonly schema: string | null
  readonly json: string
  readonly truncated: boolean
}

export interface ShownMessage {
  readonly key: ShownBytes | null
  readonly value: ShownBytes | null
  readonly headers: readonly { readonly name: string; readonly value: ShownBytes | null }[]
}

export interface ShownRecord {
  readonly topic: string
  readonly partition: number | null
  readonly timestamp: number | null
  readonly key: ShownValue
  readonly value: ShownValue
  readonly headers: readonly ({ readonly name: string } & ShownValue)[]
}

/** Every step of a record shows its headers again. */
const mostHeaders = 50
const mostHeaderBytes = 1_024
const deepest = 200

export class Shower {
  readonly #redactor: Pick<Redactor, 'redact'>
  readonly #mostBytes: number

  constructor(redactor: Pick<Redactor, 'redact'>, mostBytes: number) {
    this.#redactor = redactor
    this.#mostBytes = mostBytes
  }

  message(message: ConsumedMessage, keep: (header: string) => boolean = () => true): ShownMessage {
    const { key, value, headers } = new MessageOrigin(message)
    return {
      key: this.#bytes(key),
      value: this.#bytes(value),
      headers: headers
        .filter(([name]) => keep(name))
        .slice(0, mostHeaders)
        .map(([name, bytes]) => ({ name: this.#redactor.redact(name), value: this.#bytes(bytes, mostHeaderBytes) })),
    }
  }

  /** Throws what decoding throws. */
  record({ topic, partition, timestamp, key, value, headers }: ConnectRecord): ShownRecord {
    return {
      topic: this.#redactor.redact(topic),
      partition,
      timestamp,
      key: this.#value(key),
      value: this.#value(value),
      headers: headers
        .slice(0, mostHeaders)
        .map((header) => ({ name: this.#redactor.redact(header.name), ...this.#value(header, mostHeaderBytes) })),
    }
  }

  /** A text, cut where it is long. */
  text(text: string, most = this.#mostBytes): { readonly text: string; readonly truncated: boolean } {
    const masked = this.#redactor.redact(text)
    if (masked.length <= most) return { text: masked, truncated: false }
    return { text: masked.slice(0, most), truncated: true }
  }

  #bytes(bytes: Uint8Array | null, limit = this.#mostBytes): ShownBytes | null {
    if (bytes === null) return null
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const most = Math.min(limit, this.#mostBytes)
    const truncated = whole.length > most
    const part = truncated ? whole.subarray(0, most) : whole
    const text = toText(part, truncated)
    if (text !== null) return { text: this.#redactor.redact(text), base64: null, bytes: whole.length, truncated }
    const masked = Buffer.from(this.#redactor.redact(part.toString('latin1')), 'latin1')
    return { text: null, base64: masked.toString('base64'), bytes: whole.length, truncated }
  }

  #value({ schema, value }: SchemaAndValue, limit = this.#mostBytes): ShownValue {
    const { text, truncated } = this.text(stringifyJson(toJson(value, 0)), Math.min(limit, this.#mostBytes))
    return { schema: schema === null ? null : schemaName(schema), json: text, truncated }
  }
}

/** Null for what is no UTF-8; a character that was cut at the end is left out. */
function toText(bytes: Buffer, cut: boolean): string | null {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  try {
    const text = decoder.decode(bytes, { stream: cut })
    return hasControls.test(text) ? null : text
  } catch {
    return null
  }
}

// Schema registry's framing begins with a zero byte: such bytes are no text to people.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const hasControls = /[\u0000-\u0008\u000e-\u001f]/

function schemaName({ type, name }: Schema): string {
  return name === null ? type : `${type} ${name}`
}

function toJson(value: unknown, depth: number): unknown {
  if (depth > deepest) return '…'
  if (value instanceof Struct) {
    return Object.fromEntries(
      value.schema.fields.map(({ name }) => [name, toJson(value.getWithoutDefault(name), depth + 1)]),
    )
  }
  if (value instanceof Map) {
    const entries = [...value].map(([key, member]): [unknown, unknown] => [key, toJson(member, depth + 1)])
    return entries.every(([key]) => typeof key === 'string')
      ? Object.fromEntries(entries as [string, unknown][])
      : entries.map(([key, member]) => [toJson(key, depth + 1), member])
  }
  if (value instanceof Decimal || value instanceof Date) return value instanceof Date ? dateText(value) : String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map((member) => toJson(member, depth + 1))
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toJson(member, depth + 1)]))
  }
  return value ?? null
}

function dateText(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'Invalid Date' : date.toISOString()
}
