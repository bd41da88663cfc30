/** Answers about the records of a connector, as they are written. */
import { parseJson } from '@penstock/core'
import type { DeadLetter, DeadLetterPage } from '../execution/inspection/dead-letter-list.ts'
import type {
  InspectionSnapshot,
  RedriveReport,
  Refusal,
  VerifyCounts,
  VerifyReport,
} from '../execution/inspection/job.ts'
import type { Preview, PreviewError, PreviewedRecord, PreviewWrite } from '../execution/inspection/preview.ts'
import type { ShownBytes, ShownMessage, ShownRecord, ShownValue } from '../execution/inspection/shown.ts'
import type { InspectionView } from '../herder/herder.ts'

export function previewToWire({ topic, showsWrites, records }: Preview) {
  return { topic, shows_writes: showsWrites, records: records.map(previewedToWire) }
}

function previewedToWire(record: PreviewedRecord) {
  const { topic, partition, offset, timestamp, raw, converted, transformations, droppedBy, error, writes } = record
  return {
    ...{ topic, partition, offset, timestamp },
    raw: messageToWire(raw),
    converted: converted === null ? null : recordToWire(converted),
    transformations: transformations.map((step) => ({
      alias: step.alias,
      class: step.className,
      records: step.records.map(recordToWire),
    })),
    dropped_by: droppedBy,
    error: error === null ? null : errorToWire(error),
    writes: writes.map(writeToWire),
  }
}

function writeToWire(write: PreviewWrite) {
  return write.kind === 'refused' ? { kind: write.kind, ...errorToWire(write) } : write
}

function errorToWire({ stage, executingClass, exceptionClass, message }: PreviewError) {
  return { stage, class: executingClass, exception: exceptionClass, message }
}

function messageToWire({ key, value, headers }: ShownMessage) {
  return {
    key: bytesToWire(key),
    value: bytesToWire(value),
    headers: headers.map((header) => ({ name: header.name, value: bytesToWire(header.value) })),
  }
}

function bytesToWire(shown: ShownBytes | null) {
  if (shown === null) return null
  const { text, base64, bytes, truncated } = shown
  return { ...(text === null ? { base64 } : { text }), bytes, truncated }
}

function recordToWire({ topic, partition, timestamp, key, value, headers }: ShownRecord) {
  return {
    ...{ topic, partition, timestamp },
    key: valueToWire(key),
    value: valueToWire(value),
    headers: headers.map(({ name, ...header }) => ({ name, ...valueToWire(header) })),
  }
}

/** JSON in which a secret was masked may be none any more. */
function valueToWire({ schema, json, truncated }: ShownValue) {
  if (truncated) return { schema, beginning: json }
  try {
    return { schema, value: parseJson(json) }
  } catch {
    return { schema, beginning: json }
  }
}

export function deadLettersToWire({ topic, letters, next }: DeadLetterPage) {
  return { topic, letters: letters.map(letterToWire), next }
}

function letterToWire({ partition, offset, timestamp, context, message }: DeadLetter) {
  return {
    ...{ partition, offset, timestamp },
    origin:
      context === null
        ? null
        : {
            ...{ topic: context.topic, partition: context.partition, offset: context.offset },
            ...{ connector: context.connector, task: context.task },
          },
    stage: context?.stage ?? null,
    class: context?.executingClass ?? null,
    exception: context?.exceptionClass ?? null,
    message: context?.exceptionMessage ?? null,
    record: messageToWire(message),
  }
}

export function inspectionToWire(view: InspectionView) {
  const { id, connector, kind, state, workerId, startedAt, endedAt, reason, snapshot } = view
  return {
    ...{ id, connector, kind, state },
    worker_id: workerId,
    started_at: startedAt,
    ended_at: endedAt,
    reason,
    progress: snapshot === null ? null : progressToWire(snapshot),
    result: snapshot === null ? null : reportToWire(snapshot.report),
  }
}

function progressToWire({ progress }: InspectionSnapshot) {
  return {
    records_read: progress.recordsRead,
    offsets_done: progress.offsetsDone,
    offsets_total: progress.offsetsTotal,
    records_per_second: progress.recordsPerSecond,
  }
}

function reportToWire(report: VerifyReport | RedriveReport) {
  if (report.kind === 'redrive') {
    const { taken, written, refused, dropped, skipped, refusals, refusalsNotListed, complete } = report
    return {
      ...{ taken, written, refused, dropped, skipped },
      refusals: refusals.map(refusalToWire),
      refusals_not_listed: refusalsNotListed,
      complete,
    }
  }
  const { total, partitions, gaps, gapsNotListed, duplicates, failures, notVerifiable } = report
  return {
    ...countsToWire(total),
    partitions: partitions.map((of) => ({
      ...{ topic: of.topic, partition: of.partition, from: of.from, to: of.to },
      ...countsToWire(of),
    })),
    gaps,
    gaps_not_listed: gapsNotListed,
    duplicates,
    failures: failures.map(refusalToWire),
    reasons_not_verifiable: notVerifiable,
  }
}

function countsToWire({ read, found, missing, duplicated, dropped, failed, notVerifiable }: VerifyCounts) {
  return { read, found, missing, duplicated, dropped, failed, not_verifiable: notVerifiable }
}

function refusalToWire({ topic, partition, offset, ...failure }: Refusal) {
  return { topic, partition, offset, ...errorToWire(failure) }
}
