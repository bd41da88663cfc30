/** A schema registry in memory. Everything is compatible; what is asked of it is counted. */
import { DataError } from '@penstock/core'
import type { SchemaDefinition, SchemaReference, SchemaRegistry, SchemaSource } from '../registry/schema-registry.ts'

export class MemoryRegistry implements SchemaRegistry {
  /** Names of the calls so far. */
  readonly calls: string[] = []
  readonly #schemas: SchemaDefinition[] = []
  readonly #subjects = new Map<string, number[]>()

  /** Registers without being asked by a converter; gives the id. */
  add(subject: string, { kind, text, references = [] }: Partial<SchemaDefinition> & { text: string }): number {
    const definition = { kind: kind ?? 'AVRO', text, references }
    let id = this.#schemas.findIndex((known) => JSON.stringify(known) === JSON.stringify(definition)) + 1
    if (id === 0) id = this.#schemas.push(definition)
    const ids = this.#subjects.get(subject) ?? []
    if (!ids.includes(id)) this.#subjects.set(subject, [...ids, id])
    return id
  }

  text(id: number): string {
    return this.#definition(id).text
  }

  async schemaById(id: number): Promise<SchemaSource> {
    this.calls.push(`schemaById ${id}`)
    return this.#source(this.#definition(id))
  }

  async versionOf(id: number, subject: string): Promise<number | null> {
    this.calls.push(`versionOf ${id} ${subject}`)
    const index = this.#subjects.get(subject)?.indexOf(id) ?? -1
    return index < 0 ? null : index + 1
  }

  async latest(subject: string): Promise<{ readonly id: number; readonly source: SchemaSource }> {
    this.calls.push(`latest ${subject}`)
    const id = this.#subjects.get(subject)?.at(-1)
    if (id === undefined) throw new DataError('schema_registry.not_found', `no subject ${subject}`)
    return { id, source: this.#source(this.#definition(id)) }
  }

  async register(subject: string, definition: SchemaDefinition): Promise<number> {
    this.calls.push(`register ${subject}`)
    return this.add(subject, definition)
  }

  async lookUp(subject: string, definition: SchemaDefinition): Promise<number> {
    this.calls.push(`lookUp ${subject}`)
    const id = this.#subjects.get(subject)?.find((known) => this.#definition(known).text === definition.text)
    if (id === undefined) throw new DataError('schema_registry.not_registered', `not in subject ${subject}`)
    return id
  }

  async close(): Promise<void> {
    this.calls.push('close')
  }

  #definition(id: number): SchemaDefinition {
    const found = this.#schemas[id - 1]
    if (found === undefined) throw new DataError('schema_registry.not_found', `no schema ${id}`)
    return found
  }

  #source(definition: SchemaDefinition): SchemaSource {
    const used = new Map<string, string>()
    const visit = (references: readonly SchemaReference[]): void => {
      for (const { name, subject, version } of references) {
        const other = this.#definition(this.#subjects.get(subject)?.[version - 1] ?? 0)
        visit(other.references)
        used.set(name, other.text)
      }
    }
    visit(definition.references)
    return { ...definition, used: [...used].map(([name, text]) => ({ name, text })) }
  }
}
