import { expect, test, vi } from 'vitest'
import type { LoggerControl } from '../herder/herder.ts'
import { fakeHerder } from './fixtures/fake-herder.ts'
import { startTestServer } from './fixtures/test-server.ts'

vi.setConfig({ testTimeout: 30_000 }) // real servers, on a machine that may be busy

function loggers(): LoggerControl {
  return {
    list: () => [
      { name: 'herder', level: 'debug', lastModified: 1795220096549 },
      { name: 'root', level: 'info', lastModified: null },
    ],
    set: vi.fn(() => ['herder', 'herder.rebalance']),
    setEverywhere: vi.fn(() => Promise.resolve()),
  }
}
const notFound = { status: 404, body: { error_code: 404, message: 'HTTP 404 Not Found' } }

test('loggers are listed with their levels, and one is told', async () => {
  await using rest = await startTestServer({ herder: fakeHerder({ loggers: loggers() }) })
  expect(await rest.call('GET', '/admin/loggers')).toMatchObject({
    status: 200,
    body: {
      herder: { level: 'DEBUG', last_modified: 1795220096549 },
      root: { level: 'INFO', last_modified: null },
    },
  })
  expect((await rest.call('GET', '/admin/loggers/root')).body).toEqual({ level: 'INFO', last_modified: null })
  expect(await rest.call('GET', '/admin/loggers/org.apache.kafka')).toMatchObject({
    status: 404,
    body: { error_code: 404, message: 'Logger org.apache.kafka not found.' },
  })
})

test('a level is set on this worker, or on all', async () => {
  const control = loggers()
  await using rest = await startTestServer({ herder: fakeHerder({ loggers: control }) })
  for (const query of ['', '?scope=worker', '?scope=other']) {
    expect(await rest.call('PUT', `/admin/loggers/herder${query}`, { level: 'debug' })).toMatchObject({
      status: 200,
      body: ['herder', 'herder.rebalance'],
    })
  }
  expect(control.set).toHaveBeenCalledWith('herder', 'debug')
  expect(control.setEverywhere).not.toHaveBeenCalled()
  expect(await rest.call('PUT', '/admin/loggers/org.apache.kafka?scope=CLUSTER', { level: 'ALL' })).toMatchObject({
    status: 204,
    body: '',
  })
  expect(control.setEverywhere).toHaveBeenCalledWith('org.apache.kafka', 'all')
})

test('a level that is missing or none is refused', async () => {
  await using rest = await startTestServer({ herder: fakeHerder({ loggers: loggers() }) })
  for (const body of [{}, { level: null }]) {
    expect(await rest.call('PUT', '/admin/loggers/root', body)).toMatchObject({
      status: 400,
      body: { error_code: 400, message: "Desired 'level' parameter was not specified in request." },
    })
  }
  expect(await rest.call('PUT', '/admin/loggers/root', { level: 'NOPE' })).toMatchObject({
    status: 404,
    body: { error_code: 404, message: "invalid log level 'NOPE'." },
  })
})

test('admin listeners serve the loggers alone, and nobody else does', async () => {
  const config = {
    'admin.listeners': 'http://127.0.0.1:0',
    'response.http.headers.config': 'set X-Frame-Options: DENY',
    'access.control.allow.origin': '*',
  }
  await using rest = await startTestServer({ herder: fakeHerder({ loggers: loggers() }), config })
  const [admin = ''] = rest.server.adminUrls
  const asked = await rest.call('GET', '/admin/loggers/root', undefined, { origin: 'http://x' }, admin)
  expect(asked).toMatchObject({ status: 200, body: { level: 'INFO', last_modified: null } })
  expect(asked.headers.get('x-frame-options')).toBeNull()
  expect(asked.headers.get('access-control-allow-origin')).toBeNull()
  expect(await rest.call('GET', '/admin/loggers')).toMatchObject(notFound)
  for (const path of ['/', '/health', '/connectors', '/openapi.json', '/metrics']) {
    expect(await rest.call('GET', path, undefined, {}, admin)).toMatchObject(notFound)
  }
})

test('no admin listener means no admin resources', async () => {
  await using rest = await startTestServer({
    herder: fakeHerder({ loggers: loggers() }),
    config: { 'admin.listeners': '' },
  })
  expect(await rest.call('GET', '/admin/loggers')).toMatchObject(notFound)
  expect(rest.server.adminUrls).toEqual([])
})
