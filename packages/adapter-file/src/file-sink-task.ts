import { type FileHandle, open } from 'node:fs/promises'
import { EOL } from 'node:os'
import {
  ConnectError,
  DataError,
  javaText,
  messageOf,
  type SinkRecord,
  type SinkTask,
  type SinkTaskContext,
} from '@penstock/core'
import type { FileSinkConfig } from './config.ts'

/**
 * Appends each value as a line, in the text that Java gives it. A `put` returns when its lines are with the operating
 * system, so everything that was put may be committed. A file that can't be written fails the task: lines are repeated
 * after a restart, never lost.
 */
export class FileSinkTask implements SinkTask {
  readonly #file: string | null
  readonly #context: SinkTaskContext
  #handle: FileHandle | null = null

  constructor(config: FileSinkConfig, context: SinkTaskContext) {
    this.#file = config.file
    this.#context = context
  }

  async start(): Promise<void> {
    if (this.#file === null) return
    try {
      this.#handle = await open(this.#file, 'a')
    } catch (error) {
      throw new ConnectError(
        'file.unwritable',
        `Couldn't find or create file '${this.#file}' for FileStreamSinkTask: ${messageOf(error)}. Its folder must be there and writable for the worker's user.`,
        { cause: error },
      )
    }
  }

  async put(records: readonly SinkRecord[]): Promise<void> {
    const lines: string[] = []
    for (const record of records) {
      const line = await this.#line(record)
      if (line !== null) lines.push(line, EOL)
    }
    if (lines.length > 0) await this.#write(lines.join(''))
  }

  async stop(): Promise<void> {
    await this.#handle?.close()
    this.#handle = null
  }

  /** Null for a record that has no text and was reported. */
  async #line(record: SinkRecord): Promise<string | null> {
    try {
      return javaText(record.value.schema, record.value.value)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      const problem = new DataError(
        'file.too_deep',
        `the value of ${record} is nested too deeply to be written as a line`,
      )
      await this.#context.reporter.report(record, problem)
      return null
    }
  }

  async #write(text: string): Promise<void> {
    try {
      if (this.#handle === null) await writeToStdout(text)
      else await this.#handle.appendFile(text)
    } catch (error) {
      throw new ConnectError(
        'file.write_failed',
        `${this.#file === null ? 'the standard output' : `file ${this.#file}`} can't be written: ${messageOf(error)}. Mend it and restart the task: nothing that may be missing was committed.`,
        { cause: error },
      )
    }
  }
}

function writeToStdout(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()))
  })
}
