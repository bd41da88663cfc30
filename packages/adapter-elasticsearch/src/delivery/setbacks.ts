/** Tells of requests that have to be sent again: counts them by what is wrong, and warns of each reason now and then. */
import type { SinkTaskContext } from '@penstock/core'
import type { Trouble } from './verdict.ts'

const everyMs = 60_000
/** Reasons told of within {@link everyMs}: with more of them the log would say nothing any more. */
const mostReasons = 20

const words: Readonly<Record<Trouble, string>> = {
  unreachable: 'Elasticsearch can not be reached',
  overloaded: 'Elasticsearch is overloaded',
  access_denied: 'Elasticsearch denies access',
  index_unavailable: 'an index can not be written to',
  server_error: 'Elasticsearch has an error of its own',
  bad_answer: 'the answer is not one of Elasticsearch to a bulk request',
  request_refused: 'requests are refused, not because of a document',
  conflict: 'another writer changes the same documents',
}

export class Setbacks {
  readonly #context: Pick<SinkTaskContext, 'count' | 'logger' | 'clock'>
  /** By what the reason says, whatever the document or connection. */
  readonly #toldAt = new Map<string, number>()

  constructor(context: Pick<SinkTaskContext, 'count' | 'logger' | 'clock'>) {
    this.#context = context
  }

  note(trouble: Trouble, reason: string): void {
    const { clock, logger } = this.#context
    this.#context.count(`setbacks_${trouble}`)
    // A single conflict is everyday life where several write to one document.
    if (trouble === 'conflict') return
    const now = clock.now()
    for (const [gist, at] of this.#toldAt) if (now - at >= everyMs) this.#toldAt.delete(gist)
    const gist = `${trouble} ${reason.replace(/\d+/g, '').slice(-100)}`
    if (this.#toldAt.has(gist) || this.#toldAt.size >= mostReasons) return
    this.#toldAt.set(gist, now)
    logger.warn(`${words[trouble]}; documents are sent again`, { reason })
  }
}
