import { knownAcrossCopies } from './copies.ts'

/** What is shown in place of a secret. */
export const hiddenSecret = '[hidden]'

/** A secret text. Prints, logs and serializes as `[hidden]`; only {@link Password.reveal} gives it out. */
export class Password {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  reveal(): string {
    return this.#text
  }

  toString(): string {
    return hiddenSecret
  }

  toJSON(): string {
    return hiddenSecret
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return hiddenSecret
  }
}
knownAcrossCopies(Password, 'Password')
