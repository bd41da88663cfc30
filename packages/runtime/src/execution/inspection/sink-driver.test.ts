import { DataError, RetriableError, type SinkRecord, type SinkTask, type SinkTaskContext } from '@penstock/core'
import { expect, test } from 'vitest'
import { message } from '../fixtures/messages.ts'
import { doubling, inspectedConnector } from './fixtures/inspected.ts'
import { SinkDriver } from './sink-driver.ts'

const at = (offset: number, value: unknown, partition = 0) =>
  message({ partition, offset, value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)) })
const placeOf = ({ origin, value }: SinkRecord): string => `${origin.partition}@${origin.offset}=${value.value}`

/** A driver whose tasks note what they are asked; `act` is what `put` does besides. */
function driverOf(
  act: (record: SinkRecord, context: SinkTaskContext) => Promise<void> | void = () => {},
  task: Partial<SinkTask> = {},
) {
  const notes: string[] = []
  const stop = new AbortController()
  const inspected = inspectedConnector(
    {
      createTask: (_config, context) => ({
        start: () => void notes.push('start'),
        open: (partitions) => void notes.push(`open ${partitions.map(({ partition }) => partition)}`),
        put: async (records) => {
          notes.push(`put ${records.map(placeOf).join(' ')}`)
          for (const record of records) await act(record, context)
        },
        close: () => void notes.push('close'),
        stop: () => void notes.push('stop'),
        ...task,
      }),
    },
    doubling,
  )
  return { driver: new SinkDriver(inspected, stop.signal), notes, stop }
}

test('records go through converters, transformations and a task, in the order of their offsets', async () => {
  const { driver, notes } = driverOf()
  expect(await driver.drive([at(2, 5), at(1, 4), at(0, 1, 1)])).toEqual({
    written: 3,
    dropped: 0,
    copies: 0,
    refusals: [],
  })
  await driver.close()
  expect(notes).toEqual(['start', 'open 0,1', 'put 0@1=8 0@2=10 1@0=2', 'close', 'stop'])
})

test('what is dropped or refused on the way is told apart, and only the rest is put', async () => {
  const { driver, notes } = driverOf()
  const driven = await driver.drive([at(0, '{'), at(1, 'drop'.length), at(2, '"drop"'), at(3, '"text"')])
  expect(driven).toMatchObject({
    ...{ written: 1, dropped: 1 },
    refusals: [
      { offset: 0, stage: 'VALUE_CONVERTER', executingClass: 'com.example.Json', message: 'no JSON' },
      { offset: 3, stage: 'TRANSFORMATION', executingClass: 'com.example.Double' },
    ],
  })
  expect(notes).toContain('put 0@1=8')
})

test('of copies of one record the last is driven', async () => {
  const { driver, notes } = driverOf()
  expect(await driver.drive([at(1, 1), at(1, 2)])).toMatchObject({ written: 1, copies: 1 })
  expect(notes).toContain('put 0@1=4')
})

test('a record that the task reports is refused, the others are written', async () => {
  const { driver } = driverOf(async (record, { reporter }) => {
    if (record.offset === 1n) await reporter.report(record, new DataError('x', 'too large'))
  })
  expect(await driver.drive([at(0, 1), at(1, 1), at(2, 1)])).toMatchObject({
    ...{ written: 2, dropped: 0 },
    refusals: [{ offset: 1, stage: 'TASK_PUT', message: 'too large' }],
  })
})

test('a task that ends with a record that it has reported is followed by another for the rest', async () => {
  const { driver, notes } = driverOf(async (record, { reporter }) => {
    if (record.value.value !== 6) return
    await reporter.report(record, new DataError('x', 'no sixes'), { tolerated: true })
    throw new DataError('x', 'no sixes')
  })
  expect(await driver.drive([at(0, 1), at(1, 3), at(2, 2)])).toMatchObject({ written: 2, refusals: [{ offset: 1 }] })
  expect(notes.filter((note) => note.startsWith('put') || note.startsWith('st'))).toEqual([
    'start',
    'put 0@0=2 0@1=6 0@2=4',
    'stop',
    'start',
    'put 0@0=2 0@2=4',
  ])
})

test('what is wrong with no record in particular ends the work', async () => {
  const { driver } = driverOf(() => {
    throw new Error('the other side is gone')
  })
  await expect(driver.drive([at(0, 1)])).rejects.toThrow('the other side is gone')
})

test('a passing failure is tried again', async () => {
  let failures = 2
  const { driver, notes } = driverOf((_record, context) => {
    context.timeout(1)
    if (failures-- > 0) throw new RetriableError('x', 'busy')
  })
  expect(await driver.drive([at(0, 1)])).toMatchObject({ written: 1 })
  expect(notes.filter((note) => note.startsWith('put'))).toHaveLength(3)
})

test('records that the task does not confirm are not written', async () => {
  const { driver } = driverOf(() => {}, {
    preCommit: async (consumed) => consumed.map((position) => ({ ...position, offset: position.offset - 1n })),
  })
  await expect(driver.drive([at(0, 1), at(1, 1)])).rejects.toMatchObject({ code: 'inspection.not_written' })
})

test('records that the task writes only after a while are waited for', async () => {
  let asked = 0
  const { driver, notes } = driverOf(() => {}, {
    preCommit: async (consumed) => (++asked < 3 ? [] : consumed),
  })
  expect(await driver.drive([at(0, 1)])).toMatchObject({ written: 1 })
  expect(notes.filter((note) => note === 'put ')).toHaveLength(2)
})

test('a cancelled driver gives up without a word about the rest', async () => {
  const { driver, stop } = driverOf((_record, context) => {
    context.timeout(600_000)
    stop.abort()
    throw new RetriableError('x', 'busy')
  })
  expect(await driver.drive([at(0, 1)])).toBe(null)
})
