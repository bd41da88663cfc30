/** A sink task with an Elasticsearch of its own, in this process, and the records of a topic `orders` for it. */
import { isRetriable, type RawConfig, type SinkRecord } from '@penstock/core'
import { type FakeSinkTaskContext, fakeSinkTaskContext, sinkRecord } from '@penstock/core/testing'
import { expect } from 'vitest'
import { config } from '../config/config.ts'
import { ElasticsearchSinkTask } from '../sink-task.ts'
import { FakeElasticsearch } from './fake-elasticsearch.ts'

export interface RunningTask extends AsyncDisposable {
  readonly server: FakeElasticsearch
  readonly task: ElasticsearchSinkTask
  readonly context: FakeSinkTaskContext
  /** Puts until the task takes the records; `onFailure` is told of each retriable failure. */
  untilTaken(records: readonly SinkRecord[], onFailure?: (error: Error) => void): Promise<void>
}

/** Passes undecoded JSON on, and retries quickly, unless `raw` says otherwise. */
export async function runTask(raw: RawConfig = {}, existing?: FakeElasticsearch): Promise<RunningTask> {
  const server = existing ?? (await FakeElasticsearch.start())
  const context = fakeSinkTaskContext()
  const parsed = config.parse({
    'connection.url': server.url,
    'key.ignore': 'true',
    'schema.ignore': 'true',
    'retry.backoff.ms': '1',
    'retry.backoff.max.ms': '20',
    ...raw,
  })
  const task = new ElasticsearchSinkTask(parsed, context)
  task.start()
  return {
    server,
    task,
    context,
    async untilTaken(records, onFailure = () => {}) {
      const taken = (): Promise<boolean> =>
        task.put(records).then(
          () => true,
          (error: unknown) => {
            if (!isRetriable(error)) throw error
            onFailure(error as Error)
            return false
          },
        )
      await expect.poll(taken, { timeout: 10_000, interval: 10 }).toBe(true)
    },
    async [Symbol.asyncDispose]() {
      await task.stop()
      await server.close()
    },
  }
}

/** Undecoded JSON. */
export function order(offset: number, value: unknown = { n: offset }): SinkRecord {
  return sinkRecord({ topic: 'orders', offset: BigInt(offset), valueJson: JSON.stringify(value) })
}

export function orders(count: number, from = 0): SinkRecord[] {
  return Array.from({ length: count }, (_, i) => order(from + i))
}

/** What the framework names when it asks what of partition 0 may be committed. */
export function consumed(offset: number) {
  return [{ topic: 'orders', partition: 0, offset: BigInt(offset) }]
}
