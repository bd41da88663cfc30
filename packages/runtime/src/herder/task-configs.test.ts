import { describe, expect, test } from 'vitest'
import { asTaskConfig, completeTaskConfigs, tasksChanged } from './task-configs.ts'

test('tasks carry their connector’s topics, whatever the plugin made of them', () => {
  expect(completeTaskConfigs({ topics: 'a,b', other: 'x' }, [{ part: '0' }, { topics: 'c' }])).toEqual([
    { part: '0', topics: 'a,b' },
    { topics: 'a,b' },
  ])
  expect(completeTaskConfigs({ 'topics.regex': 't.*' }, [{}])).toEqual([{ 'topics.regex': 't.*' }])
})

test('the name of the connector is there, and its own wins', () => {
  expect(asTaskConfig('a', { x: '1' })).toEqual({ x: '1', name: 'a' })
  expect(asTaskConfig('a', { name: 'b' })).toEqual({ name: 'b' })
})

describe('tasks are written anew', () => {
  const config = { name: 'a' }
  const unchanged = { current: [{ t: '0' }, { t: '1' }], next: [{ t: '0' }, { t: '1' }], applied: config, config }

  test.each([
    ['not when nothing differs', {}, false],
    ['for another number', { next: [{ t: '0' }] }, true],
    ['for a difference in one', { next: [{ t: '0' }, { t: 'x' }] }, true],
    ['for any change of the connector’s config', { config: { name: 'a', 'flush.size': '1' } }, true],
    ['when nobody knows from which config the present ones were made', { applied: null }, true],
    ['when a present one is missing', { current: [{ t: '0' }, null] }, true],
    ['for the first tasks of a connector', { current: [], applied: null }, true],
    ['not for a connector that goes on without tasks', { current: [], next: [] }, false],
  ])('%s', (_when, changes, expected) => {
    expect(tasksChanged({ ...unchanged, ...changes })).toBe(expected)
  })
})
