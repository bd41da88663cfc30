import { fakeSinkTaskContext } from '@penstock/core/testing'
import { expect, test } from 'vitest'
import { Setbacks } from './setbacks.ts'

test('every setback is counted by its kind; each reason is told of once a minute', () => {
  let now = 0
  const told: [string, unknown][] = []
  const context = fakeSinkTaskContext()
  const logger = { ...context.logger, warn: (message: string, details?: unknown) => void told.push([message, details]) }
  const setbacks = new Setbacks({ logger, clock: { now: () => now }, count: (name, by) => context.count(name, by) })
  setbacks.note('access_denied', 'document 1: no rights')
  setbacks.note('access_denied', 'document 2: no rights')
  setbacks.note('overloaded', 'HTTP status 429')
  setbacks.note('conflict', 'document a')
  now = 60_000
  setbacks.note('access_denied', 'document 3: no rights')
  expect(told).toEqual([
    ['Elasticsearch denies access; documents are sent again', { reason: 'document 1: no rights' }],
    ['Elasticsearch is overloaded; documents are sent again', { reason: 'HTTP status 429' }],
    ['Elasticsearch denies access; documents are sent again', { reason: 'document 3: no rights' }],
  ])
  expect(context.counts).toEqual(
    new Map([
      ['setbacks_access_denied', 3],
      ['setbacks_overloaded', 1],
      ['setbacks_conflict', 1],
    ]),
  )
})

test('more reasons than anybody would read are not all told of', () => {
  let told = 0
  const context = fakeSinkTaskContext()
  const setbacks = new Setbacks({ ...context, logger: { ...context.logger, warn: () => void told++ } })
  for (let i = 0; i < 1000; i++) setbacks.note('unreachable', 'x'.repeat(i % 100))
  expect(told).toBe(20)
  expect(context.counts.get('setbacks_unreachable')).toBe(1000)
})
