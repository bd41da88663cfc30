import { ConnectError } from '@penstock/core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { RunningInspection } from '../execution/executor-pool.ts'
import type { InspectionEnd, InspectionSnapshot, VerifyReport } from '../execution/inspection/job.ts'
import type { Requests } from '../execution/ipc.ts'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { NotAssignedError } from './errors.ts'
import { memoryStores } from './fixtures/memory-stores.ts'
import { Inspections } from './inspections.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_000 }))
afterEach(() => void vi.useRealTimers())

const counts = { read: 0, found: 0, missing: 0, duplicated: 0, dropped: 0, failed: 0, notVerifiable: 0 }
const gap = { topic: 't', partition: 0, from: 3, to: 5, records: 2 }
const report: VerifyReport = {
  ...{ kind: 'verify', total: counts, partitions: [], gaps: [gap], gapsNotListed: 0 },
  ...{ duplicates: [], failures: [], notVerifiable: [] },
}
const snapshotOf = (recordsRead: number, of: InspectionSnapshot['report'] = report): InspectionSnapshot => ({
  progress: { recordsRead, offsetsDone: recordsRead, offsetsTotal: 10, recordsPerSecond: 1 },
  report: of,
})
const request = { topic: null, partitions: null, from: null, to: null, within: null }

/** Connector `a` on this worker; each inspection ends when the test says so. */
async function inspections() {
  const { configs, state } = await memoryStores()
  await configs.putConnector('a', { 'connector.class': 'S', topics: 't', old: '1' }, null)
  await configs.putTasks('a', [{ topics: 't', part: '0', old: '1' }])
  const begun: Requests['inspect']['params'][] = []
  const ends: PromiseWithResolvers<InspectionEnd>[] = []
  const cancelled: string[] = []
  const where = { here: true, read: 1 }
  const made = new Inspections({
    configs: state,
    executors: {
      ask: async (_question, params) => params as never,
      validate: async () => ({ name: 'S', errorCount: 0, groups: [], configs: [] }),
      inspect: async (params): Promise<RunningInspection> => {
        begun.push(params)
        const end = Promise.withResolvers<InspectionEnd>()
        ends.push(end)
        return {
          done: end.promise,
          snapshot: async () => snapshotOf(where.read),
          cancel: async () => void cancelled.push(params.id),
        }
      },
    },
    workerId: 'one:8083',
    mustBeHere: async () => {
      if (!where.here) throw new NotAssignedError('elsewhere', 'http://two:8083/')
    },
    isHere: () => where.here,
    logger: recordingLogger(),
    clock: { now: () => Date.now() },
  })
  return { made, begun, ends, cancelled, where, configs }
}
const settle = () => vi.advanceTimersByTimeAsync(0)

test('long work runs, is watched, and its result is kept', async () => {
  const { made, begun, ends, where } = await inspections()
  const started = await made.verify('a', request)
  expect(started).toMatchObject({
    connector: 'a',
    kind: 'verify',
    state: 'RUNNING',
    startedAt: 1_000,
    workerId: 'one:8083',
  })
  expect(begun[0]).toMatchObject({
    connector: 'a',
    config: { name: 'a', old: '1' },
    taskConfig: { part: '0' },
    job: { kind: 'verify' },
  })
  where.read = 4
  expect((await made.inspection('a', 'verify')).snapshot?.progress.recordsRead).toBe(4)
  ends[0]?.resolve({ snapshot: snapshotOf(10), failure: null })
  await settle()
  expect(await made.inspection('a', 'verify')).toMatchObject({
    state: 'DONE',
    endedAt: 1_000,
    snapshot: snapshotOf(10),
  })
})

test('there is one at a time for a connector', async () => {
  const { made, ends } = await inspections()
  const first = made.verify('a', request)
  await expect(made.verify('a', request)).rejects.toMatchObject({ code: 'inspection.busy' })
  await first
  await expect(made.redriveGaps('a')).rejects.toMatchObject({ code: 'inspection.busy' })
  ends[0]?.resolve({ snapshot: snapshotOf(1), failure: null })
  await settle()
  expect(await made.redriveGaps('a')).toMatchObject({ kind: 'redrive-gaps', state: 'RUNNING' })
})

test('the gaps of the last verification are driven again; without any there is nothing to do', async () => {
  const { made, begun, ends } = await inspections()
  await expect(made.redriveGaps('a')).rejects.toMatchObject({ code: 'inspection.no_gaps' })
  await made.verify('a', request)
  ends[0]?.resolve({ snapshot: snapshotOf(1), failure: null })
  await settle()
  await made.redriveGaps('a')
  expect(begun[1]?.job).toEqual({ kind: 'redrive-gaps', gaps: [gap], areAll: true })
})

test('gaps that were found with another config are not driven again', async () => {
  const { made, ends, configs } = await inspections()
  await made.verify('a', request)
  ends[0]?.resolve({ snapshot: snapshotOf(1), failure: null })
  await settle()
  await configs.putConnector('a', { 'connector.class': 'S', topics: 'other', old: '1' }, null)
  await expect(made.redriveGaps('a')).rejects.toMatchObject({ code: 'inspection.config_changed' })
})

test('dead letters are driven through the changed config of connector and task', async () => {
  const { made, begun } = await inspections()
  const config = { old: null, new: '2', name: 'other' }
  await made.redriveDeadLetters('a', {
    filter: { reason: null, topic: null },
    maxRecords: 5,
    fromBeginning: false,
    config,
  })
  expect(begun[0]).toMatchObject({ job: { kind: 'redrive-dead-letters', maxRecords: 5 } })
  expect(begun[0]?.config).toEqual({ 'connector.class': 'S', topics: 't', name: 'a', new: '2' })
  expect(begun[0]?.taskConfig).toEqual({ topics: 't', part: '0', name: 'a', new: '2' })
})

test('work ends with its executor, and keeps what was known of it', async () => {
  const { made, ends, where } = await inspections()
  await made.verify('a', request)
  where.read = 7
  await vi.advanceTimersByTimeAsync(1_500)
  ends[0]?.reject(new ConnectError('executor.died', 'executor 0 (pid 1) died: it was ended by signal SIGKILL'))
  await settle()
  expect(await made.inspection('a', 'verify')).toMatchObject({
    state: 'FAILED',
    reason: expect.stringContaining('SIGKILL'),
    snapshot: { progress: { recordsRead: 7 } },
  })
})

test('work that can not go on says why, with what it had found', async () => {
  const { made, ends } = await inspections()
  await made.verify('a', request)
  ends[0]?.resolve({ snapshot: snapshotOf(2), failure: 'HTTP status 403' })
  await settle()
  expect(await made.inspection('a', 'verify')).toMatchObject({
    state: 'FAILED',
    reason: 'HTTP status 403',
    snapshot: snapshotOf(2),
  })
})

test('cancelled work is cut off and says so, ended work stays as it is', async () => {
  const { made, ends, cancelled, begun } = await inspections()
  await made.verify('a', request)
  await made.cancelInspection('a', 'verify')
  await made.cancelInspection('a', 'verify')
  expect(cancelled).toEqual([begun[0]?.id])
  ends[0]?.resolve({ snapshot: snapshotOf(2), failure: null })
  await settle()
  expect(await made.cancelInspection('a', 'verify')).toMatchObject({ state: 'CANCELLED', reason: 'it was cancelled' })
})

test('work on a connector that goes elsewhere is cut off, and another worker is asked from then on', async () => {
  const { made, cancelled, where } = await inspections()
  await made.verify('a', request)
  where.here = false
  await vi.advanceTimersByTimeAsync(1_500)
  expect(cancelled).toHaveLength(1)
  await expect(made.inspection('a', 'verify')).rejects.toBeInstanceOf(NotAssignedError)
  await expect(made.verify('a', request)).rejects.toBeInstanceOf(NotAssignedError)
})

test('unknown connectors, and work that never was, are not found', async () => {
  const { made, configs, ends } = await inspections()
  await expect(made.verify('b', request)).rejects.toMatchObject({ code: 'herder.unknown_connector' })
  await expect(made.inspection('a', 'redrive-gaps')).rejects.toMatchObject({ code: 'inspection.none' })
  await made.verify('a', request)
  ends[0]?.resolve({ snapshot: snapshotOf(1), failure: null })
  await settle()
  await configs.removeConnector('a')
  await expect(made.inspection('a', 'verify')).rejects.toMatchObject({ code: 'herder.unknown_connector' })
})

test('short questions go to any executor with the config that they are about', async () => {
  const { made } = await inspections()
  const preview = { topic: null, partitions: null, records: 3 }
  expect(await made.preview('a', preview, { old: '9' })).toMatchObject({
    config: { old: '9' },
    taskConfig: { old: '9', part: '0' },
  })
  expect(await made.previewConfig({ name: 'n', topics: 'x' }, preview)).toMatchObject({
    connector: 'n',
    config: { topics: 'x' },
  })
})
