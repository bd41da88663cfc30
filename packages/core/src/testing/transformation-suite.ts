/** What every transformation and predicate must do, with records of sinks and of sources. @module */
import assert from 'node:assert/strict'
import type { RawConfig } from '../config-def.ts'
import { DataError } from '../errors.ts'
import type { PredicatePlugin, Transformation, TransformationContext, TransformationPlugin } from '../plugin.ts'
import type { SinkRecord } from '../record.ts'
import { SourceRecord } from '../source-record.ts'
import { inspectRecord } from './inspect-record.ts'
import { pluginSuite, type SuiteCase } from './plugin-suite.ts'
import { fakeTransformationContext } from './transformation-context.ts'

/**
 * A transformation with a valid configuration; `samples` are records it may meet, fitting or not. Each is tried as the
 * record of a source as well. Time stands still unless `context` has another clock.
 */
export function transformationSuite(
  plugin: TransformationPlugin,
  raw: RawConfig,
  samples: readonly SinkRecord[],
  context: TransformationContext = fakeTransformationContext({}, { now: () => 1_700_000_000_000 }),
): SuiteCase[] {
  const records = samples.flatMap((sample) => [sample, fromSource(sample)])
  const withTransformation = async (use: (transformation: Transformation) => Promise<void>): Promise<void> => {
    const transformation = plugin.create(plugin.config.parse(raw), context)
    try {
      await use(transformation)
    } finally {
      await transformation.close?.()
    }
  }
  return [
    ...pluginSuite(plugin),
    {
      name: `${plugin.name} leaves the record it is given unchanged, and the origin of those it gives`,
      check: () =>
        withTransformation(async (transformation) => {
          for (const record of records) {
            const before = inspectRecord(record)
            const after = await outcome(transformation, record)
            assert.equal(inspectRecord(record), before)
            if (Array.isArray(after)) for (const made of after) assert.deepEqual(originOf(made), originOf(record))
          }
        }),
    },
    {
      name: `${plugin.name} does the same to the same record again`,
      check: () =>
        withTransformation(async (transformation) => {
          for (const record of records) {
            const [first, second] = [await outcome(transformation, record), await outcome(transformation, record)]
            assert.deepEqual(inspectOutcome(second), inspectOutcome(first))
          }
        }),
    },
  ]
}

/** A predicate with a valid configuration; `samples` are tried as records of a sink and of a source. */
export function predicateSuite(plugin: PredicatePlugin, raw: RawConfig, samples: readonly SinkRecord[]): SuiteCase[] {
  return [
    ...pluginSuite(plugin),
    {
      name: `${plugin.name} answers true or false, the same each time, and leaves the record unchanged`,
      check() {
        const predicate = plugin.create(plugin.config.parse(raw))
        for (const record of samples.flatMap((sample) => [sample, fromSource(sample)])) {
          const before = inspectRecord(record)
          const answers = [1, 2].map(() => predicate.test(record))
          assert.ok(typeof answers[0] === 'boolean' && answers[0] === answers[1])
          assert.equal(inspectRecord(record), before)
        }
      },
    },
  ]
}

type AnyRecord = SinkRecord | SourceRecord

function fromSource({ topic, partition, timestamp, key, value, headers, offset }: SinkRecord): SourceRecord {
  return new SourceRecord({
    sourcePartition: { partition },
    sourceOffset: { offset },
    ...{ topic, timestamp, key, value, headers },
  })
}

/** The records that a transformation makes of one, or the DataError with which it refuses it. */
async function outcome(transformation: Transformation, record: AnyRecord): Promise<readonly AnyRecord[] | DataError> {
  try {
    const after = record.kind === 'sink' ? await transformation.apply(record) : await transformation.apply(record)
    if (after === null) return []
    return Array.isArray(after) ? after : [after as AnyRecord]
  } catch (error) {
    if (error instanceof DataError) return error
    throw error
  }
}

function inspectOutcome(made: readonly AnyRecord[] | DataError): readonly string[] {
  return made instanceof DataError ? [inspectRecord(made)] : made.map(inspectRecord)
}

function originOf(record: AnyRecord): unknown {
  return record.kind === 'sink' ? record.origin : [record.sourcePartition, record.sourceOffset]
}
