/**
 * What every source must do, as cases for any test framework:
 * `for (const { name, check } of sourceSuite(plugin, setUp)) test(name, check)`.
 */
import assert from 'node:assert/strict'
import type { ConfigDef, RawConfig } from '../config-def.ts'
import type { SourcePlugin } from '../plugin.ts'
import type { SourceRecord } from '../source-record.ts'
import { Struct } from '../struct.ts'
import { assertTaskConfigs } from './connector-cases.ts'
import { soon } from './deadline.ts'
import { inspectContent } from './inspect-record.ts'
import { pluginSuite, type SuiteCase } from './plugin-suite.ts'
import { type FakeSourceTaskContext, fakeSourceTaskContext } from './source-task-context.ts'

/** Something to read from, made anew for each case. */
export interface SourceFixture {
  /** A valid configuration that reads from it. */
  readonly raw: RawConfig
  /** How many records task 0 gives at least, without anything happening meanwhile. Two or more. */
  readonly records: number
  close?(): Promise<void> | void
}

/**
 * A source of records. A source that says `SUPPORTED` for exactly-once must go on right behind a stored offset, others may
 * repeat records.
 */
export function sourceSuite(plugin: SourcePlugin, setUp: () => Promise<SourceFixture> | SourceFixture): SuiteCase[] {
  return [
    ...pluginSuite(plugin),
    {
      name: `${plugin.name} plans at most as many tasks as are allowed, each with a valid configuration`,
      check: () => withFixture(setUp, ({ raw }) => assertTaskConfigs(plugin, raw)),
    },
    {
      name: `${plugin.name} gives records that have a topic, fit their schemas, and have offsets that can be stored`,
      check: () =>
        withFixture(setUp, async ({ raw, records }) => {
          for (const record of await read(plugin, raw, records)) {
            assert.ok(record.topic !== '', 'a record has no topic')
            assertStorable('partition', record.sourcePartition)
            assertStorable('offset', record.sourceOffset)
            for (const { value } of [record.key, record.value]) if (value instanceof Struct) value.validate()
          }
        }),
    },
    {
      name: `${plugin.name} goes on behind the stored offsets`,
      check: () =>
        withFixture(setUp, async ({ raw, records: count }) => {
          const all = await read(plugin, raw, count)
          const exactly = plugin.exactlyOnceSupport?.(raw) === 'SUPPORTED'
          for (const done of new Set([1, Math.floor(count / 2), count - 1])) {
            const context = fakeSourceTaskContext()
            for (const record of all.slice(0, done)) {
              context.stored.set(JSON.stringify(record.sourcePartition), record.sourceOffset)
            }
            const missing = all.slice(done).map(inspectContent)
            const further = exactly
              ? await read(plugin, raw, missing.length, context)
              : await readUntil(plugin, raw, (records) => holdsAll(records, missing), context)
            if (exactly) assert.deepEqual(further.map(inspectContent), missing, `after ${done} of ${count} records`)
          }
        }),
    },
    {
      name: `${plugin.name} answers soon when it shall stop`,
      check: () =>
        withFixture(setUp, async ({ raw, records }) => {
          const task = plugin.createTask(parse(plugin, raw), fakeSourceTaskContext())
          await task.start?.()
          for (let seen = 0; seen < records; ) {
            seen += (await soon('poll', task.poll(new AbortController().signal)))?.length ?? 0
          }
          const stopping = new AbortController()
          const answer = task.poll(stopping.signal)
          stopping.abort()
          await soon('a poll whose signal was aborted', answer)
          await soon('stop', task.stop?.())
        }),
    },
    {
      name: `${plugin.name} can be stopped before it has read anything`,
      check: () =>
        withFixture(setUp, async ({ raw }) => {
          const task = plugin.createTask(parse(plugin, raw), fakeSourceTaskContext())
          await task.start?.()
          await soon('stop', task.stop?.())
        }),
    },
    {
      name: `${plugin.name} lets its own offsets be set and reset`,
      check: () =>
        withFixture(setUp, async ({ raw, records }) => {
          const [record] = await read(plugin, raw, records)
          const partition = record?.sourcePartition ?? {}
          for (const offset of [record?.sourceOffset ?? null, null]) {
            await plugin.alterOffsets?.(raw, [{ partition, offset }])
          }
        }),
    },
  ]
}

async function withFixture(
  setUp: () => Promise<SourceFixture> | SourceFixture,
  check: (fixture: SourceFixture) => Promise<void>,
): Promise<void> {
  const fixture = await setUp()
  try {
    await check(fixture)
  } finally {
    await fixture.close?.()
  }
}

/** The first `count` records that a task gives from its stored offsets on. */
async function read(
  plugin: SourcePlugin,
  raw: RawConfig,
  count: number,
  context: FakeSourceTaskContext = fakeSourceTaskContext(),
): Promise<SourceRecord[]> {
  return (await readUntil(plugin, raw, (records) => records.length >= count, context)).slice(0, count)
}

async function readUntil(
  plugin: SourcePlugin,
  raw: RawConfig,
  enough: (records: readonly SourceRecord[]) => boolean,
  context: FakeSourceTaskContext,
): Promise<SourceRecord[]> {
  const task = plugin.createTask(parse(plugin, raw), context)
  const records: SourceRecord[] = []
  const end = new AbortController()
  await task.start?.()
  try {
    const all = (async () => {
      while (!end.signal.aborted && !enough(records)) records.push(...((await task.poll(end.signal)) ?? []))
    })()
    await soon('reading the records', all)
  } finally {
    end.abort()
    await task.stop?.()
  }
  return records
}

function holdsAll(records: readonly SourceRecord[], wanted: readonly string[]): boolean {
  const found = new Set(records.map(inspectContent))
  return wanted.every((content) => found.has(content))
}

function parse(plugin: SourcePlugin, raw: RawConfig): ReturnType<ConfigDef['parse']> {
  return plugin.config.parse(raw)
}

function assertStorable(what: string, members: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(members)) {
    const isPlain = value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value)
    assert.ok(isPlain, `member ${name} of a source ${what} is ${typeof value}, which can't be stored`)
    assert.ok(typeof value !== 'number' || Number.isFinite(value), `member ${name} of a source ${what} is ${value}`)
  }
}
