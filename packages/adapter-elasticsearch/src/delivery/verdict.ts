/**
 * Says what a failure means for the documents it befell: whether the documents are to blame, or something that passes
 * or can be mended while the task waits.
 */
import type { Failure } from '../connection/error-answer.ts'

/** Why documents wait. They are the names of counters too: `setbacks_<trouble>`. */
export type Trouble =
  /** No connection, no answer in time, a gateway without a node behind it. */
  | 'unreachable'
  | 'overloaded'
  /** Credentials or rights are missing. */
  | 'access_denied'
  /** The index, or what it needs to take documents, is not there: closed, blocked, red, without write index or pipeline. */
  | 'index_unavailable'
  | 'server_error'
  /** Whoever answered, it was not Elasticsearch answering a bulk request. */
  | 'bad_answer'
  /** Not because of a document: by something in between, or for the way it is asked. */
  | 'request_refused'
  /** Another writer was faster than our update; the only trouble that is given up after `max.retries`. */
  | 'conflict'

/**
 * - `done`: nothing left to do (a version conflict: a newer document is there; a delete of what isn't)
 * - `refused`: this document will never be taken
 * - otherwise why it has to be sent again
 */
export type Verdict = 'done' | 'refused' | Trouble

const troubleByType: ReadonlyMap<string, Trouble> = new Map([
  ['es_rejected_execution_exception', 'overloaded'],
  ['rejected_execution_exception', 'overloaded'],
  ['circuit_breaking_exception', 'overloaded'],
  ['process_cluster_event_timeout_exception', 'overloaded'],
  ['security_exception', 'access_denied'],
  ['cluster_block_exception', 'index_unavailable'],
  ['unavailable_shards_exception', 'index_unavailable'],
  ['no_shard_available_action_exception', 'index_unavailable'],
  ['index_not_found_exception', 'index_unavailable'],
  ['index_closed_exception', 'index_unavailable'],
  ['resource_already_exists_exception', 'index_unavailable'],
])

/** Refusals with a status and type as if the document were wrong; none of the index's documents would be taken. */
const setUpReasons =
  /^pipeline with id \[.*\] does not exist|no write index is defined for alias|^only write ops with an op_type of create are allowed in data streams|^Number of documents in the (index|shard) can|this action would add \[/s

/** Judges one failed item. */
export function judgeItem(failure: Failure, action: string): Verdict {
  const { status, type } = failure
  if (type === 'version_conflict_engine_exception') return action === 'update' ? 'conflict' : 'done'
  if (status === 404 && action === 'delete' && type !== 'index_not_found_exception') return 'done'
  const trouble = troubleOf(failure)
  if (trouble !== null) return trouble
  if (setUpReasons.test(failure.reason)) return 'index_unavailable'
  // Elasticsearch names the type of every error; and conflicts of versions have theirs.
  return type === '' || status < 400 || status === 409 ? 'bad_answer' : 'refused'
}

/** Refusals of a request in which one document can't be read; all others are taken. */
const unreadableTypes = /^(illegal_argument|action_request_validation|number_format)_exception$|pars|_e_o_f_/
/** The same types, about the request itself. */
const aboutRequest = /^request \[|unrecognized parameter|content-type/i

/** Judges a request that failed as a whole. `split`: smaller requests find the document that is to blame. */
export function judgeRequest(failure: Failure): 'split' | Trouble {
  const { status, type, reason } = failure
  if (status === 413) return 'split'
  const trouble = troubleOf(failure)
  if (trouble !== null) return trouble
  return status === 400 && unreadableTypes.test(type) && !aboutRequest.test(reason) ? 'split' : 'request_refused'
}

function troubleOf({ status, type }: Failure): Trouble | null {
  return troubleByType.get(type) ?? troubleByStatus(status)
}

function troubleByStatus(status: number): Trouble | null {
  if (status === 401 || status === 403) return 'access_denied'
  if (status === 408 || status === 429) return 'overloaded'
  if (status === 502 || status === 503 || status === 504) return 'unreachable'
  return status >= 500 ? 'server_error' : null
}

/** A node that turns work away, or whose disk is full, says so: it is given the time it needs. */
export function asksForPatience(failure: Failure): boolean {
  return failure.status === 429 || troubleOf(failure) === 'overloaded'
}

/** True when the same request may well be answered otherwise later, without anybody changing it. */
export function mayPass(failure: Failure): boolean {
  return failure.type === '' || troubleOf(failure) !== null || setUpReasons.test(failure.reason)
}
