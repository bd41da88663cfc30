/**
 * What every sink must do, as cases for any test framework:
 * `for (const { name, check } of sinkSuite(plugin, setUp)) test(name, check)`.
 */
import assert from 'node:assert/strict'
import type { RawConfig } from '../config-def.ts'
import type { PartitionOffset, SinkPlugin, SinkTask, TopicPartition } from '../plugin.ts'
import type { SinkRecord } from '../record.ts'
import { assertTaskConfigs } from './connector-cases.ts'
import { soon } from './deadline.ts'
import { inspectRecord } from './inspect-record.ts'
import { pluginSuite, type SuiteCase } from './plugin-suite.ts'
import { fakeSinkTaskContext } from './sink-task-context.ts'

/** Something to write to, made anew for each case. */
export interface SinkFixture {
  /** A valid configuration that writes to it. */
  readonly raw: RawConfig
  /** Records it can write, each partition's in the order of their offsets. */
  readonly records: readonly SinkRecord[]
  /** Whether a record has arrived there. */
  holds(record: SinkRecord): Promise<boolean> | boolean
  close?(): Promise<void> | void
}

/** A sink with records that it can write. */
export function sinkSuite(plugin: SinkPlugin, setUp: () => Promise<SinkFixture> | SinkFixture): SuiteCase[] {
  return [
    ...pluginSuite(plugin),
    {
      name: `${plugin.name} plans at most as many tasks as are allowed, each with a valid configuration`,
      check: () => withTask(plugin, setUp, async (_task, { raw }) => assertTaskConfigs(plugin, raw)),
    },
    {
      name: `${plugin.name} takes a batch without records, and names no offsets then`,
      check: () =>
        withTask(plugin, setUp, async (task) => {
          await soon('an empty put', task.put([]))
          assert.deepEqual((await task.preCommit?.([], { closing: false })) ?? [], [])
        }),
    },
    {
      name: `${plugin.name} has written what it lets be committed, and in the end everything`,
      check: () =>
        withTask(plugin, setUp, async (task, fixture) => {
          await soon('put', task.put(fixture.records))
          const consumed = endOffsets(fixture.records)
          await assertHeld(fixture, await committed(task, consumed, false))
          const last = await soon('a last preCommit', committed(task, consumed, true))
          assert.deepEqual(sorted(last), sorted(consumed))
          await assertHeld(fixture, last)
        }),
    },
    {
      name: `${plugin.name} names no offset beyond those it has been asked for`,
      check: () =>
        withTask(plugin, setUp, async (task, { records }) => {
          const half = records.slice(0, Math.ceil(records.length / 2))
          await soon('put', task.put(half))
          const consumed = endOffsets(half)
          for (const { topic, partition, offset } of await committed(task, consumed, true)) {
            const end = consumed.find((place) => place.topic === topic && place.partition === partition)
            assert.ok(end !== undefined && offset <= end.offset, `${topic}-${partition} at ${offset}`)
          }
        }),
    },
    {
      name: `${plugin.name} takes records again that it has written`,
      check: () =>
        withTask(plugin, setUp, async (task, fixture) => {
          for (let time = 0; time < 2; time++) {
            await soon('put', task.put(fixture.records))
            await assertHeld(fixture, await soon('preCommit', committed(task, endOffsets(fixture.records), true)))
          }
        }),
    },
    {
      name: `${plugin.name} leaves records as they were`,
      check: () =>
        withTask(plugin, setUp, async (task, { records }) => {
          const before = records.map(inspectRecord)
          await soon('put', task.put(records))
          await committed(task, endOffsets(records), true)
          assert.deepEqual(records.map(inspectRecord), before)
        }),
    },
  ]
}

async function withTask(
  plugin: SinkPlugin,
  setUp: () => Promise<SinkFixture> | SinkFixture,
  check: (task: SinkTask, fixture: SinkFixture) => Promise<void>,
): Promise<void> {
  const fixture = await setUp()
  try {
    const context = fakeSinkTaskContext()
    context.partitions = [...endOffsets(fixture.records)]
    const task = plugin.createTask(plugin.config.parse(fixture.raw), context)
    await task.start?.()
    try {
      const partitions: readonly TopicPartition[] = context.partitions
      await task.open?.(partitions)
      await check(task, fixture)
      await task.close?.(partitions)
    } finally {
      await soon('stop', task.stop?.())
    }
  } finally {
    await fixture.close?.()
  }
}

async function committed(
  task: SinkTask,
  consumed: readonly PartitionOffset[],
  closing: boolean,
): Promise<readonly PartitionOffset[]> {
  return task.preCommit === undefined ? consumed : task.preCommit(consumed, { closing })
}

/** The next offset after the records of each partition. */
function endOffsets(records: readonly SinkRecord[]): PartitionOffset[] {
  const ends = new Map<string, PartitionOffset>()
  for (const { origin } of records) {
    const { topic, partition, offset } = origin
    ends.set(`${topic}-${partition}`, { topic, partition, offset: offset + 1n })
  }
  return [...ends.values()]
}

async function assertHeld({ records, holds }: SinkFixture, done: readonly PartitionOffset[]): Promise<void> {
  for (const record of records) {
    const { topic, partition, offset } = record.origin
    const place = done.find((candidate) => candidate.topic === topic && candidate.partition === partition)
    if (place === undefined || offset >= place.offset) continue
    assert.ok(await holds(record), `${record} is committed but not written`)
  }
}

function sorted(offsets: readonly PartitionOffset[]): string[] {
  return offsets.map(({ topic, partition, offset }) => `${topic}-${partition}@${offset}`).sort()
}
