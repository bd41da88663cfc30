/** Positions of source connectors in a file: a standalone worker's `offset.storage.file.filename`. */
import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import {
  ConfigError,
  ConnectError,
  messageOf,
  type SourceOffset,
  type SourcePartition,
  stringifyJson,
} from '@penstock/core'
import { replaceFile } from './atomic-file.ts'
import { formatOffsetFile, parseOffsetFile } from './offset-file.ts'
import type { OffsetEntry, OffsetStore } from './offset-store.ts'
import type { OffsetTable } from './offset-table.ts'

const key = 'offset.storage.file.filename'
/** Far more than any file of positions; the whole file is in memory, and written anew with each change. */
const maxBytes = 256 * 1024 * 1024

/**
 * One process owns the file. A write resolves once it is on the disk; those that come while another is on its way are
 * written together, after it. What can't be written isn't read either.
 */
export class FileOffsetStore implements OffsetStore {
  readonly #file: string
  #stored: OffsetTable
  /** Merged until the write before is done; null when nothing waits. */
  #waiting: { readonly changes: Changes; readonly written: Promise<void> } | null = null
  #running: Promise<void> = Promise.resolve()

  private constructor(file: string, stored: OffsetTable) {
    this.#file = file
    this.#stored = stored
  }

  /** Reads the file; one that isn't there yet is made with the first position. Rejects with what is wrong with it. */
  static async open(name: string): Promise<FileOffsetStore> {
    const file = await realFile(resolve(name))
    return new FileOffsetStore(file, parseOffsetFile(await read(file), file))
  }

  async positions(connector: string): Promise<readonly { partition: SourcePartition; offset: SourceOffset }[]> {
    return this.#stored.all(connector)
  }

  async read(connector: string, partitions: readonly SourcePartition[]): Promise<readonly (SourceOffset | null)[]> {
    return partitions.map((partition) => this.#stored.get(connector, partition))
  }

  async write(connector: string, entries: readonly OffsetEntry[]): Promise<void> {
    if (entries.length === 0) return
    if (this.#waiting === null) {
      const changes: Changes = new Map()
      const written = this.#running.then(() => this.#flush(changes))
      this.#waiting = { changes, written }
      this.#running = written.catch(() => {}) // whoever wrote is told
    }
    const { changes, written } = this.#waiting
    for (const { partition, offset } of entries) {
      const text = stringifyJson(partition)
      changes.set(stringifyJson([connector, text]), {
        connector,
        partition: text,
        offset: offset === null ? null : stringifyJson(offset),
      })
    }
    await written
  }

  /** Resolves when no write is on its way. */
  async close(): Promise<void> {
    await this.#running
  }

  async #flush(changes: Changes): Promise<void> {
    this.#waiting = null
    const next = this.#stored.copy()
    for (const { connector, partition, offset } of changes.values()) next.set(connector, partition, offset)
    try {
      const text = formatOffsetFile(next)
      if (Buffer.byteLength(text) > maxBytes) throw tooLarge(this.#file)
      await replaceFile(this.#file, text)
    } catch (error) {
      throw new ConnectError('offsets.unwritable', `${key}: ${this.#file} can't be written: ${messageOf(error)}`, {
        cause: error,
      })
    }
    this.#stored = next
  }
}

type Changes = Map<string, { readonly connector: string; readonly partition: string; readonly offset: string | null }>

/** A link is followed once: the file that it leads to is the one to be replaced. */
async function realFile(file: string): Promise<string> {
  try {
    return await realpath(file)
  } catch {
    await checkFolder(file)
    return file
  }
}

async function checkFolder(file: string): Promise<void> {
  const folder = await stat(dirname(file)).catch(() => null)
  if (folder?.isDirectory() === true) return
  const message = `${key}: the folder of ${file} is not there; make it, or name a file in another one`
  throw new ConfigError([{ key, message }])
}

async function read(file: string): Promise<Buffer> {
  try {
    if ((await stat(file)).size > maxBytes) throw tooLarge(file)
    return await readFile(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0)
    if (error instanceof ConnectError) throw error
    const message = `${key}: ${file} can't be read: ${messageOf(error)}; the worker's user must be allowed to read and write it`
    throw new ConfigError([{ key, message }])
  }
}

function tooLarge(file: string): ConnectError {
  return new ConnectError(
    'offsets.file_too_large',
    `${key}: ${file} would hold more than ${maxBytes} bytes; reset the offsets of connectors that are no longer used`,
  )
}
