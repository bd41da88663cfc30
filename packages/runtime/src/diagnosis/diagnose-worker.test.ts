import { expect, test } from 'vitest'
import { diagnoseWorker } from './diagnose-worker.ts'

const raw = {
  'bootstrap.servers': '127.0.0.1:2',
  'group.id': 'workers',
  'config.storage.topic': 'configs',
  'offset.storage.topic': 'offsets',
  'status.storage.topic': 'status',
  'key.converter': 'StringConverter',
  'value.converter': 'StringConverter',
}

test('every problem of the properties is told, and Kafka is not asked', async () => {
  const { 'group.id': _, ...rest } = raw
  const findings = await diagnoseWorker({ raw: { ...rest, 'session.timeout.ms': 'long' }, appFolder: null })
  expect(findings.map(({ area, status, subject }) => [area, status, subject])).toEqual(
    expect.arrayContaining([
      ['configuration', 'failed', 'group.id'],
      ['configuration', 'failed', 'session.timeout.ms'],
    ]),
  )
  expect(findings.every(({ area }) => area === 'configuration')).toBe(true)
})

test('a Kafka that can’t be reached is told with what to check', async () => {
  const findings = await diagnoseWorker({ raw, appFolder: null })
  expect(findings).toMatchObject([
    { area: 'configuration', status: 'ok' },
    { area: 'kafka', status: 'failed', message: expect.stringContaining('nobody listens there') },
  ])
})
