/** A sink: appends values as lines of JSON. Replace the file by a client of your system. @module */
import { type FileHandle, open } from 'node:fs/promises'
import {
  type ConfigOf,
  ConnectError,
  configDef,
  DataError,
  Decimal,
  definePlugin,
  key,
  messageOf,
  type SinkRecord,
  type SinkTask,
  type SinkTaskContext,
  Struct,
  stringifyJson,
} from '@penstock/core'

const config = configDef({
  file: key.string({ importance: 'high', doc: 'The file to append to.' }),
})

class JsonLinesTask implements SinkTask {
  readonly #config: ConfigOf<typeof config>
  readonly #context: SinkTaskContext
  #handle: FileHandle | null = null

  constructor(parsed: ConfigOf<typeof config>, context: SinkTaskContext) {
    this.#config = parsed
    this.#context = context
  }

  async start(): Promise<void> {
    this.#handle = await open(this.#config.file, 'a')
  }

  /** Without a `preCommit`, offsets are committed of all records whose `put` has returned. */
  async put(records: readonly SinkRecord[]): Promise<void> {
    const lines: string[] = []
    for (const record of records) {
      if (!isJson(record.value.value)) {
        // One bad record: the connector's errors.* keys decide whether the task fails or goes on.
        const problem = new DataError('json_lines.no_json', `${record} is no JSON; use a converter without schemas`)
        await this.#context.reporter.report(record, problem)
        continue
      }
      lines.push(`${stringifyJson(record.value.value)}\n`)
    }
    try {
      await this.#handle?.appendFile(lines.join(''))
    } catch (error) {
      // Fails the task. A RetriableError instead would have the same records put again.
      throw new ConnectError('json_lines.write_failed', `${this.#config.file}: ${messageOf(error)}`, { cause: error })
    }
    this.#context.count('lines_written', lines.length)
  }

  async stop(): Promise<void> {
    await this.#handle?.close()
  }
}

/** Values with a schema may be of these classes, which a sink of your own would handle too. */
function isJson(value: unknown): boolean {
  return ![Struct, Map, Uint8Array, Date, Decimal].some((type) => value instanceof type)
}

export const jsonLinesSink = definePlugin({
  kind: 'sink',
  name: 'JsonLinesSink',
  aliases: ['com.example.JsonLinesSink'],
  summary: 'Appends records to a file as lines of JSON.',
  config,
  createTask: (parsed, context) => new JsonLinesTask(parsed, context),
})
