/**
 * Sees to it that what documents are written to is there, and that its mapping knows the fields of their schemas. What
 * was found is remembered, for schemas as well, so that records cost no requests; index-requests.ts makes these.
 */
import { type Clock, DataError, type Logger, LruCache, RetriableError, type Schema } from '@penstock/core'
import { IndexMaker, type MakingConfig } from './index-maker.ts'
import { type Found, IndexRequests, type RequestClient } from './index-requests.ts'
import type { Mapping } from './mapping.ts'
import { type Comparison, type Conflict, compareMappings, mergeMappings } from './mapping-comparison.ts'
import type { Resource } from './resources.ts'

export interface IndicesOptions {
  readonly client: RequestClient
  readonly config: MakingConfig
  readonly clock: Clock
  readonly logger: Pick<Logger, 'info' | 'warn'>
  readonly signal: AbortSignal
}

/** What the schema of a record came to. */
interface Verdict {
  readonly conflicts: readonly Conflict[]
  /** Why its fields can't be mapped, so that its records are refused; asked again after a while. */
  readonly refusal: string | null
  readonly until: number
}

interface State {
  readonly resource: Resource
  verdicts: LruCache<Schema, Verdict>
  /** What was found; null when that has to be looked up again. */
  found: Found | 'made' | null
  mapping: Mapping | null
  /** All that the schemas so far asked for: to be put again should the index be made anew. */
  wanted: Mapping | null
  /** It has a mapping or settings of ours, so that it matters whether it was made anew. */
  watched: boolean
  /** Written to since the last check. */
  used: boolean
}

const mostIndices = 10_000
const mostSchemas = 64
const checkEveryMs = 5000
/** However many indices there are: so many checks a second at most. */
const msPerCheckedIndex = 100
const refusedAgainMs = 30_000

export class Indices {
  readonly #requests: IndexRequests
  readonly #options: IndicesOptions
  readonly #maker: IndexMaker
  readonly #states = new Map<string, State>()
  #checkAt = 0

  constructor(options: IndicesOptions) {
    this.#options = options
    this.#requests = new IndexRequests(options.client, options.signal)
    this.#maker = new IndexMaker(this.#requests, options.config)
  }

  /** Whether the resource was set up, and may be written to. */
  has(resource: Resource): boolean {
    const state = this.#states.get(resource.name)
    if (state?.found == null) return false
    state.used = true
    return true
  }

  /** Whether the mapping knows the fields of the schema as far as it can. */
  isMapped(resource: Resource, schema: Schema): boolean {
    const state = this.#states.get(resource.name)
    return state?.found != null && state.verdicts.get(schema)?.refusal === null
  }

  /** Creates what is missing, unless it is somebody else's to make. */
  async ensureExists(resource: Resource): Promise<void> {
    const state = this.#stateOf(resource)
    state.used = true
    if (state.found !== null) return
    if (this.#maker.settings !== null || resource.kind === 'rollover') state.watched = true
    state.found = await this.#maker.findOrMake(resource)
  }

  /**
   * Adds to the mapping what a schema has and the index has not. Throws DataError when Elasticsearch refuses that: then
   * records of the schema can't be written, others can.
   */
  async ensureMapping(
    resource: Resource,
    { schema, mapping: wanted }: { readonly schema: Schema; readonly mapping: Mapping },
    where: string,
  ): Promise<void> {
    const state = this.#stateOf(resource)
    let verdict = state.verdicts.get(schema)
    if (verdict === undefined || (verdict.refusal !== null && this.#options.clock.now() >= verdict.until)) {
      state.watched = true
      const { conflicts, refusal } = await this.#extend(state, wanted)
      verdict = { conflicts, refusal, until: this.#options.clock.now() + refusedAgainMs }
      state.verdicts.set(schema, verdict)
      if (refusal === null) state.wanted = state.wanted === null ? wanted : mergeMappings(state.wanted, wanted)
      if (conflicts.length > 0) this.#warn(resource, conflicts, where)
    }
    if (verdict.refusal !== null) {
      throw new DataError(
        'elasticsearch.mapping_refused',
        `the schema of record ${where} has fields that can't be added to the mapping of ${resource.name}: ${verdict.refusal}`,
      )
    }
  }

  /** How the mapping differs from the schema in a field that `reason` is about; null when it doesn't. */
  explain(index: string, schema: Schema | null, reason: string): string | null {
    const conflicts = schema === null ? undefined : this.#states.get(index)?.verdicts.get(schema)?.conflicts
    const about = conflicts?.find(({ path }) => reason.includes(`[${path}]`))
    return about === undefined ? null : describe(about, index)
  }

  /**
   * Looks whether the indices written to since the last time are still those that were set up; one that is not is set up
   * again for its next record. Meanwhile Elasticsearch may have made an index by itself, without our mapping.
   */
  async check(): Promise<void> {
    const now = this.#options.clock.now()
    if (now < this.#checkAt) return
    const used = [...this.#states.values()].filter((state) => state.watched && state.used)
    this.#checkAt = now + Math.max(checkEveryMs, used.length * msPerCheckedIndex)
    for (const state of used) {
      state.used = false
      let found: Found | null
      try {
        found = await this.#requests.find(state.resource.name)
      } catch {
        // Requests with documents are going to say what is wrong.
        return
      }
      this.#compare(state, found)
    }
  }

  /** Elasticsearch says that there is no such index: makes it again, with all that was in its mapping for our schemas. */
  async remake(name: string): Promise<void> {
    const state = this.#states.get(name)
    if (state === undefined) return
    this.#options.logger.warn(`${name} is gone while documents are written to it; it is set up again`)
    forget(state)
    await this.ensureExists(state.resource)
    if (state.wanted !== null) await this.#extend(state, state.wanted)
  }

  #stateOf(resource: Resource): State {
    const { name } = resource
    let state = this.#states.get(name)
    if (state === undefined) {
      if (this.#states.size >= mostIndices) this.#states.clear()
      const verdicts = new LruCache<Schema, Verdict>(mostSchemas)
      state = { resource, verdicts, found: null, mapping: null, wanted: null, watched: false, used: false }
      this.#states.set(name, state)
    }
    return state
  }

  /** Puts what the mapping lacks. Another task may do so at the same time, so a refusal is looked into once. */
  async #extend(state: State, wanted: Mapping): Promise<{ conflicts: readonly Conflict[]; refusal: string | null }> {
    for (let attempt = 0; ; attempt++) {
      const { missing, conflicts } = await this.#compareWith(state, wanted)
      if (missing === null) return { conflicts, refusal: null }
      const { name, kind } = state.resource
      const onlyWriteIndex = kind === 'data stream' || (state.found !== 'made' && state.found?.kind !== 'index')
      const refusal = await this.#requests.putMapping(name, missing, onlyWriteIndex)
      if (refusal === null) {
        state.mapping = mergeMappings(state.mapping ?? {}, missing)
        return { conflicts, refusal }
      }
      state.mapping = null
      if (attempt > 0) return { conflicts, refusal }
    }
  }

  async #compareWith(state: State, wanted: Mapping): Promise<Comparison> {
    const { name } = state.resource
    if (state.found === null || state.found === 'made') {
      const found = await this.#requests.find(name)
      if (found === null) {
        forget(state)
        throw new RetriableError('elasticsearch.unavailable', `${name} was deleted while its mapping was seen to`)
      }
      state.found = found
    }
    const { writeIndex } = state.found
    state.mapping ??= writeIndex === null ? {} : await this.#requests.mapping(name, writeIndex)
    return compareMappings(wanted, state.mapping)
  }

  #compare(state: State, found: Found | null): void {
    if (state.found === null) return
    const { name } = state.resource
    if (found === null) {
      this.#options.logger.warn(`${name} is gone; it is set up again for its next record`)
      forget(state)
    } else if (state.found === 'made') state.found = found
    else if (found.uuid !== state.found.uuid) {
      this.#options.logger.info(
        `documents of ${name} now go to another index, ${found.writeIndex}; its mapping is seen to`,
      )
      forget(state)
    }
  }

  #warn({ name }: Resource, conflicts: readonly Conflict[], where: string): void {
    const texts = conflicts.map((conflict) => describe(conflict, name)).join('; ')
    this.#options.logger.warn(
      `${texts}. Elasticsearch never changes the type of a field: values that it can read as the old type are written, others are refused. To change it, write to a new index, or reindex`,
      { record: where },
    )
  }
}

function forget(state: State): void {
  state.found = null
  state.mapping = null
  state.verdicts = new LruCache(mostSchemas)
}

function describe({ path, has, wants }: Conflict, index: string): string {
  return `field ${path} of ${index} is ${has}, the schema of the record asks for ${wants}`
}
