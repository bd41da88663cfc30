/** A connector's `transforms`: `build-pipeline.ts` makes it of the config, records walk it in `chain-walk.ts`. */
import { type ConnectRecord, type Predicate, StageError, type Transformation, type Transformed } from '@penstock/core'

/** One link: a transformation, and the condition under which it applies. */
export interface ChainLink {
  readonly alias: string
  readonly className: string
  readonly transformation: Transformation
  readonly predicate: Predicate | null
  readonly negate: boolean
}

/** The transformations of a connector in their order. Records walk it in `chain-walk.ts`. */
export class TransformationChain {
  readonly #links: readonly ChainLink[]

  constructor(links: readonly ChainLink[]) {
    this.#links = links
  }

  get length(): number {
    return this.#links.length
  }

  /** The links in their order, for those who show what each of them does. */
  get links(): readonly Pick<ChainLink, 'alias' | 'className'>[] {
    return this.#links
  }

  /** What one link makes of a record. Throws StageError, or rejects with one. */
  step<R extends ConnectRecord<R>>(index: number, record: R): Transformed<R> | Promise<Transformed<R>> {
    const link = this.#links[index] as ChainLink
    try {
      if (link.predicate !== null && link.predicate.test(record) === link.negate) return record
      const made = link.transformation.apply(record)
      return made instanceof Promise ? made.catch((error: unknown) => Promise.reject(staged(error, link))) : made
    } catch (error) {
      throw staged(error, link)
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#links.map(async (link) => link.transformation.close?.()))
  }
}

/** A value that can't be decoded keeps its own stage, although a transformation was the first to look at it. */
function staged(error: unknown, { className }: ChainLink): StageError {
  return error instanceof StageError ? error : new StageError('TRANSFORMATION', className, error)
}
