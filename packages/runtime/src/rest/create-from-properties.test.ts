import { formatProperties, type RawConfig } from '@penstock/core'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { NotLeaderError } from '../herder/errors.ts'
import { createRequestOfProperties } from './bodies.ts'
import { fakeHerder, ordersInfo } from './fixtures/fake-herder.ts'
import { startTestServer } from './fixtures/test-server.ts'

vi.setConfig({ testTimeout: 30_000 }) // real servers, on a machine that may be busy

const text = { 'content-type': 'text/plain; charset=utf-8' }
const file = '# a sink\nname = orders\nconnector.class=TestSink\ntopics=a,\\\n  b\nümlaut=\\u00e4\n'
const config = { name: 'orders', 'connector.class': 'TestSink', topics: 'a,b', ümlaut: 'ä' }
const made = () =>
  vi.fn(async (name: string, given: RawConfig) => ({ created: true, info: { ...ordersInfo, name, config: given } }))

test('a connector is made of a properties file sent as text', async () => {
  const putConnectorConfig = made()
  await using rest = await startTestServer({ herder: fakeHerder({ putConnectorConfig }) })
  const answer = await rest.call('POST', '/connectors', file, text)
  expect(answer).toMatchObject({ status: 201, body: { name: 'orders', config } })
  expect(answer.headers.get('location')).toMatch(/\/connectors\/orders$/)
  expect(putConnectorConfig).toHaveBeenCalledWith('orders', config, { initialState: null, allowReplace: false })
})

test('the leader gets it as JSON, which workers on the JVM take too', async () => {
  const putConnectorConfig = made()
  await using leader = await startTestServer({ herder: fakeHerder({ putConnectorConfig }) })
  const toLeader = () => Promise.reject(new NotLeaderError('not the leader', leader.server.url))
  await using follower = await startTestServer({ herder: fakeHerder({ putConnectorConfig: toLeader }) })
  expect((await follower.call('POST', '/connectors', file, text)).status).toBe(201)
  expect(putConnectorConfig).toHaveBeenCalledWith('orders', config, { initialState: null, allowReplace: false })
})

test('what is no properties file is refused with its line', async () => {
  await using rest = await startTestServer({ herder: fakeHerder() })
  expect(await rest.call('POST', '/connectors', 'name=a\nx=\\u12', text)).toMatchObject({
    status: 400,
    body: { message: 'Malformed request body: line 2: \\u must be followed by four hex digits' },
  })
  expect(await rest.call('POST', '/connectors', Buffer.from([0xff]), text)).toMatchObject({
    status: 400,
    body: { message: 'Malformed request body: it is no UTF-8' },
  })
  expect((await rest.call('PUT', '/connectors/a/config', file, text)).status).toBe(415)
})

test('every property arrives as it was written', () => {
  const properties = fc.dictionary(fc.string({ minLength: 1 }), fc.string())
  fc.assert(
    fc.property(properties, fc.string(), (others, name) => {
      const whole = { ...others, name }
      const request: unknown = JSON.parse(createRequestOfProperties(Buffer.from(formatProperties(whole))).toString())
      expect(request).toEqual({ name, config: whole })
    }),
  )
})
