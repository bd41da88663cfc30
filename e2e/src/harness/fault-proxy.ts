/** A real reverse proxy on the loopback interface that misbehaves on demand. */
import { createServer, type IncomingMessage, request as requestOf, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import type { Certificate } from '../stack/certificates.ts'
import { type BulkAnswer, type ItemError, rejectedItem, rejectItems } from './bulk-items.ts'
import { type Answer, cutShort, dripOut, JSON_ANSWER, send, TOO_LARGE, unauthorized } from './fault-answers.ts'

export interface FaultScope {
  /** How many of the matching requests misbehave before the proxy is good again; all where not given. */
  readonly requests?: number
  /** Which share of the matching requests misbehaves, by chance; all where not given. */
  readonly probability?: number
  /** Which requests; bulk requests where not given. */
  readonly path?: RegExp
}

type Fault =
  | ({ readonly kind: 'answer' } & Answer)
  | { readonly kind: 'cut' }
  | { readonly kind: 'cut-request' }
  | { readonly kind: 'truncate' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'drip'; readonly ms: number }
  | { readonly kind: 'reject-items'; readonly status: number; readonly share: number; readonly error: ItemError }

export interface FaultProxyOptions {
  /** Larger requests are answered with 413, as Elasticsearch does beyond `http.max_content_length`. */
  readonly maxBodyBytes?: number
  /** Speaks https, with this certificate. */
  readonly tls?: Certificate
}

export async function faultProxy(targetUrl: string, options: FaultProxyOptions = {}): Promise<FaultProxy> {
  const proxy = new FaultProxy(targetUrl, options)
  await proxy.listen()
  return proxy
}

/** One fault is on at a time; setting one replaces the other. */
export class FaultProxy implements AsyncDisposable {
  /** How many requests came and how many of them were tampered with. */
  readonly seen = { requests: 0, faults: 0 }
  readonly #target: string
  readonly #maxBodyBytes: number
  readonly #server
  #fault: { fault: Fault; scope: Required<FaultScope> } | undefined
  #authorization: string | undefined

  constructor(targetUrl: string, { maxBodyBytes = Number.POSITIVE_INFINITY, tls }: FaultProxyOptions = {}) {
    this.#target = targetUrl.replace(/\/+$/, '')
    this.#maxBodyBytes = maxBodyBytes
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      const { socket } = request // a request that is not read to its end loses it
      this.#handle(request, response).catch(() => socket.destroy())
    }
    this.#server = tls ? createTlsServer(keyAndCertificate(tls), listener) : createServer(listener)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `${'setSecureContext' in this.#server ? 'https' : 'http'}://127.0.0.1:${this.port}`
  }

  /** From now on shows this certificate; open connections end, as they do when a server is started anew with it. */
  present(certificate: Certificate): void {
    ;(this.#server as TlsServer).setSecureContext(keyAndCertificate(certificate))
    this.#server.closeAllConnections()
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  /** From now on refuses requests without these credentials, unwisely saying which it got. */
  requireBasic(user: string, password: string): void {
    this.#authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  }

  /** No fault. */
  pass(): void {
    this.#fault = undefined
  }

  /** Answers by itself; the target sees nothing. */
  answer(
    status: number,
    {
      body = `{"error":"fault ${status}"}`,
      headers = JSON_ANSWER,
      ...scope
    }: FaultScope & { body?: string; headers?: Readonly<Record<string, string>> } = {},
  ): void {
    this.#set({ kind: 'answer', status, body: Buffer.from(body), headers }, scope)
  }

  /** The target handles the request; of its answer only the first half comes through, then the connection breaks. */
  cut(scope: FaultScope = {}): void {
    this.#set({ kind: 'cut' }, scope)
  }

  /** Half of the request comes through to the target, then both its connection and the sender's break. */
  cutRequest(scope: FaultScope = {}): void {
    this.#set({ kind: 'cut-request' }, scope)
  }

  /** The target handles the request; the first half of its answer comes through as if it were all. */
  truncate(scope: FaultScope = {}): void {
    this.#set({ kind: 'truncate' }, scope)
  }

  /** The target handles the request at once; its answer comes bit by bit, all through this time. */
  drip(ms: number, scope: FaultScope = {}): void {
    this.#set({ kind: 'drip', ms }, scope)
  }

  /** Holds requests back before they go to the target. */
  delay(ms: number, scope: FaultScope = {}): void {
    this.#set({ kind: 'delay', ms }, scope)
  }

  /** Has a share of the items of bulk requests refused with `status`; the target never sees those items. */
  rejectItems({
    status = 429,
    share = 0.5,
    error = rejectedItem,
    ...scope
  }: FaultScope & { status?: number; share?: number; error?: ItemError } = {}): void {
    this.#set({ kind: 'reject-items', status, share, error }, scope)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #set(
    fault: Fault,
    { requests = Number.POSITIVE_INFINITY, probability = 1, path = /\/_bulk(\?|$)/ }: FaultScope,
  ): void {
    this.#fault = { fault, scope: { requests, probability, path } }
  }

  /** The fault that this request is to suffer; counts it off. */
  #faultFor(url: string): Fault | undefined {
    if (!this.#fault) return undefined
    const { fault, scope } = this.#fault
    if (!scope.path.test(url) || Math.random() >= scope.probability) return undefined
    this.seen.faults++
    this.#fault = scope.requests > 1 ? { fault, scope: { ...scope, requests: scope.requests - 1 } } : undefined
    return fault
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.seen.requests++
    if (this.#fault?.fault.kind === 'cut-request' && this.#faultFor(request.url ?? '')) return this.#cutOff(request)
    const body = await bytesOf(request)
    if (body.length > this.#maxBodyBytes) return send(response, TOO_LARGE)
    const { authorization } = request.headers
    if (this.#authorization !== undefined && authorization !== this.#authorization) {
      return send(response, unauthorized(authorization))
    }
    const fault = this.#faultFor(request.url ?? '')
    switch (fault?.kind) {
      case undefined:
        return send(response, await this.#forward(request, body))
      case 'answer':
        return send(response, fault)
      case 'delay':
        await sleep(fault.ms)
        return send(response, await this.#forward(request, body))
      case 'cut':
        return cutShort(response, await this.#forward(request, body))
      case 'cut-request':
        throw new Error('the fault was set while the request came in')
      case 'truncate': {
        const answer = await this.#forward(request, body)
        return send(response, { ...answer, body: answer.body.subarray(0, answer.body.length >> 1) })
      }
      case 'drip':
        return await dripOut(response, await this.#forward(request, body), fault.ms)
      case 'reject-items':
        return send(response, await this.#forwardSome(request, body, fault))
      default:
        fault satisfies never
    }
  }

  /** Passes half of the body on as it comes. */
  async #cutOff(request: IncomingMessage): Promise<void> {
    const half = Number(request.headers['content-length'] ?? 0) >> 1
    const { method, headers, socket } = request
    const onward = requestOf(`${this.#target}${request.url}`, { ...(method ? { method } : {}), headers })
    onward.on('error', () => {}) // it is to break
    let passed = 0
    for await (const chunk of request) {
      const rest = (chunk as Buffer).subarray(0, half - passed)
      passed += rest.length
      await new Promise<void>((resolve) => onward.write(rest, () => resolve()))
      if (passed >= half) break
    }
    onward.destroy()
    socket.destroy()
  }

  async #forwardSome(
    request: IncomingMessage,
    body: Buffer,
    fault: { status: number; share: number; error: ItemError },
  ): Promise<Answer> {
    const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
    const { kept, merge } = rejectItems(plain, () => Math.random() < fault.share, fault)
    const headers = { ...request.headers }
    delete headers['content-encoding']
    // Positions of items are only known in an answer that lists them all.
    const url = (request.url ?? '').replace(/([?&])filter_path=[^&]*&?/, '$1').replace(/[?&]$/, '')
    const answer =
      kept.length > 0
        ? await this.#forward({ method: request.method, url, headers }, kept)
        : { status: 200, headers: JSON_ANSWER, body: Buffer.from('{"took":0,"errors":false,"items":[]}') }
    if (answer.status !== 200) return answer
    const merged = merge(JSON.parse(answer.body.toString()) as BulkAnswer)
    return { ...answer, body: Buffer.from(JSON.stringify(merged)) }
  }

  async #forward(request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>, body: Buffer): Promise<Answer> {
    const headers = new Headers()
    for (const [name, value] of Object.entries(request.headers)) {
      if (value !== undefined && !HOP_BY_HOP.has(name)) headers.set(name, String(value))
    }
    headers.set('accept-encoding', 'identity')
    const method = request.method ?? 'GET'
    const response = await fetch(`${this.#target}${request.url}`, {
      method,
      headers,
      ...(body.length > 0 && method !== 'GET' && method !== 'HEAD' ? { body: new Uint8Array(body) } : {}),
    })
    const passed = [...response.headers].filter(([name]) => !HOP_BY_HOP.has(name))
    return {
      status: response.status,
      headers: Object.fromEntries(passed),
      body: Buffer.from(await response.arrayBuffer()),
    }
  }
}

const HOP_BY_HOP = new Set([
  'host',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'expect',
  'upgrade',
])

function keyAndCertificate({ key, certificate }: Certificate): { key: string; cert: string } {
  return { key, cert: certificate }
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
