/** Reads a growing file (`followed-file.ts`) line by line (`line-splitter.ts`); positions: `source-offsets.ts`. */
import { setTimeout as wait } from 'node:timers/promises'
import {
  assertNever,
  ConnectError,
  codeOf,
  messageOf,
  type SourcePartition,
  SourceRecord,
  type SourceTask,
  type SourceTaskContext,
  schema,
} from '@penstock/core'
import type { FileSourceConfig } from './config.ts'
import { FollowedFile } from './followed-file.ts'
import { type LineInput, StreamInput } from './line-input.ts'
import { type Line, LineSplitter } from './line-splitter.ts'
import { offsetAt, partitionOf, positionOf } from './source-offsets.ts'

const text = schema.string()
/** How long to wait at the end of the file before looking again. */
const idleMs = 200
/** A line is kept in memory whole; far more than a broker takes as one record. */
const maxLineBytes = 64 * 1024 * 1024
/** Batches of long lines end here, whatever `batch.size` says. */
const maxBatchBytes = 8 * 1024 * 1024

/**
 * Makes a record of each line of a file, or of the standard input. A record's offset is the position after its line, in
 * bytes: Kafka Connect reads it as such too, so either can go on where the other stopped.
 */
export class FileSourceTask implements SourceTask {
  readonly #config: FileSourceConfig
  readonly #context: SourceTaskContext
  readonly #partition: SourcePartition
  readonly #file: string | null
  #input: LineInput | null = null
  #lines = new LineSplitter(maxLineBytes)
  /** After the last line handed over. */
  #position = 0
  /** The stored position was asked for; files that follow are read from their beginning. */
  #resumed = false
  /** A missing file was reported. */
  #reportedMissing = false
  /** At the last look the file's name belonged to another file. */
  #wasReplaced = false

  constructor(config: FileSourceConfig, context: SourceTaskContext) {
    this.#config = config
    this.#context = context
    this.#file = config.file || null
    this.#partition = partitionOf(config.file)
  }

  start(): void {
    if (this.#file === null) this.#input = new StreamInput(process.stdin)
  }

  async poll(signal: AbortSignal): Promise<readonly SourceRecord[] | null> {
    const input = this.#input ?? (await this.#open(this.#file as string))
    const records = input === null ? [] : await this.#readBatch(input, signal)
    if (records.length > 0) return records
    if (input instanceof FollowedFile) {
      const last = await this.#lookAround(input)
      if (last !== null) return [last]
    }
    await wait(idleMs, undefined, { signal }).catch((error: unknown) => {
      if (codeOf(error) !== 'ABORT_ERR') throw error
    })
    return null
  }

  async stop(): Promise<void> {
    await this.#input?.close()
    this.#input = null
  }

  /** Null while the file is missing. */
  async #open(path: string): Promise<FollowedFile | null> {
    const file = await FollowedFile.open(path)
    if (file === null) {
      if (!this.#reportedMissing)
        this.#context.logger.warn(`file ${path} is missing; it is read as soon as it is there`)
      this.#reportedMissing = true
      return null
    }
    this.#input = file
    this.#reportedMissing = false
    if (!this.#resumed) this.#position = await this.#storedPosition(file.bytesAtOpening)
    this.#resumed = true
    file.seek(this.#position)
    this.#context.logger.info(`reading file ${path} from byte ${this.#position}`)
    return file
  }

  async #storedPosition(fileBytes: number): Promise<number> {
    const stored = positionOf(await this.#context.offsets.offset(this.#partition))
    if (stored <= fileBytes) return stored
    this.#context.logger.warn(
      `file ${this.#file} has ${fileBytes} bytes, less than the ${stored} read before: it was emptied or replaced, and is read from its beginning`,
    )
    return 0
  }

  async #readBatch(input: LineInput, signal: AbortSignal): Promise<SourceRecord[]> {
    const records: SourceRecord[] = []
    const most = Math.max(1, this.#config['batch.size'])
    let bytes = 0
    while (records.length < most && bytes < maxBatchBytes) {
      const line = this.#nextLine()
      if (line !== null) {
        bytes += line.bytes
        this.#position += line.bytes
        records.push(this.#record(line, this.#position))
        continue
      }
      if (signal.aborted) break
      const chunk = await input.read()
      if (chunk === null) break
      this.#lines.push(chunk)
    }
    return records
  }

  #nextLine(): Line | null {
    try {
      return this.#lines.next()
    } catch (error) {
      const from = this.#file === null ? 'the standard input' : `file ${this.#file} at byte ${this.#position}`
      throw new ConnectError(
        codeOf(error) ?? 'file.unreadable',
        `${messageOf(error)} in ${from}: is it a text file? To pass over it, stop the connector and alter its offsets to a position behind it.`,
        { cause: error },
      )
    }
  }

  #record(line: Line, position: number): SourceRecord {
    return new SourceRecord({
      sourcePartition: this.#partition,
      sourceOffset: offsetAt(this.#file === null ? null : position),
      topic: this.#config.topic,
      timestamp: this.#context.clock.now(),
      value: { schema: text, value: line.text },
    })
  }

  /**
   * At the end of the file: goes over to what has taken its place. Gives the last line of a file that was replaced
   * where it had no end, so that nothing of it is lost.
   */
  async #lookAround(file: FollowedFile): Promise<SourceRecord | null> {
    const fate = await file.fate()
    switch (fate) {
      case 'same':
        this.#wasReplaced = false
        return null
      case 'truncated':
        this.#context.logger.warn(
          `file ${this.#file} has become shorter than the ${this.#position} bytes read; it is read from its beginning`,
        )
        this.#startOver()
        file.seek(0)
        return null
      case 'replaced': {
        // Whoever writes it may still do so for a moment, before turning to the new one.
        if (!this.#wasReplaced) {
          this.#wasReplaced = true
          return null
        }
        this.#context.logger.info(`file ${this.#file} was replaced; the new one is read from its beginning`)
        await file.close()
        this.#input = null
        const last = this.#lines.finish()
        this.#startOver()
        return last === null ? null : this.#record(last, 0)
      }
      default:
        return assertNever(fate)
    }
  }

  #startOver(): void {
    this.#lines = new LineSplitter(maxLineBytes)
    this.#position = 0
    this.#wasReplaced = false
  }
}
