import { createHmac, randomBytes } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { type Clock, ConnectError, LruCache } from '@penstock/core'
import { RestError } from '../errors.ts'
import type { BcryptAnswer, BcryptQuestion } from './bcrypt-thread.ts'

/** So many passwords may wait for the one thread that checks them. */
const maxWaiting = 16
/** A password that was right is taken for so long without hashing it again. */
const rememberMs = 60_000
const rememberedPasswords = 1_000

interface Waiting {
  resolve(matches: boolean): void
  reject(error: Error): void
}

/**
 * Checks passwords against bcrypt hashes, one at a time in a thread of its own: neither many users nor somebody who
 * guesses can keep the worker from its other work.
 */
export class PasswordChecker {
  readonly #clock: Clock
  readonly #secret = randomBytes(32)
  readonly #rightUntil = new LruCache<string, number>(rememberedPasswords)
  readonly #underWay = new Map<string, Promise<boolean>>()
  readonly #waiting = new Map<number, Waiting>()
  #thread: Worker | null = null
  #nextId = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Rejects with 503 when too many wait already. */
  async matches(password: string, hash: string): Promise<boolean> {
    // Kept is a digest with a key that nobody has: no password is in memory longer than its request.
    const digest = createHmac('sha256', this.#secret).update(`${hash}\0${password}`).digest('base64')
    if ((this.#rightUntil.get(digest) ?? 0) > this.#clock.now()) return true
    const underWay = this.#underWay.get(digest)
    if (underWay !== undefined) return underWay
    const check = this.#hash(password, hash).finally(() => this.#underWay.delete(digest))
    this.#underWay.set(digest, check)
    const matches = await check
    if (matches) this.#rightUntil.set(digest, this.#clock.now() + rememberMs)
    return matches
  }

  async close(): Promise<void> {
    await this.#thread?.terminate()
    this.#fail(new ConnectError('rest.closing', 'this worker is shutting down'))
  }

  #hash(password: string, hash: string): Promise<boolean> {
    if (this.#waiting.size >= maxWaiting) {
      const message = 'Too many passwords are being checked; try again in a moment.'
      return Promise.reject(new RestError(503, message, { headers: { 'Retry-After': '1' } }))
    }
    return new Promise((resolve, reject) => {
      const question: BcryptQuestion = { id: this.#nextId++, password, hash }
      this.#waiting.set(question.id, { resolve, reject })
      this.#thread ??= this.#startThread()
      this.#thread.postMessage(question)
    })
  }

  #startThread(): Worker {
    const file = import.meta.url.endsWith('.ts') ? './bcrypt-thread.ts' : './bcrypt-thread.js'
    const thread = new Worker(new URL(file, import.meta.url))
    thread.unref()
    thread.on('message', ({ id, matches }: BcryptAnswer) => {
      this.#waiting.get(id)?.resolve(matches)
      this.#waiting.delete(id)
    })
    thread.on('error', (error) => this.#fail(error))
    return thread
  }

  /** The next password starts a new thread. */
  #fail(error: Error): void {
    this.#thread = null
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
