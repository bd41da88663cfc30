import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readBulkAnswer } from './bulk-response.ts'

const read = (answer: unknown, items: number) => readBulkAnswer(Buffer.from(JSON.stringify(answer)), items)
const written = { index: { status: 201 } }

test('failed items come with position, type, reason and cause', () => {
  const error = { type: 'mapper_parsing_exception', reason: 'failed', caused_by: { reason: 'not a number' } }
  expect(read({ errors: true, items: [written, { index: { status: 400, error } }] }, 2)).toEqual([
    { item: 1, status: 400, type: 'mapper_parsing_exception', reason: 'failed (not a number)' },
  ])
})

test('a delete of what is not there is no failure', () => {
  expect(read({ errors: false, items: [{ delete: { status: 404 } }] }, 1)).toEqual([])
})

test('an item with a bad status and no error has failed all the same', () => {
  expect(read({ errors: true, items: [{ index: { status: 429 } }, written] }, 2)).toMatchObject([
    { item: 0, status: 429 },
  ])
})

test.each([
  '',
  '<html>',
  'null',
  '{}',
  '{"errors":false}',
  '{"errors":true}',
  '{"errors":false,"items":[]}',
  '{"errors":false,"items":[{"index":{"status":201}}',
  '{"errors":false,"items":[{"index":{"status":201}}]}',
  '{"errors":true,"items":[{"index":{"status":201}}]}',
  '{"errors":false,"items":[{"index":{"status":201}},null]}',
  '{"errors":false,"items":[{"index":{"status":201}},{"index":{}}]}',
  '{"errors":false,"items":[{"index":{"status":201}},{"index":{"status":500},"more":1}]}',
  '{"errors":true,"items":[{"index":{"status":201}},{"index":{"status":201}}]}',
])('%j is no answer to two items', (body) => {
  expect(readBulkAnswer(Buffer.from(body), 2)).toBeNull()
})

test('an answer is taken for as many items as it has, and for no other number', () => {
  const actions = fc.array(fc.constantFrom('index', 'create', 'update', 'delete'), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(actions, fc.integer({ min: 1, max: 80 }), (list, expected) => {
      const items = list.map((action) => ({ [action]: { status: 200 } }))
      expect(read({ errors: false, items }, expected)).toEqual(expected === list.length ? [] : null)
    }),
  )
})
