import { parseJson, type SourceOffset, type SourcePartition, stringifyJson } from '@penstock/core'

/** Positions by connector and source partition, kept as the JSON texts that they are stored as: those are their identity. */
export class OffsetTable {
  readonly #offsets = new Map<string, Map<string, string>>()

  get(connector: string, partition: SourcePartition): SourceOffset | null {
    const text = this.#offsets.get(connector)?.get(stringifyJson(partition))
    return text === undefined ? null : parseOffset(text)
  }

  all(connector: string): { partition: SourcePartition; offset: SourceOffset }[] {
    return [...(this.#offsets.get(connector) ?? [])].flatMap(([partition, text]) => {
      const offset = parseOffset(text)
      return offset === null ? [] : [{ partition: parseJson(partition) as SourcePartition, offset }]
    })
  }

  /** Takes the JSON texts of a partition and its offset; null takes the position away. */
  set(connector: string, partition: string, offset: string | null): void {
    const ofConnector = this.#offsets.get(connector)
    if (offset !== null) {
      if (ofConnector === undefined) this.#offsets.set(connector, new Map([[partition, offset]]))
      else ofConnector.set(partition, offset)
      return
    }
    ofConnector?.delete(partition)
    if (ofConnector?.size === 0) this.#offsets.delete(connector)
  }

  /** Another table with the same positions. */
  copy(): OffsetTable {
    const copy = new OffsetTable()
    for (const [connector, offsets] of this.#offsets) copy.#offsets.set(connector, new Map(offsets))
    return copy
  }

  /** Every position as JSON texts; those of one connector follow each other. */
  *texts(): Iterable<{ readonly connector: string; readonly partition: string; readonly offset: string }> {
    for (const [connector, offsets] of this.#offsets) {
      for (const [partition, offset] of offsets) yield { connector, partition, offset }
    }
  }
}

function parseOffset(text: string): SourceOffset | null {
  try {
    const parsed = parseJson(text)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as SourceOffset) : null
  } catch {
    return null
  }
}
