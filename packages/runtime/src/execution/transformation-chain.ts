import { type ConnectRecord, type Predicate, StageError, type Transformation } from '@penstock/core'

/** One link: a transformation, and the condition under which it applies. */
export interface ChainLink {
  readonly alias: string
  readonly className: string
  readonly transformation: Transformation
  readonly predicate: Predicate | null
  readonly negate: boolean
}

/** The transformations of a connector in their order. */
export class TransformationChain {
  readonly #links: readonly ChainLink[]

  constructor(links: readonly ChainLink[]) {
    this.#links = links
  }

  get isEmpty(): boolean {
    return this.#links.length === 0
  }

  /** The record after all transformations, null when one dropped it. Throws StageError. */
  apply<R extends ConnectRecord<R>>(record: R): R | null {
    let current: R | null = record
    for (const link of this.#links) {
      try {
        if (link.predicate !== null && link.predicate.test(current) === link.negate) continue
        current = link.transformation.apply(current)
      } catch (error) {
        // A value that can't be decoded keeps its own stage, although a transformation was the first to look at it.
        throw error instanceof StageError ? error : new StageError('TRANSFORMATION', link.className, error)
      }
      if (current === null) return null
    }
    return current
  }

  close(): void {
    for (const link of this.#links) link.transformation.close?.()
  }
}
