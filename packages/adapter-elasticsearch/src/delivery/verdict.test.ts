import { expect, test } from 'vitest'
import { judgeItem, judgeRequest, mayPass } from './verdict.ts'

const shards =
  'Validation Failed: 1: this action would add [2] shards, but this cluster currently has [1000]/[1000] maximum normal shards open;'
const conflict = 'version_conflict_engine_exception'

test.each([
  [409, conflict, '', 'index', 'done'],
  [409, conflict, '', 'create', 'done'],
  [409, conflict, '', 'delete', 'done'],
  [409, conflict, '', 'update', 'conflict'],
  [409, '', '', 'index', 'bad_answer'],
  [404, '', 'not_found', 'delete', 'done'],
  [404, 'index_not_found_exception', '', 'delete', 'index_unavailable'],
  [404, 'index_not_found_exception', '', 'index', 'index_unavailable'],
  [400, 'index_closed_exception', 'closed', 'index', 'index_unavailable'],
  [429, 'es_rejected_execution_exception', '', 'index', 'overloaded'],
  [503, 'es_rejected_execution_exception', '', 'index', 'overloaded'],
  [429, 'circuit_breaking_exception', '', 'index', 'overloaded'],
  [403, 'cluster_block_exception', '', 'index', 'index_unavailable'],
  [429, 'cluster_block_exception', 'disk usage exceeded flood-stage watermark', 'index', 'index_unavailable'],
  [503, 'unavailable_shards_exception', '', 'index', 'index_unavailable'],
  [503, 'process_cluster_event_timeout_exception', '', 'index', 'overloaded'],
  [500, 'null_pointer_exception', '', 'index', 'server_error'],
  [500, 'i_o_exception', 'No space left on device', 'index', 'server_error'],
  [500, 'node_disconnected_exception', '', 'index', 'server_error'],
  [401, 'security_exception', '', 'index', 'access_denied'],
  [403, 'security_exception', '', 'index', 'access_denied'],
  [400, 'document_parsing_exception', '', 'index', 'refused'],
  [400, 'mapper_parsing_exception', '', 'index', 'refused'],
  [400, 'strict_dynamic_mapping_exception', '', 'index', 'refused'],
  [400, 'illegal_argument_exception', 'Limit of total fields [1000] has been exceeded', 'update', 'refused'],
  [400, 'illegal_argument_exception', 'pipeline with id [p] does not exist', 'index', 'index_unavailable'],
  [400, 'illegal_argument_exception', 'no write index is defined for alias [a].', 'index', 'index_unavailable'],
  [400, 'illegal_argument_exception', 'Number of documents in the shard cannot exceed', 'index', 'index_unavailable'],
  [400, 'validation_exception', shards, 'index', 'index_unavailable'],
  [400, 'illegal_argument_exception', shards, 'index', 'index_unavailable'],
])('item with %i %s (%s) of %s: %s', (status, type, reason, action, verdict) => {
  expect(judgeItem({ status, type, reason }, action)).toBe(verdict)
})

test.each([
  [413, '', '<html>', 'split'],
  [400, 'x_content_parse_exception', '[1:3] Unexpected character', 'split'],
  [400, 'illegal_argument_exception', 'Malformed action/metadata line [3]', 'split'],
  [400, 'action_request_validation_exception', 'Validation Failed: 1: id [x] is too long', 'split'],
  [400, 'illegal_argument_exception', 'request [/i/_bulk] contains unrecognized parameter: [x]', 'request_refused'],
  [400, 'media_type_header_exception', 'Invalid media-type value on headers', 'request_refused'],
  [400, '', '400 The plain HTTP request was sent to HTTPS port', 'request_refused'],
  [302, '', '', 'request_refused'],
  [404, '', 'no such route', 'request_refused'],
  [404, 'index_not_found_exception', '', 'index_unavailable'],
  [401, 'security_exception', '', 'access_denied'],
  [403, '', 'Forbidden', 'access_denied'],
  [403, 'cluster_block_exception', '', 'index_unavailable'],
  [408, '', '', 'overloaded'],
  [429, 'circuit_breaking_exception', 'Data too large', 'overloaded'],
  [500, '', '', 'server_error'],
  [502, '', '<html>', 'unreachable'],
  [503, '', '', 'unreachable'],
  [504, '', '', 'unreachable'],
])('request with %i %s (%s): %s', (status, type, reason, verdict) => {
  expect(judgeRequest({ status, type, reason })).toBe(verdict)
})

test('what somebody has to ask differently does not pass by itself', () => {
  const failure = (status: number, type: string) => ({ status, type, reason: '' })
  expect(mayPass(failure(400, 'invalid_index_name_exception'))).toBe(false)
  expect(mayPass(failure(400, 'mapper_parsing_exception'))).toBe(false)
  expect(mayPass(failure(403, 'security_exception'))).toBe(true)
  expect(mayPass(failure(429, 'circuit_breaking_exception'))).toBe(true)
  expect(mayPass(failure(404, ''))).toBe(true)
  expect(mayPass({ ...failure(400, 'validation_exception'), reason: shards })).toBe(true)
})
