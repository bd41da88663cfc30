import { NotFoundError, stringifyJson } from '@penstock/core'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import type { ConnectorOffset } from '../herder/herder.ts'
import { readOffsets } from './bodies.ts'
import { fakeHerder } from './fixtures/fake-herder.ts'
import { startTestServer } from './fixtures/test-server.ts'

vi.setConfig({ testTimeout: 30_000 }) // real servers, on a machine that may be busy

test('offsets are shown with every digit', async () => {
  const connectorOffsets = async (): Promise<ConnectorOffset[]> => [
    { partition: { kafka_partition: 0, kafka_topic: 't' }, offset: { kafka_offset: 9223372036854775807n } },
  ]
  await using rest = await startTestServer({ herder: fakeHerder({ connectorOffsets }) })
  const answer = await fetch(`${rest.server.url}connectors/sink1/offsets`)
  expect(await answer.text()).toBe(
    '{"offsets":[{"partition":{"kafka_partition":0,"kafka_topic":"t"},"offset":{"kafka_offset":9223372036854775807}}]}',
  )
})

test('the offsets of an unknown connector are not found', async () => {
  const connectorOffsets = () => Promise.reject(new NotFoundError('x', 'Connector nope not found'))
  await using rest = await startTestServer({ herder: fakeHerder({ connectorOffsets }) })
  expect(await rest.call('GET', '/connectors/nope/offsets')).toMatchObject({
    status: 404,
    body: { error_code: 404, message: 'Connector nope not found' },
  })
})

test('offsets are altered, and the answer tells whether the connector has seen to its own', async () => {
  const alterConnectorOffsets = vi.fn(async () => ({ byConnector: true }))
  const resetConnectorOffsets = vi.fn(async () => ({ byConnector: false }))
  await using rest = await startTestServer({ herder: fakeHerder({ alterConnectorOffsets, resetConnectorOffsets }) })
  const body =
    '{"offsets":[{"partition":{"filename":"/in"},"offset":{"position":9007199254740993}},{"partition":{"n":1.0},"offset":null}]}'
  expect(await rest.call('PATCH', '/connectors/src1/offsets', body)).toMatchObject({
    status: 200,
    body: { message: 'The offsets for this connector have been altered successfully' },
  })
  expect(alterConnectorOffsets).toHaveBeenCalledWith('src1', [
    { partition: { filename: '/in' }, offset: { position: 9007199254740993n } },
    { partition: { n: 1 }, offset: null },
  ])
  expect(await rest.call('DELETE', '/connectors/src1/offsets')).toMatchObject({
    status: 200,
    body: {
      message:
        'The Connect framework-managed offsets for this connector have been reset successfully. However, if this connector manages offsets externally, they will need to be manually reset in the system that the connector uses.',
    },
  })
})

test.each([
  ['{}', 'Partitions / offsets need to be provided for an alter offsets request'],
  ['{"offsets":null}', 'Partitions / offsets need to be provided for an alter offsets request'],
  ['{"offsets":[]}', 'Partitions / offsets need to be provided for an alter offsets request'],
  ['{"offsets":{}}', 'Malformed request body: "offsets" must be an array of objects'],
  ['{"offsets":[1]}', 'Malformed request body: element 0 of "offsets" must be an object'],
  ['{"offsets":[{"offset":null}]}', 'Malformed request body: "partition" of element 0 must be an object'],
  [
    '{"offsets":[{"partition":{"a":1},"offset":{"b":[1]}}]}',
    'Malformed request body: the value of "b" in "offset" of element 0 must be a string, number, boolean or null',
  ],
  ['{"partitions":[]}', 'Malformed request body: unknown field "partitions", known is offsets'],
])('the offsets %s are refused', async (body, message) => {
  await using rest = await startTestServer({ herder: fakeHerder() })
  expect(await rest.call('PATCH', '/connectors/x/offsets', body)).toMatchObject({
    status: 400,
    body: { error_code: 400, message },
  })
})

test('integers of any size come through as they were sent', () => {
  const position = fc.dictionary(
    fc.string(),
    fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.boolean(), fc.string()),
  )
  const comparable = (value: object | null): unknown =>
    value &&
    Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, typeof item === 'number' ? BigInt(item) : item]),
    )
  fc.assert(
    fc.property(
      fc.array(fc.record({ partition: position, offset: fc.option(position) }), { minLength: 1 }),
      (offsets) => {
        const read = readOffsets(Buffer.from(stringifyJson({ offsets })))
        expect(read.map(({ partition, offset }) => [comparable(partition), comparable(offset)])).toEqual(
          offsets.map(({ partition, offset }) => [comparable(partition), comparable(offset)]),
        )
      },
    ),
  )
})

test('the fencing of former tasks reaches the herder with its signature over no bytes', async () => {
  const fenceZombies = vi.fn(() => Promise.resolve())
  await using rest = await startTestServer({ herder: fakeHerder({ fenceZombies }) })
  const headers = { 'X-Connect-Authorization': 'Zb9e', 'X-Connect-Request-Signature-Algorithm': 'HmacSHA256' }
  expect(await rest.call('PUT', '/connectors/src1/fence', undefined, headers)).toMatchObject({ status: 204, body: '' })
  expect(fenceZombies).toHaveBeenCalledWith('src1', {
    algorithm: 'HmacSHA256',
    signature: 'Zb9e',
    body: Buffer.alloc(0),
  })
})
