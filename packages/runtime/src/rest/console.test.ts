import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { fakeHerder } from './fixtures/fake-herder.ts'
import { startTestServer, type TestServerOptions } from './fixtures/test-server.ts'

vi.setConfig({ testTimeout: 30_000 }) // real servers, on a machine that may be busy

async function startConsole({
  built = true,
  below = 'console',
  ...options
}: { built?: boolean; below?: string } & Omit<TestServerOptions, 'herder'> = {}) {
  const base = await mkdtemp(join(tmpdir(), 'console-'))
  const folder = join(base, below)
  await mkdir(folder, { recursive: true })
  if (built) {
    await mkdir(join(folder, 'assets'))
    await writeFile(join(folder, 'index.html'), '<title>Penstock</title>')
    await writeFile(join(folder, 'favicon.svg'), '<svg/>')
    await writeFile(join(folder, 'assets', 'index-4f2a.js'), 'start()')
    await writeFile(join(folder, '.env'), 'SECRET=1')
  }
  const rest = await startTestServer({ herder: fakeHerder(), consoleFolder: folder, ...options })
  return {
    ...rest,
    [Symbol.asyncDispose]: async () => {
      await rest[Symbol.asyncDispose]()
      await rm(base, { recursive: true })
    },
  }
}

test('the console is served with headers that let nothing of others in', async () => {
  await using rest = await startConsole()
  for (const path of ['/ui/', '/ui/assets/index-4f2a.js', '/ui/connectors/my.orders', '/ui/assets/nope.js']) {
    const { headers } = await rest.call('GET', path)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  }
})

test('files with a hash in their name may be kept for ever, others are asked for each time', async () => {
  await using rest = await startConsole()
  const asset = await rest.call('GET', '/ui/assets/index-4f2a.js')
  expect(asset).toMatchObject({ status: 200, body: 'start()' })
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(asset.headers.get('content-type')).toMatch(/^text\/javascript/)
  const page = await rest.call('GET', '/ui/')
  expect(page).toMatchObject({ status: 200, body: '<title>Penstock</title>' })
  expect(page.headers.get('cache-control')).toBe('no-cache')
  expect((await rest.call('GET', '/ui/favicon.svg')).headers.get('cache-control')).toBe('no-cache')
})

test('paths of its pages are answered with index.html, missing assets are 404', async () => {
  await using rest = await startConsole()
  for (const path of ['/ui/connectors', '/ui/connectors/my.orders?tab=tasks', '/ui/connectors/a%2Fb', '/ui/.env']) {
    expect(await rest.call('GET', path)).toMatchObject({ status: 200, body: '<title>Penstock</title>' })
  }
  expect((await rest.call('GET', '/ui/assets/old-1234.js')).status).toBe(404)
  expect((await rest.call('HEAD', '/ui/')).status).toBe(200)
})

test('it is served from wherever it is installed', async () => {
  await using rest = await startConsole({ below: '.pnpm/console' })
  for (const path of ['/ui/', '/ui/connectors']) {
    expect(await rest.call('GET', path)).toMatchObject({ status: 200, body: '<title>Penstock</title>' })
  }
  expect(await rest.call('GET', '/ui/assets/index-4f2a.js')).toMatchObject({ status: 200, body: 'start()' })
})

test('no path leads out of the folder', async () => {
  await using rest = await startConsole()
  for (const path of ['/ui/%2e%2e/%2e%2e/etc/passwd', '/ui/..%2f..%2f..%2fetc%2fpasswd', '/ui/assets/..%5c..%5c.env']) {
    const { body } = await rest.call('GET', path)
    expect(body).not.toContain('root:')
    expect(body).not.toContain('SECRET')
  }
})

test('the address without its slash leads there, and nothing can be written', async () => {
  await using rest = await startConsole()
  const bare = await rest.call('GET', '/ui')
  expect(bare.status).toBe(302)
  expect(bare.headers.get('location')).toBe('/ui/')
  expect((await rest.call('POST', '/ui/', {})).status).toBe(405)
  expect((await rest.call('GET', '/uix')).status).toBe(404)
})

test('its files need no credentials, all else does', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'users-'))
  const file = join(folder, 'users')
  await writeFile(file, 'ann:$2b$04$5CgUEbc5IXYWKQJyvzkQ3OAGLcrV3msZ7h.IX/fhcnz0hqZvw1WJK\n')
  onTestFinished(() => rm(folder, { recursive: true }))
  const config = { 'rest.authentication.methods': 'basic', 'rest.authentication.basic.file': file }
  await using rest = await startConsole({ config })
  expect((await rest.call('GET', '/ui/')).status).toBe(200)
  expect((await rest.call('GET', '/connectors')).status).toBe(401)
})

test('where it is not built the answer says how, and where it is switched off there is none', async () => {
  await using rest = await startConsole({ built: false })
  const answer = await rest.call('GET', '/ui/')
  expect(answer).toMatchObject({ status: 404, body: expect.stringContaining('make build') })
  await using off = await startConsole({ config: { 'console.enabled': 'false' } })
  expect(await off.call('GET', '/ui/')).toMatchObject({ status: 404, body: { error_code: 404 } })
})
