/** A secret text. Prints, logs and serializes as `[hidden]`; only {@link Password.reveal} gives it out. */
import { knownAcrossCopies } from './copies.ts'
export class Password {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  reveal(): string {
    return this.#text
  }

  toString(): string {
    return '[hidden]'
  }

  toJSON(): string {
    return '[hidden]'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[hidden]'
  }
}
knownAcrossCopies(Password, 'Password')
