/** Reads requests about the records of a connector. What is wrong with one is answered with 400. */
import { JsonNumber, type JsonValue, type RawConfig } from '@penstock/core'
import type { DeadLetterQuery } from '../execution/inspection/dead-letter-list.ts'
import type { Bound, RedriveRequest, VerifyRequest } from '../execution/inspection/job.ts'
import { type PageOrder, parsePageToken } from '../execution/inspection/page.ts'
import type { PreviewRequest } from '../execution/inspection/preview.ts'
import { asConfig, asObject, malformed, readJson } from './bodies.ts'
import { RestError } from './errors.ts'

const mostPreviewed = 100
const defaultPreviewed = 10
const mostListed = 500
const defaultListed = 50

/** `config` is null where the body has none. */
export function readPreviewRequest(body: Buffer): { request: PreviewRequest; config: RawConfig | null } {
  const fields = readFields(body, ['topic', 'partitions', 'records', 'config'])
  const { config = null, records = null } = fields
  const request = {
    topic: asText(fields, 'topic'),
    partitions: asPartitions(fields),
    records: records === null ? defaultPreviewed : asCount(records, '"records"', mostPreviewed),
  }
  return { request, config: config === null ? null : asConfig(config, '"config"') }
}

export function readVerifyRequest(body: Buffer): VerifyRequest {
  const fields = readFields(body, ['topic', 'partitions', 'from', 'to', 'within'])
  return {
    topic: asText(fields, 'topic'),
    partitions: asPartitions(fields),
    from: asBound(fields, 'from'),
    to: asBound(fields, 'to'),
    within: asText(fields, 'within'),
  }
}

export function readRedriveRequest(body: Buffer): RedriveRequest {
  const fields = readFields(body, ['reason', 'topic', 'config', 'max_records', 'from'])
  const { config = null, max_records: most = null, from = null } = fields
  if (from !== null && from !== 'beginning' && from !== 'last') {
    throw malformed('"from" must be "beginning", or "last" for where the one before has ended')
  }
  return {
    filter: { reason: asText(fields, 'reason'), topic: asText(fields, 'topic') },
    config: config === null ? {} : asConfig(config, '"config"'),
    maxRecords: most === null ? null : asCount(most, '"max_records"', Number.MAX_SAFE_INTEGER),
    fromBeginning: from === 'beginning',
  }
}

export function readDeadLetterQuery(query: URLSearchParams): DeadLetterQuery {
  const order = query.get('order')
  if (order !== null && order !== 'newest' && order !== 'oldest') throw wrong('order', order, 'newest or oldest')
  const from = query.get('from')
  const page = from === null || from === '' ? null : parsePageToken(from)
  if (from !== null && from !== '' && page === null) throw wrong('from', from, 'the "next" of another page')
  if (page !== null && order !== null && order !== page.order) {
    throw wrong('order', order, `${page.order}, as of the page that "from" was the next of`)
  }
  const limit = query.get('limit')
  if (limit !== null && !(/^\d{1,4}$/.test(limit) && Number(limit) >= 1 && Number(limit) <= mostListed)) {
    throw wrong('limit', limit, `a number from 1 to ${mostListed}`)
  }
  return {
    filter: { reason: query.get('reason') || null, topic: query.get('topic') || null },
    limit: limit === null ? defaultListed : Number(limit),
    order: page?.order ?? ((order ?? 'newest') as PageOrder),
    positions: page?.positions ?? null,
  }
}

type Fields = Readonly<Record<string, JsonValue>>

/** No body asks for nothing in particular. */
function readFields(body: Buffer, known: readonly string[]): Fields {
  if (body.length === 0) return {}
  const fields = asObject(readJson(body), 'the request body')
  const unknown = Object.keys(fields).find((field) => !known.includes(field))
  if (unknown !== undefined) throw malformed(`unknown field "${unknown}", known are ${known.join(', ')}`)
  return fields
}

function asText(fields: Fields, name: string): string | null {
  const { [name]: value = null } = fields
  if (value === null) return null
  if (typeof value !== 'string' || value === '') throw malformed(`"${name}" must be a string that is not empty`)
  return value
}

function asPartitions({ partitions = null }: Fields): readonly number[] | null {
  if (partitions === null) return null
  if (!Array.isArray(partitions) || partitions.length === 0) {
    throw malformed('"partitions" must be an array of partition numbers, or be left out for all')
  }
  return partitions.map((partition) => asOffset(partition, 'an element of "partitions"'))
}

function asBound(fields: Fields, name: string): Bound | null {
  const { [name]: value = null } = fields
  if (value === null) return null
  if (typeof value === 'number') return { kind: 'time', ms: asOffset(value, `"${name}"`) }
  if (typeof value === 'string') {
    const ms = /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN
    if (Number.isNaN(ms)) throw malformed(`"${name}" must be a time such as 2026-01-31T12:00:00Z`)
    // Kafka means something else by -1 and -2; no record is older than 1970.
    return { kind: 'time', ms: Math.max(0, ms) }
  }
  const isObject = typeof value === 'object' && !Array.isArray(value) && !(value instanceof JsonNumber)
  if (!isObject) throw malformed(`"${name}" must be a time, or an object of offsets by partition`)
  const byPartition = Object.entries(value).map(([partition, offset]): [number, number] => {
    if (!/^\d{1,9}$/.test(partition)) throw malformed(`"${partition}" in "${name}" must be the number of a partition`)
    return [Number(partition), asOffset(offset, `the offset of partition ${partition} in "${name}"`)]
  })
  return { kind: 'offsets', byPartition: new Map(byPartition) }
}

function asCount(value: JsonValue, what: string, most: number): number {
  const count = asOffset(value, what)
  if (count >= 1 && count <= most) return count
  throw malformed(`${what} must be at least 1${most === Number.MAX_SAFE_INTEGER ? '' : ` and at most ${most}`}`)
}

function asOffset(value: JsonValue, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw malformed(`${what} must be a whole number from 0 on`)
}

function wrong(parameter: string, value: string, expected: string): RestError {
  return new RestError(400, `Invalid value ${value} for the parameter ${parameter}: it must be ${expected}`)
}
