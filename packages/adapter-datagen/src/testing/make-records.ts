import type { RawConfig, SourceOffset, SourceRecord } from '@penstock/core'
import { fakeSourceTaskContext } from '@penstock/core/testing'
import { config } from '../config.ts'
import { DatagenTask } from '../datagen-task.ts'
import { Dice } from '../dice.ts'
import type { Generator } from '../generator.ts'

/** The first `count` records that a task gives, from a stored offset on. */
export async function makeRecords(
  raw: RawConfig,
  count: number,
  { task = 0, offset }: { task?: number; offset?: SourceOffset } = {},
): Promise<SourceRecord[]> {
  const context = { ...fakeSourceTaskContext(), task }
  if (offset !== undefined) context.stored.set(JSON.stringify({ 'task.id': task }), offset)
  const made = new DatagenTask(config.parse({ topic: 't', rate: '0', ...raw }), context)
  await made.start()
  const records: SourceRecord[] = []
  while (records.length < count) records.push(...((await made.poll(context.signal)) ?? []))
  return records.slice(0, count)
}

/** The first `count` values of a generator, as JSON would give them. */
export function values(generator: Generator, count: number, typed = false): unknown[] {
  const dice = new Dice(1, 0)
  return Array.from({ length: count }, (_, index) => generator.generate(dice.forRecord(index), typed))
}
