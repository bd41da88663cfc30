import { fakeSinkTaskContext } from '@penstock/core/testing'
import { expect, test } from 'vitest'
import { Setbacks } from './setbacks.ts'

test('every setback is counted by its kind; each kind is told of once a minute, with its reason', () => {
  let now = 0
  const told: [string, unknown][] = []
  const context = fakeSinkTaskContext()
  const logger = { ...context.logger, warn: (message: string, details?: unknown) => void told.push([message, details]) }
  const setbacks = new Setbacks({ logger, clock: { now: () => now }, count: (name, by) => context.count(name, by) })
  setbacks.note('access_denied', 'HTTP status 401')
  setbacks.note('access_denied', 'HTTP status 401')
  setbacks.note('overloaded', 'HTTP status 429')
  setbacks.note('conflict', 'document a')
  now = 60_000
  setbacks.note('access_denied', 'HTTP status 403')
  expect(told).toEqual([
    ['Elasticsearch denies access; documents are sent again', { reason: 'HTTP status 401' }],
    ['Elasticsearch is overloaded; documents are sent again', { reason: 'HTTP status 429' }],
    ['Elasticsearch denies access; documents are sent again', { reason: 'HTTP status 403' }],
  ])
  expect(context.counts).toEqual(
    new Map([
      ['setbacks_access_denied', 3],
      ['setbacks_overloaded', 1],
      ['setbacks_conflict', 1],
    ]),
  )
})
