/** Answers that go on: server-sent events, or lines. Their number is bounded, and so is what waits for a slow reader. */
import type { Response } from 'express'
import { RestError } from './errors.ts'

export type StreamFormat = 'text/event-stream' | 'application/x-ndjson'

/** Where an answer that goes on is written. */
export interface StreamSink {
  /** `data` is JSON on one line. The name is that of a server-sent event, lines have none. */
  send(event: string, data: string): void
  end(): void
}

export interface Stream {
  readonly format: StreamFormat
  /** Begins to write; the function that it returns is called once, when the reader has gone. */
  start(sink: StreamSink): () => void
  /** Called in place of `start` where nothing is to be written after all. */
  discard?(): void
}

const keepAliveMs = 15_000
/** A reader that is further behind is cut off: it begins anew, with how things are then. */
const maxWaitingBytes = 8 * 1024 * 1024
/** Where more waits for all readers together, the one that is furthest behind is cut off: a worker is no store. */
const maxWaitingOfAllBytes = 64 * 1024 * 1024
const behindBytes = 512 * 1024

export class Streams {
  readonly #most: number
  readonly #open = new Set<Response>()

  constructor(most: number) {
    this.#most = most
  }

  /** Throws with 503 when there are too many. */
  open(response: Response, stream: Stream): void {
    const { format } = stream
    if (this.#open.size >= this.#most) {
      stream.discard?.()
      const message = `There are ${this.#most} streams open already (rest.streams.max); try again later.`
      throw new RestError(503, message, { headers: { 'Retry-After': '10' } })
    }
    response.status(200).set({ 'Content-Type': format, 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' })
    if (response.req.method === 'HEAD') {
      stream.discard?.()
      response.end()
      return
    }
    const isSse = format === 'text/event-stream'
    const write = (text: string): void => {
      if (response.writableEnded || response.destroyed) return
      response.write(text)
      if (response.writableLength > maxWaitingBytes) response.destroy()
      else if (response.writableLength > behindBytes) this.#relieve()
    }
    this.#open.add(response)
    const timer = setInterval(() => write(isSse ? ': keep-alive\n\n' : '\n'), keepAliveMs).unref()
    response.flushHeaders()
    if (isSse) write(': begins\n\n')
    const stop = stream.start({
      send: (event, data) => write(isSse ? `event: ${event}\ndata: ${data}\n\n` : `${data}\n`),
      end: () => response.end(),
    })
    const close = (): void => {
      if (!this.#open.delete(response)) return
      clearInterval(timer)
      stop()
    }
    if (response.destroyed) close()
    else response.once('close', close)
  }

  #relieve(): void {
    let ofAll = 0
    let furthest: Response | null = null
    for (const response of this.#open) {
      if (response.destroyed) continue
      ofAll += response.writableLength
      if (furthest === null || response.writableLength > furthest.writableLength) furthest = response
    }
    if (ofAll > maxWaitingOfAllBytes) furthest?.destroy()
  }

  /** Ends all of them: the worker is closing. */
  close(): void {
    for (const response of this.#open) response.end()
  }
}
