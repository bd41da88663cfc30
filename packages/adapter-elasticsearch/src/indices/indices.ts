/**
 * Sees to it that what documents are written to is there, and that its mapping knows the fields of their schemas. What
 * was found is remembered, for schemas as well, so that records cost no requests; index-requests.ts makes these.
 */
import {
  type Clock,
  ConnectError,
  DataError,
  isRetriable,
  type Logger,
  LruCache,
  RetriableError,
  type Schema,
  stringifyJson,
} from '@penstock/core'
import { IndexMaker, type MakingConfig } from './index-maker.ts'
import { type Found, IndexRequests, type RequestClient } from './index-requests.ts'
import type { Mapping } from './mapping.ts'
import { type Conflict, compareMappings, mergeMappings } from './mapping-comparison.ts'
import type { Resource } from './resources.ts'

export interface IndicesOptions {
  readonly client: RequestClient
  readonly config: MakingConfig
  readonly clock: Clock
  readonly logger: Pick<Logger, 'info' | 'warn'>
  readonly signal: AbortSignal
}

/** What is known of a resource as it was found or made. */
interface SetUp {
  found: Found | 'made'
  /** Null until it was asked for. */
  mapping: Mapping | null
  /** Schemas whose fields the mapping has, with those it has otherwise. */
  readonly schemas: LruCache<Schema, readonly Conflict[]>
}

interface State {
  readonly resource: Resource
  /** Null when it has to be looked up again. */
  setUp: SetUp | null
  /** By their JSON: fields that Elasticsearch would not map, and why; asked again after a while. */
  readonly refusals: LruCache<string, { readonly reason: string; readonly until: number }>
  /** Conflicts that were warned of. */
  readonly told: Set<string>
  /** Documents could be written to it before. */
  wasThere: boolean
  /** Being made again. */
  remaking: Promise<void> | null
  /** All that the schemas so far asked for: to be put again should the index be made anew. */
  wanted: Mapping | null
  /** It has a mapping or settings of ours, so that it matters whether it was made anew. */
  watched: boolean
  /** Written to since the last check. */
  used: boolean
}

const mostIndices = 10_000
const mostSchemas = 64
const mostTold = 1000
const checkEveryMs = 5000
/** A check holds up a `put`, and with it the consumer. */
const longestCheckMs = 5000
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

  /** Says that the resource is about to be written to; false when it is not set up, see {@link ensureExists}. */
  use(resource: Resource): boolean {
    const state = this.#states.get(resource.name)
    if (state?.setUp == null) return false
    state.used = true
    return true
  }

  /** Whether the mapping knows the fields of the schema as far as it can. */
  isMapped(resource: Resource, schema: Schema): boolean {
    return this.#states.get(resource.name)?.setUp?.schemas.get(schema) !== undefined
  }

  /**
   * Creates what is missing, unless it is somebody else's to make. The error of what can't be made is retriable where
   * that was there before.
   */
  async ensureExists(resource: Resource): Promise<void> {
    const state = this.#stateOf(resource)
    state.used = true
    if (state.setUp !== null) return
    if (this.#maker.settings !== null || resource.kind === 'rollover') state.watched = true
    try {
      state.setUp = newSetUp(await this.#maker.findOrMake(resource))
      state.wasThere = true
    } catch (error) {
      // What documents were written to may come back, as what it was: worth waiting for.
      if (!state.wasThere || !(error instanceof ConnectError) || isRetriable(error)) throw error
      throw new RetriableError(error.code, error.message, { cause: error })
    }
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
    // Should the index be found gone meanwhile, this is not said of the one that follows.
    const { setUp } = state
    state.watched = true
    const { conflicts, refusal } = await this.#extend(state, wanted)
    this.#warn(state, conflicts, where)
    if (refusal !== null) {
      throw new DataError(
        'elasticsearch.mapping_refused',
        `the schema of record ${where} has fields that can't be added to the mapping of ${resource.name}: ${refusal}`,
      )
    }
    setUp?.schemas.set(schema, conflicts)
    state.wanted = state.wanted === null ? wanted : mergeMappings(state.wanted, wanted)
  }

  /** How the mapping differs from the schema in a field that `reason` is about; null when it doesn't. */
  explain(index: string, schema: Schema | null, reason: string): string | null {
    const conflicts = schema === null ? undefined : this.#states.get(index)?.setUp?.schemas.get(schema)
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
    await this.#checkSome(used, now + longestCheckMs)
    this.#checkAt = this.#options.clock.now() + Math.max(checkEveryMs, used.length * msPerCheckedIndex)
  }

  async #checkSome(used: readonly State[], until: number): Promise<void> {
    for (const state of used) {
      if (this.#options.clock.now() >= until) return
      const { name } = state.resource
      if (this.#states.get(name) !== state) continue
      // To the end: those that are not come to this time are the first of the next.
      this.#states.delete(name)
      this.#states.set(name, state)
      state.used = false
      let found: Found | null
      try {
        found = await this.#requests.find(name)
      } catch {
        // Requests with documents are going to say what is wrong.
        return
      }
      this.#noteFound(state, found)
    }
  }

  /** Elasticsearch says that there is no such index: makes it again, with all that was in its mapping for our schemas. */
  async remake(name: string): Promise<void> {
    const state = this.#states.get(name)
    if (state === undefined) return
    // Several requests under way hear of it at once.
    state.remaking ??= this.#remake(state).finally(() => {
      state.remaking = null
    })
    await state.remaking
  }

  async #remake(state: State): Promise<void> {
    this.#options.logger.warn(`${state.resource.name} is gone while documents are written to it; it is set up again`)
    state.setUp = null
    await this.ensureExists(state.resource)
    if (state.wanted !== null) await this.#extend(state, state.wanted)
  }

  #stateOf(resource: Resource): State {
    const { name } = resource
    let state = this.#states.get(name)
    if (state === undefined) {
      if (this.#states.size >= mostIndices) this.#states.clear()
      state = newState(resource)
      this.#states.set(name, state)
    }
    return state
  }

  /** Puts what the mapping lacks. Another task may do so at the same time, so a refusal is looked into once. */
  async #extend(state: State, wanted: Mapping): Promise<{ conflicts: readonly Conflict[]; refusal: string | null }> {
    for (let attempt = 0; ; attempt++) {
      const { setUp, found, mapping } = await this.#lookedUp(state)
      const { missing, conflicts } = compareMappings(wanted, mapping)
      if (missing === null) return { conflicts, refusal: null }
      const fields = stringifyJson(missing)
      const refused = state.refusals.get(fields)
      if (refused !== undefined && this.#options.clock.now() < refused.until) {
        return { conflicts, refusal: refused.reason }
      }
      const { name, kind } = state.resource
      const onlyWriteIndex = kind === 'data stream' || found.kind !== 'index'
      const refusal = await this.#requests.putMapping(name, fields, onlyWriteIndex)
      if (refusal === null) {
        setUp.mapping = mergeMappings(mapping, missing)
        return { conflicts, refusal }
      }
      if (attempt > 0) {
        state.refusals.set(fields, { reason: refusal, until: this.#options.clock.now() + refusedAgainMs })
        return { conflicts, refusal }
      }
      setUp.mapping = null
    }
  }

  /** What is set up, as it is: asked for where that is not known. */
  async #lookedUp(state: State): Promise<{ setUp: SetUp; found: Found; mapping: Mapping }> {
    const { name } = state.resource
    const found =
      state.setUp === null || state.setUp.found === 'made' ? await this.#requests.find(name) : state.setUp.found
    if (found === null) {
      state.setUp = null
      throw new RetriableError('elasticsearch.unavailable', `${name} was deleted while its mapping was seen to`)
    }
    state.setUp ??= newSetUp(found)
    const { setUp } = state
    setUp.found = found
    const { writeIndex } = found
    const mapping = setUp.mapping ?? (writeIndex === null ? {} : await this.#requests.mapping(name, writeIndex))
    setUp.mapping = mapping
    return { setUp, found, mapping }
  }

  /** What a look at the resource has shown. */
  #noteFound(state: State, found: Found | null): void {
    const { setUp, resource } = state
    if (setUp === null) return
    const { name } = resource
    if (found === null) {
      this.#options.logger.warn(`${name} is gone; it is set up again for its next record`)
      state.setUp = null
    } else if (setUp.found === 'made') setUp.found = found
    else if (found.uuid !== setUp.found.uuid) {
      this.#options.logger.info(
        `documents of ${name} now go to another index, ${found.writeIndex}; its mapping is seen to`,
      )
      state.setUp = null
    }
  }

  #warn({ resource, told }: State, conflicts: readonly Conflict[], where: string): void {
    const texts = conflicts.map((conflict) => describe(conflict, resource.name)).filter((text) => !told.has(text))
    if (texts.length === 0) return
    if (told.size > mostTold) told.clear()
    for (const text of texts) told.add(text)
    this.#options.logger.warn(
      `${texts.join('; ')}. Elasticsearch never changes the type of a field: values that it can read as the old type are written, others are refused. To change it, write to a new index, or reindex`,
      { record: where },
    )
  }
}

function newState(resource: Resource): State {
  return {
    resource,
    setUp: null,
    refusals: new LruCache(mostSchemas),
    told: new Set(),
    wasThere: false,
    remaking: null,
    wanted: null,
    watched: false,
    used: false,
  }
}

function newSetUp(found: Found | 'made'): SetUp {
  return { found, mapping: null, schemas: new LruCache(mostSchemas) }
}

function describe({ path, has, wants }: Conflict, index: string): string {
  return `field ${path} of ${index} is ${has}, the schema of the record asks for ${wants}`
}
