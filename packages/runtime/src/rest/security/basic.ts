import { createHmac, randomBytes } from 'node:crypto'
import type { PasswordChecker } from './password-checker.ts'
import type { PasswordEntry } from './password-file.ts'
import type { Caller } from './roles.ts'
import type { WatchedFile } from './watched-file.ts'

/** Stands in where the file is empty; it is of no known password. */
const nobody: PasswordEntry = { hash: '$2b$10$5CgUEbc5IXYWKQJyvzkQ3OAGLcrV3msZ7h.IX/fhcnz0hqZvw1WJK', role: 'read' }

/** Users with passwords out of a file. */
export class BasicAuthentication {
  readonly #file: WatchedFile<ReadonlyMap<string, PasswordEntry>>
  readonly #passwords: PasswordChecker
  readonly #secret = randomBytes(32)

  constructor(file: WatchedFile<ReadonlyMap<string, PasswordEntry>>, passwords: PasswordChecker) {
    this.#file = file
    this.#passwords = passwords
  }

  /** Null when the credentials (what follows `Basic`) are wrong, which takes as long for a user who isn't there. */
  async authenticate(credentials: string): Promise<Caller | null> {
    const [, user = '', password = ''] =
      /^([^:]*):(.*)$/s.exec(Buffer.from(credentials, 'base64').toString('utf8')) ?? []
    const entries = await this.#file.current()
    const entry = entries.get(user)
    const matches = await this.#passwords.matches(password, (entry ?? this.#decoy(user, entries)).hash)
    return entry !== undefined && matches ? { name: user, role: entry.role } : null
  }

  /** Somebody else's hash, always the same for one name: hashes differ in cost, and so in time. */
  #decoy(user: string, entries: ReadonlyMap<string, PasswordEntry>): PasswordEntry {
    const number = createHmac('sha256', this.#secret).update(user).digest().readUInt32BE()
    return [...entries.values()][number % Math.max(1, entries.size)] ?? nobody
  }
}
