/** What happens to a record that loses against the document that is there. */
import { assertNever, DataError, type SinkRecord, type SinkTaskContext } from '@penstock/core'
import type { ElasticsearchSinkConfig } from '../config/config.ts'
import type { Batch } from './batch.ts'
import type { ItemFailure } from './bulk-response.ts'

/** Goes on, tells, or throws, as `behavior.on.version.conflict` says. */
export async function loseConflict(
  batch: Batch,
  item: number,
  { reason }: Pick<ItemFailure, 'reason'>,
  config: Pick<ElasticsearchSinkConfig, 'behavior.on.version.conflict'>,
  { reporter, logger }: Pick<SinkTaskContext, 'reporter' | 'logger'>,
): Promise<void> {
  const behavior = config['behavior.on.version.conflict']
  const record = batch.recordOf(item)
  // What is read or sent again meets itself.
  if (behavior === 'ignore' || isRepeat(reason) || isNamedByPosition(record, batch.idOf(item))) return
  const error = new DataError(
    'elasticsearch.version_conflict',
    `record ${record} was not written, ${batch.documentName(item)} is newer or was there before: ${reason}`,
  )
  switch (behavior) {
    case 'warn':
      logger.warn(error.message)
      return
    case 'report':
      logger.warn(error.message)
      await reporter.report(record, error, { tolerated: true })
      return
    case 'fail':
      await reporter.report(record, error, { tolerated: true })
      throw error
    default:
      assertNever(behavior)
  }
}

/** The document has the very version that was to be written. */
function isRepeat(reason: string): boolean {
  const versions = /current version \[(\d+)\] is higher or equal to the one provided \[(\d+)\](?: \(.*\))?$/s.exec(
    reason,
  )
  return versions !== null && versions[1] === versions[2]
}

/** No other record has this id: topic, partition and offset, and for one of several records made of one, its number. */
function isNamedByPosition({ topic, origin, offset }: SinkRecord, id: string | null): boolean {
  const position = `${topic}+${origin.partition}+${offset}`
  return id?.startsWith(position) === true && /^(\+\d+)?$/.test(id.slice(position.length))
}
