/**
 * Tells what the sink would send for a record, and whether documents have arrived. Routes, ids and actions are those of the
 * sink task, made by the same code (`documents/`).
 */
import type { Finding, FindOptions, InspectorContext, PlannedWrite, SinkInspector, SinkRecord } from '@penstock/core'
import type { ElasticsearchSinkConfig } from '../config/config.ts'
import { ElasticsearchClient } from '../connection/client.ts'
import { actionLine, type WriteAction } from '../documents/action.ts'
import { isShared } from '../documents/document-id.ts'
import { type Route, Routes } from '../documents/routes.ts'
import { toWrite } from '../documents/write.ts'
import { DocumentSearch, type Hit } from './search.ts'

/** Ids in one request; so many requests at once. */
const chunkIds = 1_000
const mostAtOnce = 4

/** A record with what should be there of it. */
interface Sought {
  readonly record: SinkRecord
  readonly route: Route
  readonly action: WriteAction & { readonly id: string }
  /** Among the findings. */
  readonly at: number
}

export class ElasticsearchInspector implements SinkInspector {
  readonly #routes: Routes
  readonly #client: Pick<ElasticsearchClient, 'request' | 'urls' | 'close'>
  readonly #search: DocumentSearch

  constructor(
    config: ElasticsearchSinkConfig,
    { logger, signal }: Pick<InspectorContext, 'logger' | 'signal'>,
    client: Pick<ElasticsearchClient, 'request' | 'urls' | 'close'> = new ElasticsearchClient(config),
  ) {
    this.#routes = new Routes(config, logger)
    this.#client = client
    this.#search = new DocumentSearch({
      client,
      maxRetries: config['max.retries'],
      backoffMs: config['retry.backoff.ms'],
      maxBackoffMs: config['retry.backoff.max.ms'],
      logger,
      signal,
    })
  }

  preview(record: SinkRecord): PlannedWrite | null {
    // Bytes that are copied must be JSON all the same, or Elasticsearch refuses them.
    void record.value
    const route = this.#routes.of(record)
    const write = toWrite(record, route, () => false)
    if (write === null) return null
    const { action, source } = write
    const line = actionLine(action, route.index, route)
    const text = source === null ? line : `${line}\n${source.toString()}`
    return { action: action.type, target: route.index, id: action.id, text }
  }

  async find(records: readonly SinkRecord[], { within }: FindOptions): Promise<readonly Finding[]> {
    const findings: Finding[] = new Array(records.length)
    const byTarget = new Map<string, Sought[]>()
    records.forEach((record, at) => {
      const sought = this.#soughtFor(record, at)
      if ('kind' in sought) findings[at] = sought
      else {
        const target = within ?? sought.route.index
        const others = byTarget.get(target)
        if (others === undefined) byTarget.set(target, [sought])
        else others.push(sought)
      }
    })
    const chunks = [...byTarget].flatMap(([target, all]) => chunksOf(all).map((chunk) => ({ target, chunk })))
    await eachOf(chunks, async ({ target, chunk }) => {
      const hits = await this.#search.find(target, [...new Set(chunk.map(({ action }) => action.id))])
      for (const sought of chunk) findings[sought.at] = findingOf(sought, hits.get(sought.action.id) ?? [])
    })
    return findings
  }

  async close(): Promise<void> {
    await this.#client.close()
  }

  #soughtFor(record: SinkRecord, at: number): Sought | Finding {
    try {
      const route = this.#routes.of(record)
      const write = toWrite(record, route, () => true)
      if (write === null) return { kind: 'skipped' }
      const { action } = write
      const { id } = action
      if (id === null) return { kind: 'not_verifiable', why: 'Elasticsearch has made up the document ids itself' }
      return { record, route, action: { ...action, id }, at }
    } catch (error) {
      return { kind: 'refused', error }
    }
  }
}

/** What the documents of an id say of a record. */
function findingOf({ record, route, action }: Sought, hits: readonly Hit[]): Finding {
  if (hits.length > 1) return { kind: 'several', where: hits.map(({ index }) => index) }
  const [hit] = hits
  if (!isShared(route.id)) {
    const isThere = hit !== undefined
    return isThere !== (action.type === 'delete') ? { kind: 'once' } : missing(record)
  }
  const version = 'version' in action && action.version !== null ? BigInt(action.version.number) : null
  if (action.type === 'delete') {
    if (hit === undefined) return { kind: 'once' }
    if (version === null) return unsure('the document of a deleted record may have been written again')
    return hit.version > version ? { kind: 'once' } : { kind: 'missing' }
  }
  if (hit === undefined) {
    if (route.onNull === 'delete') return unsure('the document may have been deleted by a later record with its id')
    return missing(record)
  }
  if (action.type === 'create') return { kind: 'once' }
  if (version === null) return unsure('its document is there, but tells nothing of which records are in it')
  // The versions of a document only grow: a newer record of the id came after this one, or in its place.
  return hit.version >= version ? { kind: 'once' } : { kind: 'missing' }
}

/** What was sent as the bytes that it is may have been refused for them. */
function missing(record: SinkRecord): Finding {
  try {
    void record.value
    return { kind: 'missing' }
  } catch (error) {
    return { kind: 'refused', error }
  }
}

function unsure(why: string): Finding {
  return { kind: 'not_verifiable', why }
}

function chunksOf(all: readonly Sought[]): (readonly Sought[])[] {
  const count = Math.ceil(all.length / chunkIds)
  return Array.from({ length: count }, (_, chunk) => all.slice(chunk * chunkIds, (chunk + 1) * chunkIds))
}

async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  const workers = Array.from({ length: Math.min(mostAtOnce, left.length) }, async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
  })
  await Promise.all(workers)
}
