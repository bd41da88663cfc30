/** The indices, aliases, data streams and mappings of the fake Elasticsearch. */

interface FakeIndex {
  readonly uuid: string
  readonly settings: unknown
  readonly dataStream: string | null
  mapping: FakeMapping
}

interface FakeMapping {
  readonly [name: string]: unknown
  readonly properties?: Readonly<Record<string, FakeMapping>>
}

interface Answer {
  readonly status: number
  readonly body: object | null
}

export class FakeIndices {
  readonly #indices = new Map<string, FakeIndex>()
  /** The write index of each alias. */
  readonly aliases = new Map<string, string>()
  /** Mappings that new indices begin with, by the beginning of their names. */
  readonly templates = new Map<string, FakeMapping>()
  /** Whether an index template makes data streams. */
  makesDataStreams = true
  /** Whether documents make the index they are for. */
  autoCreates = true
  #made = 0

  names(): string[] {
    return [...this.#indices.keys()]
  }

  mapping(name: string): FakeMapping | undefined {
    return this.#indices.get(this.#writeIndex(name))?.mapping
  }

  settings(name: string): unknown {
    return this.#indices.get(name)?.settings
  }

  make(name: string, mapping?: FakeMapping, settings: unknown = {}, dataStream: string | null = null): void {
    const template = [...this.templates].find(([prefix]) => name.startsWith(prefix))?.[1]
    const uuid = `uuid-${++this.#made}`
    this.#indices.set(name, { uuid, settings, dataStream, mapping: mapping ?? template ?? {} })
  }

  delete(name: string): void {
    this.#indices.delete(name)
    for (const [alias, index] of this.aliases) if (index === name) this.aliases.delete(alias)
  }

  /** What keeps a document from being written, if anything does. */
  writtenTo(item: {
    index: string
    requireAlias: boolean
  }): { status: number; type: string; reason: string } | undefined {
    if (item.requireAlias ? this.aliases.has(item.index) : this.#indices.has(this.#writeIndex(item.index)))
      return undefined
    if (item.requireAlias || !this.autoCreates)
      return { status: 404, type: 'index_not_found_exception', reason: `no such index [${item.index}]` }
    this.make(item.index)
    return undefined
  }

  answer(method: string, path: string, body: string): Answer {
    const [first = '', second] = path.slice(1).split('/').map(decodeURIComponent)
    if (first === '_data_stream' && second !== undefined) return this.#makeDataStream(second)
    if (second === '_mapping') return method === 'PUT' ? this.#putMapping(first, body) : this.#mappings(first)
    return method === 'PUT' ? this.#create(first, body) : this.#find(first)
  }

  #find(name: string): Answer {
    const writeIndex = this.#writeIndex(name)
    const index = this.#indices.get(writeIndex)
    if (index === undefined) return failed(404, 'index_not_found_exception', `no such index [${name}]`)
    const aliases = this.aliases.get(name) === writeIndex ? { [name]: { is_write_index: true } } : {}
    const stream = index.dataStream === null ? {} : { data_stream: index.dataStream }
    return { status: 200, body: { [writeIndex]: { aliases, settings: { index: { uuid: index.uuid } }, ...stream } } }
  }

  #create(name: string, body: string): Answer {
    if (this.#indices.has(name))
      return failed(400, 'resource_already_exists_exception', `index [${name}] already exists`)
    const { settings = {}, aliases = {} } = (body === '' ? {} : JSON.parse(body)) as {
      settings?: object
      aliases?: object
    }
    this.make(name, undefined, settings)
    for (const alias of Object.keys(aliases)) this.aliases.set(alias, name)
    return { status: 200, body: { acknowledged: true } }
  }

  #makeDataStream(name: string): Answer {
    if (!this.makesDataStreams) {
      return failed(400, 'illegal_argument_exception', `no matching index template found for data stream [${name}]`)
    }
    this.make(`.ds-${name}-000001`, undefined, {}, name)
    return { status: 200, body: { acknowledged: true } }
  }

  #mappings(name: string): Answer {
    const index = this.#writeIndex(name)
    const found = this.#indices.get(index)
    if (found === undefined) return failed(404, 'index_not_found_exception', `no such index [${name}]`)
    return { status: 200, body: { [index]: { mappings: found.mapping } } }
  }

  #putMapping(name: string, body: string): Answer {
    const index = this.#indices.get(this.#writeIndex(name))
    if (index === undefined) return failed(404, 'index_not_found_exception', `no such index [${name}]`)
    const added = (JSON.parse(body) as FakeMapping).properties ?? {}
    const present = index.mapping.properties ?? {}
    const changed = Object.keys(added).find(
      (field) => present[field]?.type !== undefined && present[field].type !== added[field]?.type,
    )
    if (changed !== undefined) {
      const types = `from type [${present[changed]?.type}] to [${added[changed]?.type}]`
      return failed(400, 'illegal_argument_exception', `mapper [${changed}] cannot be changed ${types}`)
    }
    index.mapping = { ...index.mapping, properties: merged(present, added) }
    return { status: 200, body: { acknowledged: true } }
  }

  #writeIndex(name: string): string {
    const ofStream = [...this.#indices].findLast(([, { dataStream }]) => dataStream === name)?.[0]
    return this.aliases.get(name) ?? ofStream ?? name
  }
}

type Fields = Readonly<Record<string, FakeMapping>>

function merged(present: Fields, added: Fields): Fields {
  const fields: Record<string, FakeMapping> = { ...present }
  for (const [name, field] of Object.entries(added)) {
    const own = present[name]
    fields[name] =
      own?.properties === undefined ? field : { ...own, properties: merged(own.properties, field.properties ?? {}) }
  }
  return fields
}

function failed(status: number, type: string, reason: string): Answer {
  return { status, body: { error: { type, reason } } }
}
