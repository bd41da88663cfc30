/** Kinds of keys that several tables of worker keys have. */
import { key } from '@penstock/core'

export function milliseconds(fallback: number, doc: string, importance: 'high' | 'low' = 'low') {
  return key.int({ default: fallback, min: 0, importance, doc })
}

export function replicationFactor(store: string) {
  return key.short({
    default: 3,
    importance: 'low',
    doc: `Replicas of the ${store} topic when the worker creates it; -1 for the brokers’ default.`,
    check: minusOneOrMore,
  })
}

export function partitions(store: string, fallback: number) {
  return key.int({
    default: fallback,
    importance: 'low',
    doc: `Partitions of the ${store} topic when the worker creates it; -1 for the brokers’ default.`,
    check: minusOneOrMore,
  })
}

export function notBlank(value: string): string | undefined {
  return value.trim() === '' ? 'String must be non-empty' : undefined
}

export function notEmpty(value: readonly string[]): string | undefined {
  return value.some((item) => item !== '') ? undefined : 'List must not be empty'
}

function minusOneOrMore(value: number): string | undefined {
  return value === -1 || value > 0 ? undefined : 'Value must be -1 or at least 1'
}
