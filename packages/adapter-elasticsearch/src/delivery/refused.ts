/** What happens to a document that Elasticsearch will never take. */
import { assertNever, DataError, type Schema, type SinkRecord, type SinkTaskContext } from '@penstock/core'
import type { ElasticsearchSinkConfig } from '../config/config.ts'
import type { Batch } from './batch.ts'
import type { ItemFailure } from './bulk-response.ts'

/**
 * Reports the record, then goes on or throws, as `behavior.on.malformed.documents` says. `explain` may know more than
 * Elasticsearch tells.
 */
export async function refuseDocument(
  batch: Batch,
  item: number,
  failure: ItemFailure,
  config: Pick<ElasticsearchSinkConfig, 'behavior.on.malformed.documents'>,
  { reporter, logger }: Pick<SinkTaskContext, 'reporter' | 'logger'>,
  explain: (index: string, schema: Schema | null) => string | null,
): Promise<void> {
  const record = batch.recordOf(item)
  // Sent as the bytes that came from Kafka: if they can't be decoded, that is the reason, and the converter's affair.
  const holdsValue = batch.records.holdsValue(item)
  const undecodable = holdsValue ? decodingError(record) : null
  if (undecodable !== null) {
    await reporter.report(record, undecodable)
    return
  }
  const because = explain(batch.indexOf(item), holdsValue ? record.value.schema : null)
  const error = refusedError(`${batch.documentName(item)} (record ${record})`, failure, because)
  const behavior = config['behavior.on.malformed.documents']
  switch (behavior) {
    case 'report':
      await reporter.report(record, error)
      return
    case 'warn':
      logger.warn(error.message)
      await reporter.report(record, error, { tolerated: true })
      return
    case 'ignore':
      await reporter.report(record, error, { tolerated: true })
      return
    case 'fail':
      await reporter.report(record, error, { tolerated: true })
      throw error
    default:
      assertNever(behavior)
  }
}

function refusedError(what: string, { type, reason, status }: ItemFailure, because: string | null): DataError {
  return new DataError(
    'elasticsearch.refused',
    `Elasticsearch refused ${what}: ${type}: ${reason} (status ${status})${because === null ? '' : `; ${because}`}`,
  )
}

function decodingError(record: SinkRecord): unknown {
  try {
    void record.value
    return null
  } catch (error) {
    return error
  }
}
