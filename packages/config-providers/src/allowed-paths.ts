import { realpath } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { unreadable } from './read-text.ts'

/** Where values may be read from. */
export class AllowedPaths {
  readonly #given: readonly string[]

  /** None: everywhere. */
  constructor(given: readonly string[]) {
    this.#given = given.map((path) => resolve(path))
  }

  /**
   * The path without symbolic links, to be read instead of the given one; null where it may not be read. Rejects when
   * it isn't there, though it would be allowed.
   */
  async real(path: string): Promise<string | null> {
    const wanted = resolve(path)
    const roots = await this.#roots()
    try {
      const real = await realpath(wanted)
      return isBelow(real, roots) ? real : null
    } catch (error) {
      // Whether something exists elsewhere is nobody's business.
      if (!isBelow(wanted, roots === null ? null : [...roots, ...this.#given])) return null
      throw unreadable(path, error)
    }
  }

  /** Looked up each time: mounted secrets are exchanged by pointing a link elsewhere. */
  async #roots(): Promise<readonly string[] | null> {
    if (this.#given.length === 0) return null
    return Promise.all(this.#given.map((path) => realpath(path).catch(() => path)))
  }
}

function isBelow(path: string, roots: readonly string[] | null): boolean {
  return (
    roots === null || roots.some((root) => path === root || path.startsWith(root.endsWith(sep) ? root : root + sep))
  )
}
