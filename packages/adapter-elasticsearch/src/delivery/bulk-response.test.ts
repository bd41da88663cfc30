import { expect, test } from 'vitest'
import { judge, readBulkAnswer, reasonOf } from './bulk-response.ts'

test('an answer without errors is not looked at further', () => {
  expect(readBulkAnswer(Buffer.from('{"errors":false,"items":[ whatever'), 2)).toEqual([])
})

test('failed items come with position, type, reason and cause', () => {
  const error = { type: 'mapper_parsing_exception', reason: 'failed', caused_by: { reason: 'not a number' } }
  const answer = { errors: true, items: [{ index: { status: 201 } }, { index: { status: 400, error } }] }
  expect(readBulkAnswer(Buffer.from(JSON.stringify(answer)), 2)).toEqual([
    { item: 1, status: 400, type: 'mapper_parsing_exception', reason: 'failed (not a number)' },
  ])
})

test.each(['', '<html>', '{}', '{"errors":true}', '{"errors":true,"items":[{"index":{"status":201}}]}'])(
  '%j is no answer to two items',
  (body) => {
    expect(readBulkAnswer(Buffer.from(body), 2)).toBeNull()
  },
)

test.each([
  [409, 'version_conflict_engine_exception', 'index', 'done'],
  [409, 'version_conflict_engine_exception', 'delete', 'done'],
  [409, 'version_conflict_engine_exception', 'update', 'conflict'],
  [404, 'not_found', 'delete', 'done'],
  [404, 'index_not_found_exception', 'index', 'failed'],
  [429, 'es_rejected_execution_exception', 'index', 'unavailable'],
  [403, 'cluster_block_exception', 'index', 'unavailable'],
  [503, 'unavailable_shards_exception', 'index', 'unavailable'],
  [500, 'null_pointer_exception', 'index', 'failed'],
  [403, 'security_exception', 'index', 'failed'],
  [400, 'document_parsing_exception', 'index', 'refused'],
  [400, 'mapper_parsing_exception', 'index', 'refused'],
  [400, 'strict_dynamic_mapping_exception', 'index', 'refused'],
  [400, 'illegal_argument_exception', 'update', 'refused'],
])('%i %s of %s: %s', (status, type, action, verdict) => {
  expect(judge({ item: 0, status, type, reason: '' }, action)).toBe(verdict)
})

test('the reason of a failed request is found in JSON and shortened otherwise', () => {
  expect(reasonOf(Buffer.from('{"error":{"type":"x","reason":"y"},"status":400}'))).toBe('x: y')
  expect(reasonOf(Buffer.from(`<html>\n${'x'.repeat(1000)}`))).toHaveLength(300)
})
