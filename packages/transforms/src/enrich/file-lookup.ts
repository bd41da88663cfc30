import { readFile, stat } from 'node:fs/promises'
import { type Clock, DataError, type JsonValue, messageOf, parseJson, RetriableError } from '@penstock/core'
import { isMap } from '../fields.ts'
import { parseCsv } from './csv.ts'
import type { Lookup } from './lookup.ts'

export interface FileOptions {
  /** A `.csv` file with names in its first line, or JSON. */
  readonly path: string
  /** The column or member that holds the key; null for a JSON object whose names are the keys. */
  readonly keyName: string | null
  /** How often to look whether the file has changed. */
  readonly checkMs: number
}

/** Looks up in a file that is read into memory, and again when it has changed. */
export class FileLookup implements Lookup {
  readonly #options: FileOptions
  readonly #clock: Clock
  #entries: ReadonlyMap<string, JsonValue> | null = null
  #version = ''
  #nextCheck = Number.NEGATIVE_INFINITY
  #checking: Promise<void> | null = null

  constructor(options: FileOptions, clock: Clock) {
    this.#options = options
    this.#clock = clock
  }

  find(key: string): JsonValue | null | Promise<JsonValue | null> {
    if (this.#entries !== null && this.#clock.now() < this.#nextCheck) return this.#entries.get(key) ?? null
    this.#checking ??= this.#check().finally(() => {
      this.#checking = null
    })
    return this.#checking.then(() => this.#entries?.get(key) ?? null)
  }

  async close(): Promise<void> {}

  async #check(): Promise<void> {
    const { path, keyName, checkMs } = this.#options
    try {
      const { mtimeMs, size, ino } = await stat(path)
      const version = `${mtimeMs} ${size} ${ino}`
      if (version !== this.#version) {
        const text = await readFile(path, 'utf8')
        this.#entries = path.toLowerCase().endsWith('.csv') ? csvEntries(text, keyName) : jsonEntries(text, keyName)
        this.#version = version
      }
    } catch (cause) {
      // What was read before serves on while somebody rewrites the file.
      if (this.#entries === null) {
        throw new RetriableError(
          'enrich.file_unreadable',
          `the file ${path} can't be used for look-ups: ${messageOf(cause)}`,
          { cause },
        )
      }
    }
    this.#nextCheck = this.#clock.now() + checkMs
  }
}

/** By the first column where none is named. Values are objects of texts. */
function csvEntries(text: string, keyName: string | null): Map<string, JsonValue> {
  const [names, ...rows] = parseCsv(text)
  if (names === undefined) return new Map()
  const keyIndex = keyName === null ? 0 : names.indexOf(keyName)
  if (keyIndex < 0) throw unknownKey(keyName)
  const entries = new Map<string, JsonValue>()
  for (const row of rows) {
    entries.set(row[keyIndex] ?? '', Object.fromEntries(names.map((name, i) => [name, row[i] ?? null])))
  }
  return entries
}

function jsonEntries(text: string, keyName: string | null): Map<string, JsonValue> {
  const json = parseJson(text)
  if (keyName === null) {
    if (isMap(json)) return new Map(Object.entries(json as Record<string, JsonValue>))
    throw new DataError('enrich.file_form', 'it is no JSON object; for an array of objects set file.key')
  }
  if (!Array.isArray(json))
    throw new DataError('enrich.file_form', 'it is no JSON array of objects, as file.key asks for')
  const entries = new Map<string, JsonValue>()
  for (const item of json) {
    const key = isMap(item) && Object.hasOwn(item, keyName) ? item[keyName] : undefined
    if (key === undefined || key === null) throw unknownKey(keyName)
    entries.set(String(key), item)
  }
  return entries
}

function unknownKey(keyName: string | null): DataError {
  return new DataError('enrich.file_form', `there is an entry without ${keyName}, which file.key names`)
}
