/**
 * Brings one batch into Elasticsearch: sends it, judges the answer item by item, sends again what can be sent again,
 * and hands refused documents on (what is sent together: parts.ts). Returns when every item is written or dealt with;
 * throws when it has to give up.
 */
import { assertNever, type Clock, ConnectError, messageOf } from '@penstock/core'
import { type Answer, type ElasticsearchRequest, UnreachableError } from '../connection/client.ts'
import { readFailure, reasonOf } from '../connection/error-answer.ts'
import type { Batch } from './batch.ts'
import { type ItemFailure, readBulkAnswer } from './bulk-response.ts'
import type { Pace, RequestOutcome } from './limits.ts'
import { allItems, dropRevoked, fitLimits, halveFirst, type Part, partOf, toSendAgain, turnsOf } from './parts.ts'
import { Patience, type PatienceSettings, type Setback } from './patience.ts'
import { asksForPatience, judgeItem, judgeRequest, type Trouble } from './verdict.ts'

export interface DeliverySettings extends PatienceSettings {
  /** Of every request. */
  readonly query: string
  /** False where a write that is repeated, or comes after a later one of its document, leaves another document. */
  readonly repeatable: boolean
}

/** All that delivering a batch needs but what is the sender's own. */
export interface DeliveryParts {
  readonly client: {
    request(request: ElasticsearchRequest, signal: AbortSignal): Promise<Answer>
    readonly urls: string
  }
  readonly settings: DeliverySettings
  readonly clock: Clock
  /** Deals with a document that Elasticsearch will never take; rejects when the task must fail. */
  refuse(batch: Batch, item: number, failure: ItemFailure): Promise<void>
  /** Deals with a document that is there in a newer version; rejects when the task must fail. */
  loseConflict(batch: Batch, item: number, failure: ItemFailure): Promise<void>
  /** There is no such index: sets it up again, if it can. Rejects with what stands in the way. */
  indexMissing(index: string): Promise<void>
  /** A request, or part of it, did not get through; it is sent again. */
  setback(trouble: Trouble, reason: string): void
  count(name: string, by?: number): void
  observe(name: string, value: number): void
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export interface Delivery extends DeliveryParts {
  readonly pace: Pace
  /** Stops waiting and sending. */
  readonly signal: AbortSignal
  /** The batch is held: it fails for long, trying goes on. */
  held(reason: string): void
  /** Something got through. */
  progress(): void
}

/** What items went through before the present request. */
interface EarlierRequests {
  /** Sent in a request of which nobody knows what became: they may be written already. */
  readonly unanswered: Set<number>
  readonly sentAgain: Set<number>
}

/** Delivers all items of a sealed batch. `invalid` are items that must not be sent at all. */
export async function deliver(batch: Batch, invalid: readonly number[], delivery: Delivery): Promise<void> {
  const parts = await firstParts(batch, invalid, delivery)
  const patience = new Patience(delivery.settings)
  const earlier: EarlierRequests = { unanswered: new Set(), sentAgain: new Set() }
  const path = `/${encodeURIComponent(batch.index)}/_bulk`
  while (parts.length > 0) {
    if (batch.partlyRevoked) dropRevoked(batch, parts)
    fitLimits(batch, parts, delivery.pace.limits)
    const part = parts[0]
    if (part === undefined) return
    const start = delivery.pace.begin()
    const outcome = await send(part, path, delivery)
    delivery.pace.end(start, loadToldBy(outcome), part.items.length, part.bytes.length)
    delivery.signal.throwIfAborted()
    let setback: Setback | null = null
    switch (outcome.kind) {
      case 'answered': {
        const left = await settle(batch, part, outcome.failures, earlier, delivery)
        delivery.count('documents_written', part.items.length - left.items.length - left.notWritten)
        if (left.items.length < part.items.length) {
          patience.progressed()
          delivery.progress()
        }
        if (left.items.length === 0) parts.shift()
        else parts[0] = partOf(batch, left.items)
        setback = left.setback
        break
      }
      case 'split': {
        const [item, another] = part.items
        if (item === undefined || another !== undefined) {
          halveFirst(batch, parts)
          break
        }
        const { status, reason } = outcome
        const type = status === 413 ? 'request_too_large' : 'unreadable'
        await refuseItem(batch, item, { item, status, type, reason }, delivery)
        parts.shift()
        break
      }
      case 'failed':
        for (const item of part.items) earlier.unanswered.add(item)
        setback = outcome
        break
    }
    if (setback === null) continue
    for (const item of parts[0]?.items ?? []) earlier.sentAgain.add(item)
    delivery.setback(setback.trouble, setback.reason)
    const next = patience.after(setback, delivery.clock.now())
    if (next.kind === 'given-up') throw givenUp(setback.reason, next.attempts, delivery)
    if (next.isHeld) delivery.held(setback.reason)
    delivery.count('requests_retried')
    delivery.count('documents_retried', parts[0]?.items.length ?? 0)
    await delivery.sleep(next.waitMs, delivery.signal)
  }
}

async function firstParts(batch: Batch, invalid: readonly number[], delivery: Delivery): Promise<Part[]> {
  for (const item of invalid) {
    await refuseItem(
      batch,
      item,
      { item, status: 400, type: 'malformed', reason: 'the value is not JSON in UTF-8' },
      delivery,
    )
  }
  const all = allItems(batch.size)
  const skipped = new Set(invalid)
  const items = invalid.length === 0 ? all : all.filter((item) => !skipped.has(item))
  const turns = delivery.settings.repeatable || batch.ids.length === 0 ? [items] : turnsOf(batch, items)
  return turns
    .filter((turn) => turn.length > 0)
    .map((turn) => (turn.length === batch.size ? { items: turn, bytes: batch.body.bytes() } : partOf(batch, turn)))
}

type Outcome =
  | { readonly kind: 'answered'; readonly failures: readonly ItemFailure[] }
  | { readonly kind: 'split'; readonly status: number; readonly reason: string }
  | ({ readonly kind: 'failed'; readonly timedOut?: boolean } & Setback)

async function send(
  part: Part,
  path: string,
  { client, settings, signal, observe, clock }: Delivery,
): Promise<Outcome> {
  const started = clock.now()
  let answer: Answer
  try {
    answer = await client.request(
      { method: 'POST', path, query: settings.query, body: part.bytes, contentType: 'application/x-ndjson' },
      signal,
    )
  } catch (error) {
    const timedOut = error instanceof UnreachableError && error.timedOut
    const reason = (error as Error).message
    return { kind: 'failed', trouble: 'unreachable', reason, retryAfterMs: 0, asksForPatience: false, timedOut }
  }
  observe('bulk_request_ms', clock.now() - started)
  observe('bulk_request_documents', part.items.length)
  observe('bulk_request_bytes', part.bytes.length)
  const { status } = answer
  if (status >= 200 && status < 300) {
    const failures = readBulkAnswer(answer.body, part.items.length)
    if (failures !== null) return { kind: 'answered', failures }
    const reason = `the answer to a bulk request of ${part.items.length} documents makes no sense: ${reasonOf(answer.body)}`
    return { kind: 'failed', trouble: 'bad_answer', reason, retryAfterMs: 0, asksForPatience: false }
  }
  const reason = `HTTP status ${status}: ${reasonOf(answer.body)}`
  const failure = readFailure(status, answer.body)
  const verdict = judgeRequest(failure)
  if (verdict === 'split') return { kind: 'split', status, reason }
  return {
    ...{ kind: 'failed', trouble: verdict, reason, retryAfterMs: answer.retryAfterMs },
    asksForPatience: asksForPatience(failure),
  }
}

function urgency({ trouble, asksForPatience }: Setback): number {
  if (trouble === 'conflict') return 2
  return asksForPatience ? 0 : 1
}

/** What an outcome says about the load that the node can bear. */
function loadToldBy(outcome: Outcome): RequestOutcome {
  switch (outcome.kind) {
    case 'answered':
      return outcome.failures.some((failure) => judgeRequest(failure) === 'overloaded') ? 'rejected' : 'taken'
    case 'split':
      return outcome.status === 413 ? 'too-large' : 'failed'
    case 'failed':
      if (outcome.timedOut === true) return 'timed-out'
      return outcome.trouble === 'overloaded' ? 'rejected' : 'failed'
    default:
      return assertNever(outcome)
  }
}

/**
 * Deals with the failed items of an answer. `items` are those to send again, in their order, for the reason `setback`;
 * `notWritten` counts those that are dealt with otherwise.
 */
async function settle(
  batch: Batch,
  part: Part,
  failures: readonly ItemFailure[],
  { unanswered, sentAgain }: EarlierRequests,
  delivery: Delivery,
): Promise<{ items: readonly number[]; notWritten: number; setback: Setback | null }> {
  if (failures.length === 0) return { items: [], notWritten: 0, setback: null }
  const again = new Set<number>()
  const over = new Set<number>()
  const missing = new Set<string>()
  let setback: Setback | null = null
  for (const failure of failures) {
    const item = part.items[failure.item] as number
    const action = batch.body.actionOf(item)
    const verdict = judgeItem(failure, action)
    if (verdict === 'done' || verdict === 'refused') {
      over.add(item)
      if (verdict === 'refused') await refuseItem(batch, item, failure, delivery)
      else if (failure.status === 409) {
        delivery.count('version_conflicts')
        // A create meets the document that it has most likely made itself; another write, which a later one of its
        // document has overtaken because it had to be sent again, its successor.
        const isOurs = (action === 'create' ? unanswered : sentAgain).has(item)
        if (!isOurs) await delivery.loseConflict(batch, item, failure)
      }
      continue
    }
    again.add(item)
    if (failure.type === 'index_not_found_exception') missing.add(batch.indexOf(item))
    // One that is given up soonest decides how long to go on.
    const next: Setback = {
      trouble: verdict,
      reason: describeItem(batch, item, failure),
      retryAfterMs: 0,
      asksForPatience: asksForPatience(failure),
    }
    if (setback === null || urgency(next) > urgency(setback)) setback = next
  }
  for (const index of missing) {
    const obstacle = await delivery.indexMissing(index).then(() => null, messageOf)
    if (setback !== null && obstacle !== null) setback = { ...setback, reason: `${setback.reason}; ${obstacle}` }
  }
  return { items: toSendAgain(batch, part.items, again, over), notWritten: over.size, setback }
}

async function refuseItem(batch: Batch, item: number, failure: ItemFailure, delivery: Delivery): Promise<void> {
  // The task that has the partition now meets it again, and reports it.
  if (batch.partlyRevoked && batch.isRevoked(item)) return
  delivery.count('documents_refused')
  await delivery.refuse(batch, item, failure)
}

function describeItem(batch: Batch, item: number, { status, type, reason }: ItemFailure): string {
  return `${batch.documentName(item)} (record ${batch.recordOf(item)}): ${type || 'error'}: ${reason} (status ${status})`
}

function givenUp(reason: string, attempts: number, { client }: Delivery): ConnectError {
  return new ConnectError(
    'elasticsearch.bulk_failed',
    `writing to Elasticsearch at ${client.urls} failed after ${attempts} attempts: ${reason}`,
  )
}
