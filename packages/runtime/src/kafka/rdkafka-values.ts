/** Makes values fit for librdkafka, which refuses a whole configuration for one number out of its range. */
import { rdkafkaKeyLines } from './rdkafka-keys.ts'

export type RdkafkaValue = string | number | boolean

export interface RdkafkaKey {
  /** C: consumers, P: producers, *: both. */
  readonly clients: string
  readonly kind: string
  /** Of numbers. */
  readonly range?: { readonly min: number; readonly max: number }
  /** Of enumerations. */
  readonly values?: readonly string[]
}

/** Words that stand for numbers. */
const words: Readonly<Record<string, readonly string[]>> = { acks: ['all'], 'request.required.acks': ['all'] }

const keys: ReadonlyMap<string, RdkafkaKey> = new Map(
  rdkafkaKeyLines
    .trim()
    .split('\n')
    .map((line) => {
      const [key = '', clients = '', kind = '', values = ''] = line.split(' ')
      return [key, { clients, kind, ...(kind === 'enum' ? { values: values.split(',') } : rangeOf(values)) }]
    }),
)

export function findRdkafkaKey(key: string): RdkafkaKey | undefined {
  return keys.get(key)
}

/**
 * The value as librdkafka takes it: numbers beyond its range become the nearest, with a warning; the rest is a problem.
 * Both speak of the key as the user wrote it.
 */
export function fitsRdkafka(
  key: string,
  value: RdkafkaValue,
  shownKey = key,
): { fitted?: RdkafkaValue; warning?: string; problem?: string } {
  const known = keys.get(key)
  if (known?.values !== undefined) {
    const fitted = known.values.find((one) => one.toLowerCase() === String(value).toLowerCase())
    if (fitted !== undefined) return { fitted: typeof value === 'string' ? fitted : value }
    return {
      problem: `Invalid value ${value} for configuration ${shownKey}: expected one of ${known.values.join(', ')}`,
    }
  }
  if (known?.range === undefined || words[key]?.includes(String(value)) === true) return { fitted: value }
  const { min, max } = known.range
  const number = Number(value)
  if (String(value).trim() === '' || Number.isNaN(number)) {
    return { problem: `Invalid value ${value} for configuration ${shownKey}: expected a number from ${min} to ${max}` }
  }
  const fitted = Math.min(max, Math.max(min, number))
  return fitted === number
    ? { fitted: value }
    : { fitted, warning: `${shownKey} is ${fitted} instead of ${value}: the client takes ${min} to ${max}` }
}

function rangeOf(text: string): { range: { min: number; max: number } } | Record<string, never> {
  const [min, max] = text.split('..').map(Number)
  return min === undefined || max === undefined ? {} : { range: { min, max } }
}
