/**
 * Keeps secrets out of what people get to read, whoever wrote the text: log lines, error messages, traces. Knows the
 * secrets themselves, so it also finds those that a plugin or a client has put into a text of its own.
 */
import { hiddenSecret } from '@penstock/core'
import { isTellingSecret, leastSecretLength } from '../config/config-variables.ts'

const maxSecrets = 20_000
const forgottenAtOnce = 500
/** Secrets with several lines (keys, certificates) and very long ones are found in parts, as texts are cut and wrapped. */
const maxPartLength = 1_000

/** A secret may be a list of headers, `Name: value,Other: value`: who refuses one shows it without its name. */
const headerValue = /(?:^|,)\s*[\w!#$%&'*+.^`|~-]+\s*:\s*([^,]{8,})/g

interface Hidden {
  /** Stands in its place. */
  readonly shown: string
  /** Found only where it stands alone. */
  readonly isWord: boolean
}

/** `elastic` may be somebody's user or even password; every `elasticsearch` in a stack trace is neither. */
const everydayWord = /^\p{L}{1,9}$/u
const letter = /\p{L}/u

export class Redactor {
  /** By the text that is hidden, the latest last. */
  readonly #hidden = new Map<string, Hidden>()
  /** How long the secrets with these first characters are, the longest first, and how many there are of each length. */
  readonly #lengthsByStart = new Map<string, Map<number, number>>()

  /** Hides a text from now on, wherever it occurs; `shown` stands in its place. Of very many, the oldest are forgotten. */
  hide(secret: string, shown = hiddenSecret): void {
    for (const part of parts(secret)) {
      for (const form of formsOf(part)) this.#add(form, { shown, isWord: form === part && everydayWord.test(part) })
    }
  }

  /** The text without secrets. */
  redact(text: string): string {
    if (this.#hidden.size === 0) return text
    let redacted = ''
    let from = 0
    for (let at = 0; at + leastSecretLength <= text.length; at++) {
      const secret = this.#secretAt(text, at)
      if (secret === undefined) continue
      redacted += text.slice(from, at) + this.#hidden.get(secret)?.shown
      at += secret.length - 1
      from = at + 1
    }
    return from === 0 ? text : redacted + text.slice(from)
  }

  /** Takes secrets out of an error and its causes; the same error, so that its class and code are kept. */
  redactError<E>(error: E): E {
    const seen = new Set<unknown>()
    for (let next: unknown = error; next instanceof Error && !seen.has(next); next = next.cause) {
      seen.add(next)
      for (const property of ['message', 'stack'] as const) {
        const text = next[property]
        if (typeof text !== 'string') continue
        const redacted = this.redact(text)
        if (redacted !== text) Reflect.defineProperty(next, property, { value: redacted, configurable: true })
      }
    }
    return error
  }

  #secretAt(text: string, at: number): string | undefined {
    const lengths = this.#lengthsByStart.get(text.slice(at, at + leastSecretLength))
    for (const length of lengths?.keys() ?? []) {
      const candidate = text.slice(at, at + length)
      const hidden = this.#hidden.get(candidate)
      if (hidden && !(hidden.isWord && isInsideWord(text, at, at + length))) return candidate
    }
    return undefined
  }

  #add(secret: string, hidden: Hidden): void {
    this.#remove(secret)
    this.#hidden.set(secret, hidden)
    this.#count(secret, 1)
    if (this.#hidden.size <= maxSecrets) return
    // Many at once: finding the oldest means passing all that were forgotten before.
    for (const oldest of this.#hidden.keys()) {
      if (this.#hidden.size <= maxSecrets - forgottenAtOnce) break
      this.#remove(oldest)
    }
  }

  #remove(secret: string): void {
    if (this.#hidden.delete(secret)) this.#count(secret, -1)
  }

  #count(secret: string, by: 1 | -1): void {
    const start = secret.slice(0, leastSecretLength)
    const counts = new Map(this.#lengthsByStart.get(start))
    counts.set(secret.length, (counts.get(secret.length) ?? 0) + by)
    const present = [...counts].filter(([, count]) => count > 0)
    if (present.length === 0) this.#lengthsByStart.delete(start)
    else this.#lengthsByStart.set(start, new Map(present.sort(([a], [b]) => b - a)))
  }
}

function isInsideWord(text: string, from: number, to: number): boolean {
  return letter.test(text.charAt(from - 1)) || letter.test(text.charAt(to))
}

function* parts(secret: string): Iterable<string> {
  for (const line of secret.split(/[\r\n]+/)) {
    const text = line.trim()
    for (let at = 0; at < text.length; at += maxPartLength) {
      const part = text.slice(at, at + maxPartLength)
      if (isTellingSecret(part)) yield part
    }
    for (const [, value = ''] of text.matchAll(headerValue)) {
      if (value.length <= maxPartLength && isTellingSecret(value)) yield value
    }
  }
}

/** The ways in which a secret gets into texts: as it is, in JSON, in a URL, in base64 (`Basic …` holds it behind a user). */
function formsOf(secret: string): ReadonlySet<string> {
  const forms = [secret, JSON.stringify(secret).slice(1, -1), encoded(secret), ...base64Forms(secret)]
  return new Set(forms.filter((form) => form.length >= leastSecretLength))
}

function encoded(secret: string): string {
  return encodeURIComponent(secret.toWellFormed())
}

/** Base64 of a text depends on how many bytes stand before it, modulo 3; characters shared with its neighbours are left out. */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret)
  if (bytes.length < 6) return [] // too little would be left of it
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const whole = (before + bytes.length) % 3 === 0
    return text.slice(before === 0 ? 0 : before + 1, whole ? undefined : -1)
  })
}
