/** A few calls of the Kubernetes API. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, fetch } from 'undici'
import type { KubeObject } from './kube-objects.ts'

export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: T
}

const RETRY_MS = 200

export class KubeError extends Error {
  readonly status: number

  constructor(request: string, status: number, body: string) {
    super(`${request}: ${status} ${body.slice(0, 1_000)}`)
    this.status = status
  }
}

export class KubeClient implements AsyncDisposable {
  readonly #url: string
  readonly #token: string
  readonly #agent: Agent

  constructor({ url, token, ca }: { readonly url: string; readonly token: string; readonly ca: string }) {
    this.#url = url
    this.#token = token
    this.#agent = new Agent({ connect: { ca }, bodyTimeout: 0 })
  }

  async get<T>(path: string): Promise<T> {
    return (await this.#call('GET', path)) as T
  }

  /** Undefined where there is no such object. */
  async find<T>(path: string): Promise<T | undefined> {
    return await this.get<T>(path).catch((error: unknown) => {
      if (error instanceof KubeError && error.status === 404) return undefined
      throw error
    })
  }

  async list<T extends KubeObject>(path: string): Promise<T[]> {
    return (await this.get<{ items: T[] }>(path)).items
  }

  async create(path: string, object: object): Promise<void> {
    await this.#call('POST', path, JSON.stringify(object))
  }

  /** A strategic merge: lists of conditions and of containers are merged by type and name. */
  async patch(path: string, patch: object): Promise<void> {
    await this.#call('PATCH', path, JSON.stringify(patch), 'application/strategic-merge-patch+json')
  }

  async delete(path: string, options: object = {}): Promise<void> {
    await this.#call('DELETE', path, JSON.stringify(options))
  }

  /** Each object that is there, then each change, until `signal` aborts; begins anew where the connection breaks. */
  async watch<T extends KubeObject>(
    path: string,
    signal: AbortSignal,
    onEvent: (event: WatchEvent<T>) => void,
  ): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#watchOnce(path, signal, onEvent)
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof KubeError && error.status !== 410 && error.status < 500) throw error
      }
      await sleep(RETRY_MS, undefined, { signal }).catch(() => {})
    }
  }

  async #watchOnce<T extends KubeObject>(
    path: string,
    signal: AbortSignal,
    onEvent: (event: WatchEvent<T>) => void,
  ): Promise<void> {
    const { items, metadata } = await this.get<{ items: T[]; metadata: { resourceVersion: string } }>(path)
    for (const object of items) onEvent({ type: 'MODIFIED', object })
    const url = `${this.#url}${path}?watch=true&resourceVersion=${metadata.resourceVersion}`
    const response = await fetch(url, { headers: this.#headers(), dispatcher: this.#agent, signal })
    if (!response.ok || response.body === null) throw new KubeError(`WATCH ${path}`, response.status, '')
    const decoder = new TextDecoder()
    let text = ''
    for await (const chunk of response.body) {
      const lines = (text + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) {
        const event = JSON.parse(line) as WatchEvent<T>
        if (event.type === 'ERROR') return
        onEvent(event)
      }
    }
  }

  #headers(contentType?: string): Record<string, string> {
    return {
      authorization: `Bearer ${this.#token}`,
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
    }
  }

  async #call(method: string, path: string, body?: string, contentType = 'application/json'): Promise<unknown> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: this.#headers(contentType),
      dispatcher: this.#agent,
      ...(body === undefined ? {} : { body }),
    })
    const text = await response.text()
    if (!response.ok) throw new KubeError(`${method} ${path}`, response.status, text)
    return JSON.parse(text)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy()
  }
}
