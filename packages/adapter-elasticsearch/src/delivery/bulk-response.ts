/** Reads what Elasticsearch answers to a bulk request. */

/** Only what is needed to tell success from failure, item by item. */
export const bulkFilterPath =
  'filter_path=errors,items.*.error.type,items.*.error.reason,items.*.error.caused_by,items.*.status'

export interface ItemFailure {
  readonly item: number
  readonly status: number
  readonly type: string
  readonly reason: string
}

/**
 * - `done`: nothing left to do (a version conflict: a newer document is there; a delete of what isn't)
 * - `conflict`: another writer was faster than our update
 * - `unavailable`: Elasticsearch can't take it now
 * - `failed`: not the document's fault, and not known to pass by itself
 * - `refused`: this document will never be taken
 */
export type Verdict = 'done' | 'conflict' | 'unavailable' | 'failed' | 'refused'

const noErrors = Buffer.from('{"errors":false')

/** The failed items of an answer, or null when the answer can't be read. */
export function readBulkAnswer(body: Buffer, expectedItems: number): readonly ItemFailure[] | null {
  // In the usual case nothing else is of interest; with the filter, `errors` comes first.
  if (body.subarray(0, noErrors.length).equals(noErrors)) return []
  let answer: BulkAnswer
  try {
    answer = JSON.parse(body.toString()) as BulkAnswer
  } catch {
    return null
  }
  if (answer?.errors === false) return []
  if (!Array.isArray(answer?.items) || answer.items.length !== expectedItems) return null
  const failures: ItemFailure[] = []
  for (const [item, entry] of answer.items.entries()) {
    const result = Object.values(entry)[0]
    if (result?.error === undefined) continue
    failures.push({ item, status: result.status ?? 500, ...explain(result.error) })
  }
  return failures
}

interface BulkAnswer {
  errors?: boolean
  items?: Record<string, { status?: number; error?: BulkError | string }>[]
}
interface BulkError {
  type?: string
  reason?: string
  caused_by?: BulkError
}

function explain(error: BulkError | string): { type: string; reason: string } {
  if (typeof error === 'string') return { type: 'error', reason: error }
  const cause = error.caused_by?.reason
  return {
    type: error.type ?? 'error',
    reason: (error.reason ?? 'no reason given') + (cause === undefined ? '' : ` (${cause})`),
  }
}

const unavailableTypes = new Set([
  'es_rejected_execution_exception',
  'cluster_block_exception',
  'unavailable_shards_exception',
  'no_shard_available_action_exception',
  'process_cluster_event_timeout_exception',
  'circuit_breaking_exception',
  'node_closed_exception',
])
const setUpTypes = new Set(['security_exception', 'index_not_found_exception', 'index_closed_exception'])

/** Judges one failed item. */
export function judge(failure: ItemFailure, action: string): Verdict {
  const { status, type } = failure
  if (type === 'version_conflict_engine_exception' || status === 409) return action === 'update' ? 'conflict' : 'done'
  if (status === 404 && action === 'delete' && type !== 'index_not_found_exception') return 'done'
  if (isUnavailable(status) || unavailableTypes.has(type)) return 'unavailable'
  if (status >= 500 || status === 401 || setUpTypes.has(type)) return 'failed'
  return 'refused'
}

/** Statuses that say: not now. */
export function isUnavailable(status: number): boolean {
  return status === 408 || status === 429 || status === 502 || status === 503 || status === 504
}

/** The reason in the body of a failed request, shortened. */
export function reasonOf(body: Buffer): string {
  const text = body.toString().trim()
  try {
    const { error } = JSON.parse(text) as { error?: BulkError | string }
    if (error !== undefined) {
      const { type, reason } = explain(error)
      return `${type}: ${reason}`
    }
  } catch {
    // Proxies answer in HTML.
  }
  return text.replace(/\s+/g, ' ').slice(0, 300)
}
