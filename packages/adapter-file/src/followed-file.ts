import type { BigIntStats } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { ConnectError, codeOf, messageOf } from '@penstock/core'
import type { LineInput } from './line-input.ts'

/** What has become of a file at whose end the reader is. */
export type FileFate =
  /** It may grow. */
  | 'same'
  /** It is shorter than what was read: somebody emptied it, what it holds now is new. */
  | 'truncated'
  /** Its name belongs to another file now: it was renamed or removed, and made anew. */
  | 'replaced'

const chunkBytes = 65_536

/** An open file, read from a position on while it grows. */
export class FollowedFile implements LineInput {
  readonly #path: string
  readonly #handle: FileHandle
  readonly #identity: BigIntStats
  #position: number

  private constructor(path: string, handle: FileHandle, identity: BigIntStats) {
    this.#path = path
    this.#handle = handle
    this.#identity = identity
    this.#position = 0
  }

  /** Null when there is no such file. */
  static async open(path: string): Promise<FollowedFile | null> {
    try {
      const handle = await open(path, 'r')
      const identity = await handle.stat({ bigint: true })
      if (!identity.isDirectory()) return new FollowedFile(path, handle, identity)
      await handle.close()
    } catch (error) {
      if (isMissing(error)) return null
      throw new ConnectError(
        'file.unreadable',
        `file ${path} can't be read (${messageOf(error)}): let the worker's user read it, or correct the key file`,
        { cause: error },
      )
    }
    throw new ConnectError('file.unreadable', `file ${path} is a folder: the key file must name a file`)
  }

  /** Bytes it had when it was opened. */
  get bytesAtOpening(): number {
    return Number(this.#identity.size)
  }

  seek(position: number): void {
    this.#position = position
  }

  async read(): Promise<Buffer | null> {
    const buffer = Buffer.allocUnsafe(chunkBytes)
    const { bytesRead } = await this.#handle.read(buffer, 0, chunkBytes, this.#position)
    this.#position += bytesRead
    return bytesRead === 0 ? null : buffer.subarray(0, bytesRead)
  }

  /** To be asked at the end of the file. */
  async fate(): Promise<FileFate> {
    const { size } = await this.#handle.stat()
    if (size < this.#position) return 'truncated'
    try {
      const { ino, dev } = await stat(this.#path, { bigint: true })
      return ino === this.#identity.ino && dev === this.#identity.dev ? 'same' : 'replaced'
    } catch (error) {
      // Renamed, and not made anew yet.
      if (isMissing(error)) return 'same'
      throw error
    }
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR'
}
