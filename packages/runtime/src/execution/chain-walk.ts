/**
 * Records on their way through a transformation chain. Usually each is changed at once; a transformation may also give
 * several records, or a promise, and a failure may be tried again: always from the link that failed, because one before
 * it may remember what it has seen.
 */
import type { ConnectRecord, Transformed } from '@penstock/core'
import type { TransformationChain } from './transformation-chain.ts'

/** The records that one record became, in order; a promise where something had to be waited for. */
export type Walked<R> = Transformed<R> | Promise<Transformed<R>>

/** Goes on after a link has failed: its result after all, or null for a record that is skipped. May reject. */
export type Recover<R> = (record: R, attempt: () => Walked<R>, error: unknown) => Promise<Transformed<R>>

export class ChainWalk<R extends ConnectRecord<R>> {
  readonly #chain: TransformationChain
  /** By link: resolves when the last record that waited there has passed, so that nobody overtakes. */
  readonly #turns = new Map<number, Promise<void>>()

  constructor(chain: TransformationChain) {
    this.#chain = chain
  }

  /** Sends a record on its way from a link on. Records of one batch keep their order at every link. */
  from(index: number, record: R, recover: Recover<R>): Walked<R> {
    let current = record
    for (let link = index; link < this.#chain.length; link++) {
      const next = this.#step(link, current, recover)
      if (next instanceof Promise || this.#turns.has(link)) return this.#wait(link, next, recover)
      if (next === null) return null
      if (isSeveral(next)) return this.#each(link + 1, next, recover)
      current = next
    }
    return current
  }

  /** Nobody is under way any more: the next batch starts with free links. */
  endBatch(): void {
    this.#turns.clear()
  }

  /** One link's result, after another try where the first has failed. */
  #step(link: number, record: R, recover: Recover<R>): Walked<R> {
    const again = (error: unknown): Promise<Transformed<R>> =>
      recover(record, () => this.#chain.step(link, record), error)
    try {
      const next = this.#chain.step(link, record)
      return next instanceof Promise ? next.catch(again) : next
    } catch (error) {
      return again(error)
    }
  }

  async #wait(link: number, pending: Walked<R>, recover: Recover<R>): Promise<Transformed<R>> {
    const before = this.#turns.get(link)
    let pass: () => void = () => {}
    this.#turns.set(
      link,
      new Promise((resolve) => {
        pass = resolve
      }),
    )
    try {
      const made = await pending
      await before
      if (made === null) return null
      // Not awaited here: the next record may pass as soon as this one has gone on.
      return isSeveral(made) ? this.#each(link + 1, made, recover) : this.from(link + 1, made, recover)
    } finally {
      pass()
    }
  }

  #each(link: number, parts: readonly R[], recover: Recover<R>): Walked<R> {
    const walked = parts.map((part, index) => this.from(link, part.asPart(index), recover))
    return walked.some((part) => part instanceof Promise)
      ? Promise.all(walked).then(flattened)
      : flattened(walked as Transformed<R>[])
  }
}

function isSeveral<R>(made: R | readonly R[]): made is readonly R[] {
  return Array.isArray(made)
}

function flattened<R>(parts: readonly Transformed<R>[]): readonly R[] {
  return parts.flatMap((part) => (part === null ? [] : part)) as R[]
}
