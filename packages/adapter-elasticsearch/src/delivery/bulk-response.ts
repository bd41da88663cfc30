/** Reads what Elasticsearch answers to a bulk request. What the failures in it mean is judged in `verdict.ts`. */

import { type Failure, type ServerError, told } from '../connection/error-answer.ts'
import { jsonOf } from '../connection/json-answer.ts'

/** Only what is needed to tell success from failure, item by item. */
const bulkFilterPath =
  'filter_path=errors,items.*.error.type,items.*.error.reason,items.*.error.caused_by,items.*.status'

/**
 * The query of a bulk request. Elasticsearch is to stop waiting for a shard before we stop waiting for Elasticsearch:
 * then it says which shard is missing, and documents of other indices in the request are written.
 */
export function bulkQuery(readTimeoutMs: number): string {
  if (readTimeoutMs <= 0) return bulkFilterPath
  return `${bulkFilterPath}&timeout=${Math.min(Math.ceil(readTimeoutMs * 0.8), usualTimeoutMs)}ms`
}

/** What Elasticsearch takes where nothing is asked for. */
const usualTimeoutMs = 60_000

export interface ItemFailure extends Failure {
  readonly item: number
}

const allWritten = Buffer.from('{"errors":false,"items":[{"')
const index = Buffer.from('index"')
/** Everything of such an answer but its items and the commas between them. */
const frameBytes = '{"errors":false,"items":[]}'.length
const itemBytes = { index: '{"index":{"status":201}},'.length, others: '{"update":{"status":201}},'.length }

/**
 * The failed items of an answer, or null when it isn't a whole answer to so many items: one that leaves items out, or
 * contradicts itself, says nothing of any of them.
 */
export function readBulkAnswer(body: Buffer, expectedItems: number): readonly ItemFailure[] | null {
  if (isUsualSuccess(body, expectedItems)) return []
  const answer = jsonOf(body) as BulkAnswer | null
  if (!Array.isArray(answer?.items) || answer.items.length !== expectedItems) return null
  const failures: ItemFailure[] = []
  for (const [item, entry] of answer.items.entries()) {
    const [action, result] = Object.entries(entry ?? {})[0] ?? []
    const status = result?.status
    if (status === undefined) return null
    if (result?.error !== undefined && result.error !== null) failures.push({ item, status, ...told(result.error) })
    else if (status >= 300 && !(status === 404 && action === 'delete'))
      failures.push({ item, status, type: '', reason: 'no reason given' })
  }
  // What failed has an error; an answer that speaks of errors and shows none was not written by a bulk request.
  return answer.errors === failures.length > 0 ? failures : null
}

/**
 * Nearly all answers say that all is well, and are told by their beginning and their length: with the filter, every
 * item of an action takes the same number of bytes. Parsing them would cost more than framing the documents did.
 */
function isUsualSuccess(body: Buffer, items: number): boolean {
  if (!body.subarray(0, allWritten.length).equals(allWritten)) return false
  const isIndex = body.subarray(allWritten.length, allWritten.length + index.length).equals(index)
  return body.length === frameBytes + items * (isIndex ? itemBytes.index : itemBytes.others) - 1
}

interface BulkAnswer {
  errors?: boolean
  items?: (Record<string, { status?: number; error?: ServerError | string | null }> | null)[]
}
