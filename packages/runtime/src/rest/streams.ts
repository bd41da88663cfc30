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
}

const keepAliveMs = 15_000
/** A reader that is further behind is cut off: it begins anew, with how things are then. */
const maxWaitingBytes = 8 * 1024 * 1024

export class Streams {
  readonly #most: number
  readonly #open = new Set<Response>()

  constructor(most: number) {
    this.#most = most
  }

  /** Throws with 503 when there are too many. */
  open(response: Response, { format, start }: Stream): void {
    if (this.#open.size >= this.#most) {
      const message = `There are ${this.#most} streams open already (rest.streams.max); try again later.`
      throw new RestError(503, message, { headers: { 'Retry-After': '10' } })
    }
    response.status(200).set({ 'Content-Type': format, 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' })
    if (response.req.method === 'HEAD') {
      response.end()
      return
    }
    const isSse = format === 'text/event-stream'
    const write = (text: string): void => {
      if (response.writableEnded || response.destroyed) return
      response.write(text)
      if (response.writableLength > maxWaitingBytes) response.destroy()
    }
    this.#open.add(response)
    const timer = setInterval(() => write(isSse ? ': keep-alive\n\n' : '\n'), keepAliveMs).unref()
    response.flushHeaders()
    if (isSse) write(': begins\n\n')
    const stop = start({
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

  /** Ends all of them: the worker is closing. */
  close(): void {
    for (const response of this.#open) response.end()
  }
}
