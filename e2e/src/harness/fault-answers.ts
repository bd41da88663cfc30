/** Answers of the fault proxy, and how they come out: whole, cut off or slowly. */
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export const JSON_ANSWER = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' }
export const TOO_LARGE: Answer = {
  status: 413,
  headers: JSON_ANSWER,
  body: Buffer.from('{"error":"request too large"}'),
}
export function unauthorized(got: string | undefined): Answer {
  const error = { type: 'security_exception', reason: `unable to authenticate with [${got}]` }
  const body = Buffer.from(JSON.stringify({ error, status: 401 }))
  return { status: 401, headers: { ...JSON_ANSWER, 'www-authenticate': 'Basic realm="security"' }, body }
}

export function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': body.length }).end(body)
}

export function cutShort(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': body.length })
  response.write(body.subarray(0, body.length >> 1), () => response.socket?.destroy())
}

export async function dripOut(response: ServerResponse, { status, headers, body }: Answer, ms: number): Promise<void> {
  const pieces = 20
  response.writeHead(status, { ...headers, 'content-length': body.length })
  for (let piece = 0; piece < pieces && !response.destroyed; piece++) {
    response.write(body.subarray((body.length * piece) / pieces, (body.length * (piece + 1)) / pieces))
    await sleep(ms / pieces)
  }
  response.end()
}
