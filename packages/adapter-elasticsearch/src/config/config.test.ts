import type { KeyDefinition } from '@penstock/core'
import { showValue } from '@penstock/core'
import { describe, expect, test } from 'vitest'
import { type ReferenceKey, referenceKeys } from '../testing/reference-keys.ts'
import { config, retiredKeys } from './config.ts'

const keys: Readonly<Record<string, KeyDefinition>> = config.keys as never
const required = { 'connection.url': 'http://es' }
const errorsOf = (name: string, value: string) =>
  config.validate({ ...required, [name]: value }).find((found) => found.name === name)?.errors ?? []

describe.each(referenceKeys.map((key) => [key.name, key] as const))('%s', (name, reference) => {
  const own = keys[name] as KeyDefinition

  test('has the type, importance, group and display name that people know', () => {
    expect(own).toMatchObject({ type: reference.type, importance: reference.importance, group: reference.group })
    if (reference.displayName !== null) expect(own.displayName).toBe(reference.displayName)
    expect(own.internal).toBe(false)
  })

  test('has the default that people know', () => {
    expect(defaultOf(name, own)).toBe(expectedDefault(reference))
  })

  test('takes the values that people know', () => {
    const [least, most] = bounds(reference)
    if (least !== undefined && most !== undefined) {
      for (const value of [least, most]) expect(errorsOf(name, String(value))).toEqual([])
      expect(errorsOf(name, String(least - 1))[0]).toContain(`Value must be at least ${least}`)
      const beyond =
        most === 2 ** 31 - 1 && reference.type === 'INT' ? 'Not a number of type INT' : `no more than ${most}`
      expect(errorsOf(name, String(most + 1))[0]).toContain(beyond)
      return
    }
    const values = reference.valid.split('|').map((value) => value.replace('+', ''))
    for (const value of values.filter(Boolean)) {
      expect(errorsOf(name, value)).toEqual([])
      expect(errorsOf(name, value.toUpperCase())).toEqual([])
      expect(own.recommended.map((offered) => offered.toLowerCase())).toContain(value)
    }
    if (reference.valid !== '') expect(errorsOf(name, 'a b').length).toBeGreaterThan(0)
  })
})

test('forms show the keys in the order that people know, ours between them', () => {
  const groups = new Set(referenceKeys.map(({ group }) => group))
  for (const group of groups) {
    const known = referenceKeys.filter((key) => key.group === group && key.displayName !== null).map(({ name }) => name)
    const shown = known.toSorted(
      (a, b) => (keys[a] as KeyDefinition).orderInGroup - (keys[b] as KeyDefinition).orderInGroup,
    )
    expect(shown).toEqual(known)
  }
})

test('every other key says that it is ours', () => {
  const known = new Set<string>([...referenceKeys.map(({ name }) => name), ...retiredKeys, 'topic.index.map'])
  const others = Object.entries(keys).filter(([name]) => !known.has(name))
  expect(others.length).toBeGreaterThan(30)
  expect(others.filter(([, { doc }]) => !doc.endsWith('Penstock only.')).map(([name]) => name)).toEqual([])
})

/** Keys whose default differs, for reasons that the README gives. */
const otherDefaults: Readonly<Record<string, string>> = {
  'connection.url': '', // a Cloud ID may stand for it
  'behavior.on.malformed.documents': 'report', // does what fail does, unless errors.tolerance is all
}

function expectedDefault({ name, default: known }: ReferenceKey): string | null {
  return otherDefaults[name] ?? known
}

function defaultOf(name: string, own: KeyDefinition): string | null {
  const shown = showValue(own, own.default)
  return name === 'elastic.security.protocol' ? (shown?.toLowerCase() ?? null) : shown
}

function bounds({ valid }: ReferenceKey): number[] {
  return valid.includes('..') ? valid.split('..').map(Number) : []
}
