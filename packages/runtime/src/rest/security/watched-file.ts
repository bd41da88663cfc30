import { readFile, stat } from 'node:fs/promises'
import { type Clock, type Logger, messageOf } from '@penstock/core'

export interface WatchedFileOptions<Content> {
  readonly path: string
  /** The key that names the file, for messages. */
  readonly key: string
  /** Throws for a text that is no such content; its message must not quote secrets. */
  readonly parse: (text: string) => Content
  readonly logger: Logger
  readonly clock: Clock
}

/** A change is noticed by the first use so long after the last look. */
const lookEveryMs = 1_000

/**
 * The content of a file, read again after it changes. No timer and no watch: files that are mounted into containers are
 * swapped by links, which watches miss. What can't be read is told once, and what was there before stays in force.
 */
export class WatchedFile<Content> {
  readonly #options: WatchedFileOptions<Content>
  #content: Content
  #version: string
  #lookedAt: number
  #looking: Promise<void> | null = null

  private constructor(options: WatchedFileOptions<Content>, content: Content, version: string) {
    this.#options = options
    this.#content = content
    this.#version = version
    this.#lookedAt = options.clock.now()
  }

  /** Rejects when the file can't be read or holds something else. */
  static async open<Content>(options: WatchedFileOptions<Content>): Promise<WatchedFile<Content>> {
    const version = await versionOf(options.path)
    return new WatchedFile(options, options.parse(await readFile(options.path, 'utf8')), version)
  }

  async current(): Promise<Content> {
    if (this.#options.clock.now() - this.#lookedAt >= lookEveryMs) {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = null
      })
    }
    await this.#looking
    return this.#content
  }

  async #look(): Promise<void> {
    const { path, key, parse, logger, clock } = this.#options
    this.#lookedAt = clock.now()
    const version = await versionOf(path).catch(() => 'missing')
    if (version === this.#version) return
    this.#version = version
    try {
      this.#content = parse(await readFile(path, 'utf8'))
      logger.info(`read ${path} (${key}) again: it has changed`)
    } catch (error) {
      logger.error(`${path} (${key}) has changed and can't be used; what it said before stays in force`, {
        reason: messageOf(error),
      })
    }
  }
}

async function versionOf(path: string): Promise<string> {
  const { ino, size, mtimeMs } = await stat(path)
  return `${ino}:${size}:${mtimeMs}`
}
