import type { Readable } from 'node:stream'

/** Where bytes come from, as they come. */
export interface LineInput {
  /** The next bytes; null when there are none at present. */
  read(): Promise<Buffer | null>
  close(): Promise<void>
}

/** The standard input, or another stream that a test gives. */
export class StreamInput implements LineInput {
  readonly #stream: Readable

  constructor(stream: Readable) {
    this.#stream = stream
    // Makes the stream read ahead, up to its high-water mark.
    stream.on('readable', ignore)
  }

  async read(): Promise<Buffer | null> {
    return this.#stream.read() as Buffer | null
  }

  async close(): Promise<void> {
    this.#stream.off('readable', ignore)
    this.#stream.pause()
  }
}

function ignore(): void {}
