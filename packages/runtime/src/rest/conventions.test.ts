import { NotFoundError } from '@penstock/core'
import { expect, test, vi } from 'vitest'
import { BadRequestError, ForbiddenError, UnavailableError } from '../herder/errors.ts'
import { Redactor } from '../telemetry/redactor.ts'
import { fakeHerder } from './fixtures/fake-herder.ts'
import { startTestServer } from './fixtures/test-server.ts'
import type { MetricsHandler } from './metrics.ts'

vi.setConfig({ testTimeout: 30_000 }) // real servers, on a machine that may be busy

test('unknown routes are 404, also below known ones and for tasks that are no numbers', async () => {
  await using rest = await startTestServer({ herder: fakeHerder() })
  for (const path of [
    '/nope',
    '/connectors/x/nope',
    '/connectors/x/tasks-config',
    '/connectors/x/tasks/a/status',
    '/Connectors',
  ]) {
    expect(await rest.call('GET', path)).toMatchObject({
      status: 404,
      body: { error_code: 404, message: 'HTTP 404 Not Found' },
    })
  }
})

test('methods that a path does not have are 405, and OPTIONS tells which it has', async () => {
  await using rest = await startTestServer({ herder: fakeHerder() })
  const answer = await rest.call('DELETE', '/connectors')
  expect(answer).toMatchObject({ status: 405, body: { error_code: 405, message: 'HTTP 405 Method Not Allowed' } })
  expect(answer.headers.get('allow')).toBe('GET,POST,HEAD,OPTIONS')
  const options = await rest.call('OPTIONS', '/connectors')
  expect(options.status).toBe(200)
  expect(options.headers.get('content-type')).toContain('text/plain')
  expect(options.headers.get('allow')).toBe('GET,POST,HEAD,OPTIONS')
})

test('HEAD answers as GET without a body', async () => {
  await using rest = await startTestServer({ herder: fakeHerder({ connectors: async () => ['a'] }) })
  expect(await rest.call('HEAD', '/connectors')).toMatchObject({ status: 200, body: '' })
})

test('a body of another type is 415, and an answer of another type 406', async () => {
  await using rest = await startTestServer({ herder: fakeHerder({ pauseConnector: () => Promise.resolve() }) })
  for (const type of ['text/html', 'application/x-www-form-urlencoded', 'application/xml']) {
    expect(await rest.call('POST', '/connectors', '{}', { 'content-type': type })).toMatchObject({
      status: 415,
      body: { error_code: 415, message: 'HTTP 415 Unsupported Media Type' },
    })
  }
  expect(
    (await rest.call('POST', '/connectors', '{}', { 'content-type': 'application/json; charset=utf-8' })).status,
  ).toBe(400)
  expect(await rest.call('GET', '/', undefined, { accept: 'text/html' })).toMatchObject({
    status: 406,
    body: { error_code: 406, message: 'HTTP 406 Not Acceptable' },
  })
  expect((await rest.call('PUT', '/connectors/x/pause', undefined, { accept: 'text/html, */*' })).status).toBe(202)
})

test('a body above the limit is 413, with or without a declared length, and one below is read', async () => {
  const herder = fakeHerder({ patchConnectorConfig: () => Promise.reject(new NotFoundError('x', 'read')) })
  await using rest = await startTestServer({ herder, config: { 'rest.body.max.bytes': '1048576' } })
  const body = (size: number): string => JSON.stringify({ a: 'x'.repeat(size) })
  expect((await rest.call('PATCH', '/connectors/x/config', body(1_000_000))).status).toBe(404)
  expect(await rest.call('PATCH', '/connectors/x/config', body(1_100_000))).toMatchObject({
    status: 413,
    body: { error_code: 413, message: expect.stringContaining('rest.body.max.bytes') },
  })
  const chunks = new ReadableStream({
    start(controller) {
      for (let index = 0; index < 20; index++) controller.enqueue(Buffer.alloc(100_000, 32))
      controller.close()
    },
  })
  const chunked = await fetch(`${rest.server.url}connectors/x/config`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: chunks,
    duplex: 'half',
  })
  expect(chunked.status).toBe(413)
})

test('a compressed body is refused', async () => {
  await using rest = await startTestServer({ herder: fakeHerder() })
  expect((await rest.call('POST', '/connectors', 'x', { 'content-encoding': 'gzip' })).status).toBe(415)
})

test('a path that can not be decoded is 400', async () => {
  await using rest = await startTestServer({ herder: fakeHerder() })
  expect((await rest.call('GET', '/connectors/%zz')).status).toBe(400)
})

test('an unexpected error is 500 with its message, and logged with its trace', async () => {
  const connectors = () => Promise.reject(new Error('broken'))
  await using rest = await startTestServer({ herder: fakeHerder({ connectors }) })
  expect(await rest.call('GET', '/connectors')).toMatchObject({
    status: 500,
    body: { error_code: 500, message: 'broken' },
  })
  expect(rest.log).toContainEqual({
    level: 'error',
    message: 'GET /connectors failed: broken',
    fields: { trace: expect.stringContaining('Error: broken\n') },
  })
})

test('an error is answered without the secrets that its text holds', async () => {
  const redactor = new Redactor()
  redactor.hide('s3cret-1', `\${env:P}`)
  const herder = fakeHerder({ connectors: () => Promise.reject(new Error('401 for s3cret-1')) })
  await using rest = await startTestServer({ herder, redactor })
  expect((await rest.call('GET', '/connectors')).body).toEqual({ error_code: 500, message: `401 for \${env:P}` })
})

test('a request that takes too long is 500 and tells what the herder is doing', async () => {
  const connectors = () => new Promise<never>(() => undefined)
  const config = { 'rest.request.timeout.ms': '50' }
  await using busy = await startTestServer({
    herder: fakeHerder({ connectors, currentActivity: () => 'writing the config of orders' }),
    config,
  })
  expect(await busy.call('GET', '/connectors')).toMatchObject({
    status: 500,
    body: { message: 'Request timed out. The worker is currently writing the config of orders.' },
  })
  await using idle = await startTestServer({ herder: fakeHerder({ connectors }), config })
  expect((await idle.call('GET', '/connectors')).body).toEqual({ error_code: 500, message: 'Request timed out.' })
})

test('work that fails after its request has timed out disturbs nothing', async () => {
  const work = Promise.withResolvers<string[]>()
  await using rest = await startTestServer({
    herder: fakeHerder({ connectors: () => work.promise }),
    config: { 'rest.request.timeout.ms': '20' },
  })
  expect((await rest.call('GET', '/connectors')).body).toEqual({ error_code: 500, message: 'Request timed out.' })
  work.reject(new Error('late'))
  await new Promise((resolve) => setImmediate(resolve)) // where Node would report a rejection that nobody handles
  expect((await rest.call('GET', '/')).status).toBe(200)
})

test('before the worker is ready /health tells the stage, and everything else is 503', async () => {
  await using rest = await startTestServer({})
  expect((await rest.call('GET', '/health')).body).toEqual({
    status: 'starting',
    message: 'Worker is still starting up.',
  })
  rest.server.setStage('Reading the config topic.')
  expect(await rest.call('GET', '/health')).toMatchObject({
    status: 503,
    body: { status: 'starting', message: 'Worker is still starting up. Reading the config topic.' },
  })
  expect(await rest.call('GET', '/connectors')).toMatchObject({
    status: 503,
    body: { error_code: 503, message: 'Worker is still starting up. Reading the config topic.' },
  })
  expect((await rest.call('GET', '/openapi.json')).status).toBe(200)
  rest.server.serve(fakeHerder())
  expect((await rest.call('GET', '/health')).status).toBe(200)
})

test('the document lists every route that answers, and only those', async () => {
  await using rest = await startTestServer({
    herder: fakeHerder(),
    metricsHandler: (_request, response) => response.end('x 1\n'),
  })
  const document = (await rest.call('GET', '/openapi.json')).body as {
    openapi: string
    paths: Record<string, Record<string, unknown>>
  }
  expect(document.openapi).toBe('3.1.0')
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(routes.sort()).toEqual(
    [
      'DELETE /connectors/{connector}/dlq/redrive',
      'DELETE /connectors/{connector}/verify',
      'DELETE /connectors/{connector}/verify/redrive',
      'GET /connectors/{connector}/dlq',
      'GET /connectors/{connector}/dlq/redrive',
      'GET /connectors/{connector}/verify',
      'GET /connectors/{connector}/verify/redrive',
      'POST /connector-plugins/{plugin}/config/preview',
      'POST /connectors/{connector}/dlq/redrive',
      'POST /connectors/{connector}/preview',
      'POST /connectors/{connector}/verify',
      'POST /connectors/{connector}/verify/redrive',
      'DELETE /connectors/{connector}',
      'DELETE /connectors/{connector}/offsets',
      'GET /',
      'GET /admin/loggers',
      'GET /admin/loggers/{logger}',
      'GET /connector-plugins',
      'GET /connector-plugins/{plugin}/config',
      'GET /connectors',
      'GET /connectors/{connector}',
      'GET /connectors/{connector}/config',
      'GET /connectors/{connector}/metrics',
      'GET /connectors/{connector}/offsets',
      'GET /connectors/{connector}/status',
      'GET /connectors/{connector}/tasks',
      'GET /connectors/{connector}/tasks/{task}/status',
      'GET /connectors/{connector}/topics',
      'GET /events',
      'GET /health',
      'GET /logs',
      'GET /metrics',
      'GET /openapi.json',
      'GET /workers',
      'POST /workers/self',
      'POST /workers/self/logs',
      'PATCH /connectors/{connector}/config',
      'PATCH /connectors/{connector}/offsets',
      'POST /connectors',
      'POST /connectors/{connector}/restart',
      'POST /connectors/{connector}/tasks',
      'POST /connectors/{connector}/tasks/{task}/restart',
      'PUT /admin/loggers/{logger}',
      'PUT /connector-plugins/{plugin}/config/validate',
      'PUT /connectors/{connector}/config',
      'PUT /connectors/{connector}/fence',
      'PUT /connectors/{connector}/pause',
      'PUT /connectors/{connector}/resume',
      'PUT /connectors/{connector}/stop',
      'PUT /connectors/{connector}/topics/reset',
    ].sort(),
  )
  for (const route of routes) {
    const [method = '', path = ''] = route.split(' ')
    const { status, body } = await rest.call(
      path === '/events' ? 'HEAD' : method, // whose answer has no end
      path.replace(/\{\w+\}/g, '0'),
      /POST|PUT|PATCH/.test(method) ? '{' : undefined,
    )
    expect(status, route).not.toBe(405)
    expect(body, route).not.toEqual({ error_code: 404, message: 'HTTP 404 Not Found' })
  }
})

test('metrics are served as the handler writes them, unless switched off', async () => {
  const metricsHandler: MetricsHandler = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end('up 1\n')
  }
  await using on = await startTestServer({
    metricsHandler,
  })
  expect(await on.call('GET', '/metrics')).toMatchObject({ status: 200, body: 'up 1\n' })
  await using off = await startTestServer({
    herder: fakeHerder(),
    metricsHandler,
    config: { 'metrics.prometheus.enable': 'false' },
  })
  expect((await off.call('GET', '/metrics')).status).toBe(404)
})

test('browsers of allowed origins get the headers they need, others none', async () => {
  const config = {
    'access.control.allow.origin': 'https://ui.example.com,https://*.test',
    'access.control.allow.methods': 'GET,PUT,POST',
  }
  await using rest = await startTestServer({ herder: fakeHerder(), config })
  const allowed = await rest.call('GET', '/', undefined, { origin: 'https://a.test' })
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://a.test')
  expect(allowed.headers.get('vary')).toBe('Origin')
  const other = await rest.call('GET', '/', undefined, { origin: 'https://a.test.evil' })
  expect(other.status).toBe(200)
  expect(other.headers.get('access-control-allow-origin')).toBeNull()
  expect(other.headers.get('vary')).toBe('Origin')
  const preflight = await rest.call('OPTIONS', '/connectors', undefined, {
    origin: 'https://ui.example.com',
    'access-control-request-method': 'PUT',
  })
  expect(preflight.status).toBe(200)
  expect(Object.fromEntries(preflight.headers)).toMatchObject({
    'access-control-allow-origin': 'https://ui.example.com',
    'access-control-allow-methods': 'GET,PUT,POST',
    'access-control-allow-headers': 'Content-Type',
    'access-control-max-age': '60',
  })
})

test('configured headers are on every answer', async () => {
  const config = {
    'response.http.headers.config': 'set X-Frame-Options: DENY, "add Cache-Control: no-cache, no-store"',
  }
  await using rest = await startTestServer({ herder: fakeHerder(), config })
  for (const path of ['/', '/nope']) {
    const { headers } = await rest.call('GET', path)
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('cache-control')).toBe('no-cache, no-store')
  }
})

const signed = { 'X-Connect-Authorization': 'Zb9e', 'X-Connect-Request-Signature-Algorithm': 'HmacSHA256' }

test('whether a request without a signature will do is for the herder to say', async () => {
  const putTaskConfigs = vi.fn(() => Promise.resolve())
  await using rest = await startTestServer({ herder: fakeHerder({ putTaskConfigs }) })
  expect((await rest.call('POST', '/connectors/src1/tasks', '[]')).status).toBe(204)
  expect(putTaskConfigs).toHaveBeenCalledWith('src1', [], null)
})

test('task configs of another worker reach the herder with the signed bytes', async () => {
  const putTaskConfigs = vi.fn(() => Promise.resolve())
  await using rest = await startTestServer({ herder: fakeHerder({ putTaskConfigs }) })
  const body = '[ {"name":"src1",\n "n": 1} ]'
  expect(await rest.call('POST', '/connectors/src1/tasks', body, signed)).toMatchObject({ status: 204, body: '' })
  expect(putTaskConfigs).toHaveBeenCalledWith('src1', [{ name: 'src1', n: '1' }], {
    algorithm: 'HmacSHA256',
    signature: 'Zb9e',
    body: Buffer.from(body),
  })
})

test.each<[Record<string, string>, string]>([
  [{ 'X-Connect-Authorization': 'Zb9e' }, 'Internal request missing required signature'],
  [{ 'X-Connect-Request-Signature-Algorithm': 'HmacSHA256' }, 'Internal request missing required signature'],
  [{ ...signed, 'X-Connect-Request-Signature-Algorithm': 'Nope' }, 'No such signature algorithm: Nope'],
  [{ ...signed, 'X-Connect-Authorization': '???' }, 'The signature of an internal request must be base64'],
])('an internal request with %j is refused', async (headers, message) => {
  await using rest = await startTestServer({ herder: fakeHerder() })
  expect(await rest.call('POST', '/connectors/x/tasks', '[]', headers)).toMatchObject({
    status: 400,
    body: { error_code: 400, message },
  })
})

test.each([
  [new ForbiddenError('x', 'Internal request contained invalid signature.'), 403],
  [new UnavailableError('x', 'no key yet'), 503],
  [new BadRequestError('x', 'algorithm not supported'), 400],
])('what the herder says of a signature is passed on: %s', async (error, status) => {
  await using rest = await startTestServer({ herder: fakeHerder({ putTaskConfigs: () => Promise.reject(error) }) })
  expect(await rest.call('POST', '/connectors/x/tasks', '[]', signed)).toMatchObject({
    status,
    body: { error_code: status, message: error.message },
  })
})

test('a port that is taken is a clear error', async () => {
  await using rest = await startTestServer({})
  const listeners = `http://127.0.0.1:${rest.server.port}`
  await expect(startTestServer({ config: { listeners } })).rejects.toThrow(
    `can't listen on ${listeners}: the port is in use`,
  )
})

test('the worker is known by its listener, or by what is advertised', async () => {
  await using plain = await startTestServer({})
  expect(plain.server.workerId).toBe(`127.0.0.1:${plain.server.port}`)
  expect(plain.server.advertisedUrl).toBe(`http://127.0.0.1:${plain.server.port}/`)
  const config = { 'rest.advertised.host.name': 'worker-0.penstock', 'rest.advertised.port': '80' }
  await using named = await startTestServer({ config })
  expect(named.server).toMatchObject({
    workerId: 'worker-0.penstock:80',
    advertisedUrl: 'http://worker-0.penstock:80/',
  })
  await using any = await startTestServer({ config: { listeners: 'http://:0,http://127.0.0.1:0' } })
  expect(any.server.advertisedUrl).toMatch(/^http:\/\/[\d.]+:\d+\/$/)
})
