import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fakeConnect, penstock } from './testing/fake-connect.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'penstock-run-'))
})
afterAll(() => rm(folder, { recursive: true }))

const config = {
  name: 'orders',
  'connector.class': 'Sink',
  topics: 'orders',
  'connection.password': 'old-secret',
  note: 'http://me:url-secret@host',
}
const keys = [
  { name: 'connection.password', type: 'PASSWORD' },
  { name: 'topics', type: 'LIST' },
]
const valid = { name: 'Sink', error_count: 0, groups: [], configs: [] }
const status = (state: string, ...tasks: string[]) => ({
  name: 'orders',
  connector: { state, worker_id: 'one:8083' },
  tasks: tasks.map((each, id) => ({
    id,
    state: each,
    worker_id: 'one:8083',
    ...(each === 'FAILED' ? { trace: 'Error: broken\n at x' } : {}),
  })),
  type: 'sink',
})
const cluster = {
  'GET /connectors/orders/config': { body: config },
  'GET /connector-plugins/Sink/config': { body: keys },
  'PUT /connector-plugins/Sink/config/validate': { body: valid },
  'PUT /connectors/orders/config': { body: {} },
}

describe('the program', () => {
  test('help lists the exit codes and the environment', async () => {
    const { code, out } = await penstock(['--help'])
    expect(code).toBe(0)
    for (const text of ['Exit codes:', 'PENSTOCK_URL', ' 5  no worker can be reached', 'apply', 'doctor']) {
      expect(out).toContain(text)
    }
  })

  test.each([
    [['nonsense']],
    [['get', 'connector']],
    [['get', 'connectors', '-o', 'xml']],
    [['wait', 'x', '--timeout', 'soon']],
  ])('%j is a wrong command line', async (args) => {
    const { code, err } = await penstock(args)
    expect(code).toBe(2)
    expect(err).toContain('error:')
  })

  test('a worker that can’t be reached is named, with what to check', async () => {
    const { code, err } = await penstock(['get', 'connectors', '--url', 'http://127.0.0.1:2'])
    expect(code).toBe(5)
    expect(err).toBe(
      'error: can’t reach http://127.0.0.1:2: nobody listens there: check the URL and that the worker runs\n'.replace(
        '’',
        "'",
      ),
    )
  })

  test('the next worker is asked when one can’t be reached', async () => {
    await using worker = await fakeConnect({ 'GET /connectors?expand=info&expand=status&expand=metrics': { body: {} } })
    const { code } = await penstock(['get', 'connectors', '--url', 'http://127.0.0.1:2', '--url', worker.url])
    expect(code).toBe(0)
  })

  test('a request that comes during a rebalance is made again', async () => {
    const conflict = {
      status: 409,
      body: {
        error_code: 409,
        message: 'Cannot complete request because of a conflicting operation (e.g. worker rebalance)',
      },
    }
    await using worker = await fakeConnect({ 'PUT /connectors/orders/stop': [conflict, { status: 204 }] })
    expect(await worker.penstock(['stop', 'orders'])).toMatchObject({
      code: 0,
      err: 'the workers rebalance, trying again\n',
    })
    expect(worker.seen).toHaveLength(2)
    await using stuck = await fakeConnect({ 'PUT /connectors/orders/stop': conflict })
    expect(await stuck.penstock(['stop', 'orders', '--retry-timeout', '0s'])).toMatchObject({ code: 4 })
  })

  test('errors of workers can’t move the cursor', async () => {
    await using worker = await fakeConnect({
      'PUT /connectors/orders/stop': { status: 500, body: { error_code: 500, message: 'a\u001b[2Jb\rc\u0007' } },
    })
    const { err } = await worker.penstock(['stop', 'orders'])
    expect(err).toContain('abc')
    expect([...'\u001b\r\u0007'].filter((sign) => err.includes(sign))).toEqual([])
  })

  test('a connector that exists is a conflict at once', async () => {
    const conflict = { status: 409, body: { error_code: 409, message: 'Connector orders already exists' } }
    await using worker = await fakeConnect({ ...cluster, 'POST /connectors': conflict })
    const { code, err } = await worker.penstock(['create', 'orders', '--set', 'connector.class=Sink'])
    expect([code, err]).toEqual([4, 'error: orders: Connector orders already exists\n'])
  })

  test('what a worker on the JVM lacks is named', async () => {
    await using worker = await fakeConnect({ 'GET /connectors?expand=metrics': { body: { orders: {} } } })
    for (const args of [['preview', 'orders'], ['verify', 'orders'], ['dlq', 'list', 'orders'], ['logs'], ['top']]) {
      const { code, err } = await worker.penstock(args)
      expect([args, code]).toEqual([args, 10])
      expect(err).toContain('Penstock')
    }
  })

  test('refused credentials end with a code of their own and say what to set', async () => {
    await using worker = await fakeConnect({
      'PUT /connectors/orders/pause': { status: 401, body: { error_code: 401, message: 'who are you' } },
    })
    expect(await worker.penstock(['pause', 'orders'])).toMatchObject({ code: 8 })
  })

  test('credentials come from the environment', async () => {
    await using worker = await fakeConnect({ 'PUT /connectors/orders/pause': { status: 202 } })
    await worker.penstock(['pause', 'orders'], { environment: { PENSTOCK_TOKEN: 'abc' } })
    await worker.penstock(['pause', 'orders'], { environment: { PENSTOCK_USERNAME: 'u', PENSTOCK_PASSWORD: 'p' } })
    expect(worker.seen.map(({ authorization }) => authorization)).toEqual(['Bearer abc', 'Basic dTpw'])
  })
})

describe('looking at connectors', () => {
  const list = 'GET /connectors?expand=info&expand=status&expand=metrics'
  const expanded = {
    orders: {
      info: { name: 'orders', config, tasks: [], type: 'sink' },
      status: status('RUNNING', 'RUNNING', 'FAILED'),
    },
  }

  test('they are listed with their states', async () => {
    await using worker = await fakeConnect({ ...cluster, [list]: { body: expanded } })
    const { out } = await worker.penstock(['get', 'connectors'])
    expect(out).toBe('NAME    TYPE  STATE    TASKS           CLASS\norders  sink  RUNNING  1/2 (1 failed)  Sink\n')
    expect((await worker.penstock(['get', 'connectors', '-o', 'name'])).out).toBe('orders\n')
  })

  test('secrets are in no output', async () => {
    await using worker = await fakeConnect({
      ...cluster,
      [list]: { body: expanded },
      'GET /connectors/orders': { body: expanded.orders.info },
      'GET /connectors/orders/status': { body: expanded.orders.status },
    })
    for (const output of ['table', 'wide', 'json', 'yaml']) {
      for (const args of [
        ['get', 'connectors'],
        ['get', 'connector', 'orders'],
        ['describe', 'connector', 'orders'],
      ]) {
        const { code, out, err } = await worker.penstock([...args, '-o', output])
        expect(code).toBe(0)
        expect(out + err).not.toMatch(/old-secret|url-secret/)
      }
    }
  })

  test('colours are only for a terminal that shows them', async () => {
    await using worker = await fakeConnect({ ...cluster, [list]: { body: expanded } })
    expect((await worker.penstock(['get', 'connectors'])).out).not.toContain('\u001b')
    expect((await worker.penstock(['get', 'connectors'], { colors: true })).out).toContain('\u001b[32mRUNNING')
  })
})

describe('apply', () => {
  const apply = (worker: Awaited<ReturnType<typeof fakeConnect>>, changes: object, ...args: string[]) =>
    worker.penstock(['apply', '-f', '-', ...args], {
      stdin: JSON.stringify({ name: 'orders', config: { ...config, ...changes } }),
    })

  test('shows what changes, without secrets, checks it and sends it', async () => {
    await using worker = await fakeConnect(cluster)
    const { code, out } = await apply(worker, { topics: 'more', 'connection.password': 'new-secret' })
    expect(code).toBe(0)
    expect(out).toBe(
      '~ change orders\n  - connection.password: [hidden]\n  + connection.password: [hidden] (changed)\n  - topics: orders\n  + topics: more\n0 to create, 1 to change, 0 unchanged\norders changed\n',
    )
    expect(worker.seen.at(-1)).toMatchObject({
      request: 'PUT /connectors/orders/config',
      body: { topics: 'more', 'connection.password': 'new-secret' },
    })
  })

  test('sends nothing for what is as declared, nor in a dry run', async () => {
    await using worker = await fakeConnect(cluster)
    expect(await apply(worker, {})).toMatchObject({
      code: 0,
      out: '0 to create, 0 to change, 1 unchanged\norders unchanged\n',
    })
    expect(await apply(worker, { topics: 'more' }, '--dry-run')).toMatchObject({ code: 0 })
    expect(worker.seen.filter(({ request }) => request === 'PUT /connectors/orders/config')).toEqual([])
  })

  test('passwords in addresses are secrets too, in differences and in problems', async () => {
    const changed = 'http://me:new-url-secret@host'
    const problem = { definition: null, value: { name: 'note', errors: [`Invalid value ${changed} for note`] } }
    await using worker = await fakeConnect({
      ...cluster,
      'PUT /connector-plugins/Sink/config/validate': [{ body: valid }, { body: { ...valid, configs: [problem] } }],
    })
    const { out } = await apply(worker, { note: changed })
    expect(out).toContain('- note: http://me:[hidden]@host\n  + note: http://me:[hidden]@host (changed)\n')
    expect(worker.seen.at(-1)?.body).toMatchObject({ note: changed })
    const refused = await apply(worker, { note: changed }, '-o', 'json')
    expect(refused).toMatchObject({ code: 7, err: expect.stringContaining('Invalid value http://me:[hidden]@host') })
    expect(out + refused.out + refused.err).not.toContain('url-secret')
  })

  test('a masked secret stays as it is', async () => {
    await using worker = await fakeConnect(cluster)
    await apply(worker, { 'connection.password': '[hidden]', topics: 'more' })
    expect(worker.seen.at(-1)?.body).toMatchObject({ 'connection.password': 'old-secret' })
  })

  test('a mask that stands for nothing is refused', async () => {
    await using worker = await fakeConnect(cluster)
    const { code, err } = await apply(worker, { 'another.password': '[hidden]' })
    expect(code).toBe(7)
    expect(err).toContain('another.password')
  })

  test('nothing is sent when one config is invalid, and the refused secret is not repeated', async () => {
    const problem = { definition: null, value: { name: 'connection.password', errors: ['Invalid value new-secret'] } }
    await using worker = await fakeConnect({
      ...cluster,
      'PUT /connector-plugins/Sink/config/validate': { body: { ...valid, configs: [problem] } },
    })
    const { code, out, err } = await apply(worker, { 'connection.password': 'new-secret' })
    expect(code).toBe(7)
    expect(err).toContain('connection.password: Invalid value [hidden]')
    expect(out + err).not.toContain('new-secret')
    expect(worker.seen.some(({ request }) => request.startsWith('PUT /connectors/'))).toBe(false)
  })

  describe('with --prune', () => {
    const present = {
      orders: { info: { config } },
      old: { info: { config: { team: 'a' } } },
      foreign: { info: { config: { team: 'b' } } },
    }
    const answers = {
      ...cluster,
      'GET /connectors?expand=info': { body: present },
      'DELETE /connectors/old': { status: 204 },
    }

    test('deletes what is owned and not declared, after asking', async () => {
      await using worker = await fakeConnect(answers)
      const args = ['--prune', '--selector', 'team=a']
      expect(await apply(worker, { team: 'a' }, ...args)).toMatchObject({ code: 2 })
      expect(worker.seen.some(({ request }) => request.startsWith('DELETE'))).toBe(false)
      expect(await apply(worker, { team: 'a' }, ...args, '--yes')).toMatchObject({ code: 0 })
      expect(worker.seen.filter(({ request }) => request.startsWith('DELETE')).map(({ request }) => request)).toEqual([
        'DELETE /connectors/old',
      ])
    })

    test('refuses to go without a scope, and files outside of it', async () => {
      await using worker = await fakeConnect(answers)
      expect(await apply(worker, {}, '--prune', '--yes')).toMatchObject({ code: 2 })
      expect(await apply(worker, {}, '--prune', '--yes', '--selector', 'team=a')).toMatchObject({ code: 2 })
      expect(worker.seen.some(({ request }) => request.startsWith('DELETE'))).toBe(false)
    })
  })
})

describe('wait', () => {
  test('ends when every task runs', async () => {
    await using worker = await fakeConnect({
      'GET /connectors/orders/status': [{ body: status('RUNNING') }, { body: status('RUNNING', 'RUNNING') }],
    })
    expect(await worker.penstock(['wait', 'orders'])).toMatchObject({ code: 0 })
  })

  test('ends at once with a task that has failed, and says why', async () => {
    await using worker = await fakeConnect({ 'GET /connectors/orders/status': { body: status('RUNNING', 'FAILED') } })
    const { code, err } = await worker.penstock(['wait', 'orders'])
    expect(code).toBe(1)
    expect(err).toContain('Error: broken')
  })

  test('ends with a code of its own when the time is up', async () => {
    await using worker = await fakeConnect({ 'GET /connectors/orders/status': { body: status('UNASSIGNED') } })
    expect(await worker.penstock(['wait', 'orders', '--timeout', '10ms'])).toMatchObject({ code: 9 })
  })
})

describe('contexts', () => {
  test('a context is created, used and shown without its secrets, in a file for its owner alone', async () => {
    const environment = { PENSTOCK_CONFIG: join(folder, 'sub', 'config.yaml') }
    await penstock(
      ['config', 'set-context', 'prod', '--url', 'http://one:8083', '--username', 'me', '--password', 'hush'],
      { environment },
    )
    await penstock(['config', 'set-context', 'test', '--url', 'http://two:8083', '--token', 'hush'], { environment })
    expect((await penstock(['config', 'current-context'], { environment })).out).toBe('prod\n')
    await penstock(['config', 'use-context', 'test'], { environment })
    for (const args of [
      ['config', 'view'],
      ['config', 'get-contexts'],
      ['get', 'contexts', '-o', 'json'],
    ]) {
      const { out } = await penstock(args, { environment })
      expect(out).toContain('http://two:8083')
      expect(out).not.toContain('hush')
    }
    expect((await stat(environment.PENSTOCK_CONFIG)).mode & 0o777).toBe(0o600)
    expect(await readFile(environment.PENSTOCK_CONFIG, 'utf8')).toContain('current-context: test')
    expect(await penstock(['config', 'use-context', 'none'], { environment })).toMatchObject({ code: 2 })
  })

  test('credentials of the current context are not sent to a URL that is given', async () => {
    await using worker = await fakeConnect({ 'PUT /connectors/orders/pause': { status: 202 } })
    const environment = { PENSTOCK_CONFIG: join(folder, 'other.yaml'), PENSTOCK_URL: '' }
    await penstock(['config', 'set-context', 'prod', '--url', 'http://127.0.0.1:2', '--token', 'hush'], { environment })
    await penstock(['pause', 'orders', '--url', worker.url], { environment })
    await penstock(['pause', 'orders', '--url', worker.url, '--context', 'prod'], { environment })
    expect(worker.seen.map(({ authorization }) => authorization)).toEqual([undefined, 'Bearer hush'])
  })

  test('a way to log in that the environment names replaces that of the context', async () => {
    await using worker = await fakeConnect({ 'PUT /connectors/orders/pause': { status: 202 } })
    const file = { PENSTOCK_CONFIG: join(folder, 'replaced.yaml'), PENSTOCK_URL: '' }
    await penstock(['config', 'set-context', 'c', '--url', worker.url, '--token', 'of-context', '--username', 'u'], {
      environment: file,
    })
    await writeFile(join(folder, 'token'), 'of-file')
    const given: Record<string, string>[] = [
      {},
      { PENSTOCK_TOKEN_FILE: join(folder, 'token') },
      { PENSTOCK_USERNAME: 'me', PENSTOCK_PASSWORD: 'p' },
      { PENSTOCK_PASSWORD: 'p' },
    ]
    for (const environment of given) await penstock(['pause', 'orders'], { environment: { ...file, ...environment } })
    const basic = (login: string): string => `Basic ${Buffer.from(login).toString('base64')}`
    expect(worker.seen.map(({ authorization }) => authorization)).toEqual([
      'Bearer of-context',
      'Bearer of-file',
      basic('me:p'),
      basic('u:p'),
    ])
  })

  test.each([
    ['http://me:hush@one:8083', 'password-file'],
    ['http://me:hu/sh@one:8083', 'no URL'],
  ])('a password in the URL %s is refused without showing it', async (url, advice) => {
    const environment = { PENSTOCK_CONFIG: join(folder, 'none.yaml') }
    for (const args of [
      ['get', 'connectors'],
      ['config', 'set-context', 'c'],
    ]) {
      const { code, err } = await penstock([...args, '--url', url], { environment })
      expect(code).toBe(2)
      expect(err).toContain(advice)
      expect(err).not.toMatch(/hush|hu\/sh/)
    }
  })

  test('a password comes from a file or a command, and a failing command shows nothing of what it printed', async () => {
    await using worker = await fakeConnect({ 'PUT /connectors/orders/pause': { status: 202 } })
    const environment = { PENSTOCK_CONFIG: join(folder, 'commands.yaml'), PENSTOCK_URL: '' }
    await writeFile(join(folder, 'password'), 'from-file\n')
    const set = (...args: string[]) =>
      penstock(['config', 'set-context', 'c', '--url', worker.url, ...args], { environment })
    await set('--username', 'u', '--password-file', join(folder, 'password'))
    await penstock(['pause', 'orders'], { environment })
    await set('--username', '', '--password-file', '', '--token-command', 'echo from-command')
    await penstock(['pause', 'orders'], { environment })
    expect(worker.seen.map(({ authorization }) => authorization)).toEqual([
      `Basic ${Buffer.from('u:from-file').toString('base64')}`,
      'Bearer from-command',
    ])
    await set('--token-command', 'echo half-secret; exit 3')
    const { code, err } = await penstock(['pause', 'orders'], { environment })
    expect(code).toBe(2)
    expect(err).toContain('token-command failed')
    expect(err).not.toContain('half-secret')
  })
})

test('help shows durations as users write them, and no empty lists', async () => {
  const { out } = await penstock(['wait', '--help'])
  expect(out).toContain('(default: 60s)')
  expect(out).not.toContain('[]')
})
