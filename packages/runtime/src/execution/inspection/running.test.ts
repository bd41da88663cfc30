/** Inspections as a whole, over topics in memory: what they read, find, write and remember. */
import type { Finding, SinkRecord } from '@penstock/core'
import { expect, test } from 'vitest'
import { Redactor } from '../../telemetry/redactor.ts'
import { message } from '../fixtures/messages.ts'
import { listDeadLetters } from './dead-letter-list.ts'
import { DeadLetterRedrive } from './dead-letter-redrive.ts'
import { doubling, inspectedConnector } from './fixtures/inspected.ts'
import { MemoryBroker } from './fixtures/memory-broker.ts'
import { GapRedrive } from './gap-redrive.ts'
import type { RedriveRequest } from './job.ts'
import { preview } from './preview.ts'
import { Shower } from './shown.ts'
import { Verification } from './verification.ts'

const signal = new AbortController().signal
const numbers = (...values: unknown[]) =>
  values.map((value, offset) => message({ offset, value: Buffer.from(String(value)), timestamp: 1_000 + offset }))
const everything = { topic: null, partitions: null, from: null, to: null, within: null }
const limits = { recordsPerSecond: 1e9, mostGaps: 100 }
const dlq = { 'errors.deadletterqueue.topic.name': 'dlq' }

/** A connector of topic `t` that doubles numbers, over a broker; its sink keeps what it is given in `index`. */
function connected(config: Record<string, string> = {}, find?: (record: SinkRecord) => Finding) {
  const broker = new MemoryBroker()
  const index = new Map<string, unknown>()
  const idOf = (record: SinkRecord): string => record.toString()
  const inspected = () =>
    broker.connect(
      inspectedConnector(
        {
          createInspector: () => ({
            preview: (record) => ({
              action: 'put',
              target: 'index',
              id: idOf(record),
              text: String(record.value.value),
            }),
            find: async (records) =>
              records.map((record) => find?.(record) ?? { kind: index.has(idOf(record)) ? 'once' : 'missing' }),
          }),
          createTask: (_config, { reporter }) => ({
            put: async (records) => {
              for (const record of records) {
                if (record.value.value === 26) await reporter.report(record, new Error('no thirteens'))
                else index.set(idOf(record), record.value.value)
              }
            },
          }),
        },
        { ...doubling, ...config },
      ),
    )
  return { broker, index, inspected }
}

test('a verification counts what became of each record, and what is missing can be driven again', async () => {
  const { broker, index, inspected } = connected()
  broker.write('t', numbers(1, 2, '{', '"drop"', 3, '[4,5]', 6), numbers(7))
  broker.committed.set('connect-c', [
    { topic: 't', partition: 0, offset: 6n },
    { topic: 't', partition: 1, offset: 1n },
  ])
  for (const place of ['t-0@0', 't-0@5 part 0', 't-1@0']) index.set(place, 0)
  const run = async () => {
    const verification = new Verification(inspected(), everything, limits)
    await verification.run(signal)
    const { report, progress } = verification.snapshot()
    if (report.kind !== 'verify') throw new Error('no verification')
    return { report, progress }
  }
  const { report, progress } = await run()
  expect(report.total).toEqual({
    ...{ read: 7, found: 2, missing: 3, duplicated: 0 },
    ...{ dropped: 1, failed: 1, notVerifiable: 0 },
  })
  expect(report.failures).toMatchObject([{ offset: 2, stage: 'VALUE_CONVERTER' }])
  expect(report.gaps.map(({ partition, from, to, records }) => [partition, from, to, records])).toEqual([
    [0, 1, 2, 1],
    [0, 4, 6, 2],
  ])
  expect(progress).toMatchObject({ recordsRead: 7, offsetsDone: 7, offsetsTotal: 7 })

  const listed = new GapRedrive(inspected(), { gaps: report.gaps.slice(0, 1), areAll: false }, 1e9)
  await listed.run(signal)
  expect(listed.snapshot().report).toMatchObject({ taken: 1, written: 1, complete: false })
  const redrive = new GapRedrive(inspected(), { gaps: report.gaps, areAll: true }, 1e9)
  await redrive.run(signal)
  expect(redrive.snapshot().report).toMatchObject({ taken: 3, written: 3, refused: 0, dropped: 0, complete: true })
  expect([index.get('t-0@1'), index.get('t-0@4'), index.get('t-0@5 part 1')]).toEqual([4, 6, 5])
  expect((await run()).report.total).toMatchObject({ found: 5, missing: 0 })
})

test('duplicates, refusals and records of which nothing is known are told apart', async () => {
  const findings: Finding[] = [
    { kind: 'several', where: ['a', 'b'] },
    { kind: 'refused', error: new Error('too long') },
    { kind: 'not_verifiable', why: 'made-up ids' },
    { kind: 'skipped' },
  ]
  const { broker, inspected } = connected({}, ({ offset }) => findings[Number(offset)] as Finding)
  broker.write('t', numbers(1, 2, 3, 4))
  const to = { kind: 'offsets', byPartition: new Map([[0, 4]]) } as const
  const verification = new Verification(inspected(), { ...everything, to }, limits)
  await verification.run(signal)
  expect(verification.snapshot().report).toMatchObject({
    total: { read: 4, duplicated: 1, failed: 1, notVerifiable: 1, dropped: 1 },
    duplicates: [{ offset: 0, where: ['a', 'b'] }],
    failures: [{ offset: 1, stage: 'TASK_PUT', message: 'too long' }],
    notVerifiable: [{ why: 'made-up ids', records: 1 }],
  })
})

/** Dead letters of connector `c` for these values of topic `t`, beside one of another connector and one of nobody. */
function deadLetters(...values: unknown[]) {
  const context = (connector: string, offset: number, reason: string) =>
    Object.entries({
      topic: 't',
      partition: 0,
      offset,
      'connector.name': connector,
      stage: 'TASK_PUT',
      'exception.message': reason,
    }).map(([name, value]) => ({ [`__connect.errors.${name}`]: Buffer.from(String(value)) }))
  const letters = numbers(...values).map((letter) => ({
    ...letter,
    headers: context('c', 100 + letter.offset, `reason ${letter.offset % 2}`),
  }))
  const others = [
    message({ offset: letters.length, headers: context('other', 1, 'x') }),
    message({ offset: letters.length + 1 }),
  ]
  return [...letters, ...others]
}
const all = { reason: null, topic: null }
const redriving: Omit<RedriveRequest, 'config'> = { filter: all, maxRecords: null, fromBeginning: false }
const unlimited = { recordsPerSecond: 1e9, mostRecords: 1_000 }

test('dead letters are driven as the records that they were, and the next time those after them', async () => {
  const { broker, index, inspected } = connected(dlq)
  broker.write('dlq', deadLetters(1, '{', 13, 4))
  const run = async (request: Partial<typeof redriving>) => {
    const redrive = new DeadLetterRedrive(inspected(), { ...redriving, ...request }, unlimited)
    await redrive.run(signal)
    return redrive.snapshot().report
  }
  expect(await run({ maxRecords: 2 })).toMatchObject({ taken: 2, written: 1, refused: 1, complete: false })
  expect(broker.committed.get('connect-c-dlq-redrive')).toEqual([{ topic: 'dlq', partition: 0, offset: 2n }])
  expect(await run({})).toMatchObject({
    ...{ taken: 2, written: 1, refused: 1, skipped: 2, complete: true },
    refusals: [{ topic: 't', offset: 102, stage: 'TASK_PUT', message: 'no thirteens' }],
  })
  expect(await run({})).toMatchObject({ taken: 0, complete: true })
  expect(Object.fromEntries(index)).toEqual({ 't-0@100': 2, 't-0@103': 8 })
  const filter = { reason: 'REASON 1', topic: 't' }
  expect(await run({ filter, fromBeginning: true })).toMatchObject({ taken: 2, written: 1, skipped: 4 })
})

test('dead letters are listed by page, whoever else writes to the queue', async () => {
  const { broker, inspected } = connected(dlq)
  const count = 1_500
  broker.write('dlq', deadLetters(...Array.from({ length: count }, (_, number) => number)))
  const shower = new Shower(new Redactor(), 1_000)
  for (const order of ['newest', 'oldest'] as const) {
    const filter = { reason: 'reason 1', topic: null }
    let positions: ReadonlyMap<number, number> | null = null
    const seen: number[] = []
    for (let next: string | null = 'first'; next !== null; ) {
      const page = await listDeadLetters(inspected(), { filter, limit: 70, order, positions }, shower, signal)
      seen.push(...page.letters.map(({ context }) => context?.offset ?? -1))
      next = page.next
      positions = new Map([[0, Number(next?.split('-')[1])]])
    }
    const expected = Array.from({ length: count / 2 }, (_, half) => 101 + half * 2)
    expect(seen).toEqual(order === 'newest' ? expected.reverse() : expected)
  }
  const unfiltered = await listDeadLetters(
    inspected(),
    { filter: all, limit: 3, order: 'newest', positions: null },
    shower,
    signal,
  )
  expect(unfiltered.letters.map(({ context }) => context?.offset ?? null)).toEqual([null, 1_599, 1_598])
})

test('a preview takes the last records of all partitions, also beyond offsets without any', async () => {
  const { broker, inspected } = connected()
  const sparse = [0, 500, 900].map((offset) =>
    message({ offset, value: Buffer.from(String(offset)), timestamp: offset }),
  )
  broker.write('t', sparse, [message({ offset: 0, value: Buffer.from('7'), timestamp: 600 })])
  const shown = await preview(
    inspected(),
    { topic: null, partitions: null, records: 3 },
    new Shower(new Redactor(), 100),
    signal,
  )
  expect(shown.records.map(({ partition, offset, writes }) => [partition, offset, writes[0]])).toMatchObject([
    [0, 500, { text: '1000' }],
    [1, 0, { text: '14' }],
    [0, 900, { text: '1800' }],
  ])
})

test('connectors without a dead letter queue, or whose sink can not look for records, say so', async () => {
  const { broker, inspected } = connected()
  broker.write('t', numbers(1))
  await expect(new DeadLetterRedrive(inspected(), redriving, unlimited).run(signal)).rejects.toMatchObject({
    code: 'config.no_dead_letters',
  })
  const plain = broker.connect(inspectedConnector())
  await expect(new Verification(plain, everything, limits).run(signal)).rejects.toMatchObject({
    code: 'config.not_verifiable',
  })
})

test('what could not be read in time is not passed off as all that there is', async () => {
  const { broker, inspected } = connected(dlq)
  broker.write('t', numbers(1))
  broker.write('dlq', numbers(1))
  const shower = new Shower(new Redactor(), 100)
  const late = AbortSignal.abort()
  const query = { filter: { reason: null, topic: null }, limit: 5, order: 'newest', positions: null } as const
  await expect(listDeadLetters(inspected(), query, shower, late)).rejects.toThrow('too slowly for an answer')
  const request = { topic: null, partitions: null, records: 5 }
  await expect(preview(inspected(), request, shower, late)).rejects.toThrow('too slowly for an answer')
})
