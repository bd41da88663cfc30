import { spawnSync } from 'node:child_process'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { ConnectError, Password, parseJson } from '@penstock/core'
import { describe, expect, test } from 'vitest'
import { createLogger, type LoggerOptions } from './logger.ts'
import { Redactor } from './redactor.ts'

const noon = Date.UTC(2026, 10, 21, 3, 4, 5, 678)

function startLog(options: Partial<LoggerOptions> = {}) {
  const written: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk))
      done()
    },
  })
  const loggers = createLogger({
    format: 'text',
    level: 'info',
    levels: [],
    stream,
    clock: { now: () => noon },
    ...options,
  })
  return {
    loggers,
    text: () => written.join(''),
    lines: () => written.join('').split('\n').slice(0, -1),
    json: (): Record<string, unknown>[] => written.map((line) => JSON.parse(line)),
  }
}

describe('as text', () => {
  test('a line has time, level, logger, task, message and fields', () => {
    const log = startLog({ context: { worker: 'a:8083', executor: 1 } })
    log.loggers
      .child('herder', { connector: 'orders', task: 0 })
      .info('started', { records: 12, reason: 'it was asked to' })
    expect(log.text()).toBe(
      '2026-11-21T03:04:05.678Z INFO  herder [orders-0] started records=12 reason="it was asked to" worker=a:8083 executor=1\n',
    )
  })

  test('a connector without task stands alone in the brackets', () => {
    const log = startLog()
    log.loggers.child('herder', { connector: 'orders' }).warn('paused')
    expect(log.text()).toBe('2026-11-21T03:04:05.678Z WARN  herder [orders] paused\n')
  })

  test('an error is written with code, stack and causes, indented', () => {
    const log = startLog()
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    log.loggers.child('task').error('put failed', { error: new ConnectError('sink.down', 'no answer', { cause }) })
    const lines = log.lines()
    expect(lines[0]).toBe('2026-11-21T03:04:05.678Z ERROR task put failed')
    expect(lines[1]).toBe('    [sink.down] ConnectError: no answer')
    expect(lines).toContain('    Caused by: Error: connect ECONNREFUSED')
    expect(lines.slice(1).every((line) => line.startsWith('    '))).toBe(true)
  })

  test('neither message nor fields can forge a line or escape sequences', () => {
    const log = startLog()
    const forged = 'x\n2026-11-21T03:04:05.678Z ERROR herder forged\u001b[31m\r'
    log.loggers.child('task').info(forged, { value: forged, error: new Error(forged) })
    expect(log.lines().filter((line) => line.startsWith('2026'))).toHaveLength(1)
    expect(log.text()).not.toContain('\u001b')
    expect(log.text()).not.toContain('\r')
  })
})

describe('as JSON', () => {
  test('a line is one object with context and fields', () => {
    const log = startLog({ format: 'json', context: { worker: 'a:8083' } })
    log.loggers
      .child('task', { connector: 'orders', task: 3 })
      .info('two\nlines', { offset: 2n ** 60n, empty: null, none: undefined })
    expect(log.lines()).toHaveLength(1)
    expect(log.json()).toEqual([
      {
        '@timestamp': '2026-11-21T03:04:05.678Z',
        level: 'info',
        logger: 'task',
        message: 'two\nlines',
        worker: 'a:8083',
        connector: 'orders',
        task: 3,
        offset: '1152921504606846976',
        empty: null,
      },
    ])
  })

  test('an error is an object, whatever was thrown', () => {
    const log = startLog({ format: 'json' })
    const logger = log.loggers.child('task')
    logger.error('failed', { error: new ConnectError('sink.down', 'no answer', { cause: 'a text' }) })
    logger.error('failed', { error: 'just a text' })
    logger.error('failed', { error: new AggregateError([new Error('first'), new Error('second')]) })
    const [first, second, third] = log.json().map((line) => line.error as Record<string, string>)
    expect(first).toMatchObject({ type: 'ConnectError', code: 'sink.down', message: 'no answer' })
    expect(first?.stack_trace).toMatch(/^ConnectError: no answer\n {4}at .*\nCaused by: "a text"$/s)
    expect(second).toEqual({ type: 'string', message: 'just a text', stack_trace: 'just a text' })
    expect(third?.stack_trace).toMatch(/- first\n {2}- second/)
  })

  test('fields can not take the place of what every line has', () => {
    const log = startLog({ format: 'json', context: { worker: 'a:8083' } })
    log.loggers.child('task').info('hello', { level: 'fatal', message: 'other', worker: 'b:8083', __proto__: null })
    expect(log.json()[0]).toMatchObject({
      level: 'info',
      message: 'hello',
      worker: 'a:8083',
      'fields.level': 'fatal',
      'fields.message': 'other',
      'fields.worker': 'b:8083',
    })
  })
})

describe('secrets', () => {
  test.each(['text', 'json'] as const)('are hidden at any depth (%s)', (format) => {
    const log = startLog({ format, context: { 'ssl.key.password': 'geheim-1' } })
    log.loggers.child('config').info('read', {
      'connection.password': 'geheim-2',
      password: new Password('geheim-3'),
      foreign: { reveal: () => 'geheim-4', text: 'geheim-4' },
      config: { 'sasl.jaas.config': 'geheim-5', deep: [{ deeper: new Map([['api_key', 'geheim-6']]) }] },
      configs: [{ name: 'connection.password', value: 'geheim-7' }],
      headers: { Authorization: 'Basic geheim-8' },
      url: 'https://elastic:geheim-9@host:9200/x',
      error: new Error('GET https://elastic:geheim-10@host:9200 failed', { cause: new Error('https://u:geheim-11@h') }),
    })
    expect(log.text()).toContain('read')
    expect(log.text()).toContain('[hidden]@host:9200/x')
    expect(log.text()).not.toContain('geheim')
  })

  test('what only looks like one stays', () => {
    const log = startLog({ format: 'json' })
    log.loggers
      .child('config')
      .info('read', { 'ssl.truststore.location': '/trust.pem', password: null, at: 'a@b.example' })
    expect(log.json()[0]).toMatchObject({ 'ssl.truststore.location': '/trust.pem', password: null, at: 'a@b.example' })
  })
})

describe('whatever code passes', () => {
  const loop: Record<string, unknown> = {}
  loop.self = loop
  const odd: [string, unknown, string][] = [
    ['a cycle', loop, '[object]'],
    ['bytes', { value: Buffer.from('abc') }, '[3 bytes]'],
    ['a date', { value: new Date(noon) }, '2026-11-21T03:04:05.678Z'],
    ['an exact number', { value: parseJson('0.10') }, '0.10'],
    ['not a number', { value: Number.NaN }, 'NaN'],
    ['a function', { value: function send() {} }, '[function send]'],
    ['a long list', { value: Array.from({ length: 1_000 }, () => 1) }, '(900 more)'],
    ['a long text', { value: 'x'.repeat(100_000) }, 'more characters)'],
    ['a wide object', { value: Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`k${i}`, i])) }, '100 more'],
    [
      'a nested getter that throws',
      {
        value: {
          get broken() {
            throw new Error('no')
          },
        },
      },
      '[unreadable: no]',
    ],
    [
      'a getter that throws',
      {
        get broken() {
          throw new Error('no')
        },
      },
      "can't be shown",
    ],
    [
      'a proxy that throws',
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no')
          },
        },
      ),
      "can't be shown",
    ],
  ]
  test.each(odd)('%s is written, shortened if need be', (_name, value, expected) => {
    for (const format of ['text', 'json'] as const) {
      const log = startLog({ format })
      log.loggers.child('task').info('odd', value as Record<string, unknown>)
      expect(log.text()).toContain(expected)
      expect(log.text().length).toBeLessThan(20_000)
    }
  })

  test('a message that is no text and fields that are null are written', () => {
    const log = startLog()
    const logger = log.loggers.child('task')
    logger.info(Object.create(null), null as never)
    logger.info(undefined as never, 3 as never)
    expect(log.lines()).toHaveLength(2)
  })

  test('an error whose cause is itself ends', () => {
    const log = startLog()
    const error = new Error('round')
    error.cause = error
    log.loggers.child('task').error('odd', { error })
    expect(log.text()).toContain('Error: round')
  })
})

describe('levels', () => {
  test('of the longest dotted prefix holds, else the default', () => {
    const log = startLog({ level: 'warn', levels: ['executor=info', 'executor.sink-task=TRACE', 'rest=off'] })
    for (const name of [
      'herder',
      'executor',
      'executor.sink-task',
      'executor.sink-task.put',
      'executor.sink-tasks',
      'rest',
    ]) {
      const logger = log.loggers.child(name)
      logger.debug('debug')
      logger.info('info')
      logger.error('error')
    }
    expect(log.lines().map((line) => line.split(' ').slice(1).filter(Boolean).slice(1).join(':'))).toEqual([
      'herder:error',
      'executor:info',
      'executor:error',
      'executor.sink-task:debug',
      'executor.sink-task:info',
      'executor.sink-task:error',
      'executor.sink-task.put:debug',
      'executor.sink-task.put:info',
      'executor.sink-task.put:error',
      'executor.sink-tasks:info',
      'executor.sink-tasks:error',
    ])
  })

  test('change at run time for a logger, those below it and those made later', () => {
    const log = startLog({ levels: ['executor.sink-task=error'] })
    const logger = log.loggers.child('executor.sink-task')
    log.loggers.child('executors')
    logger.debug('before')
    expect(log.loggers.setLevel('executor', 'debug')).toEqual(['executor', 'executor.sink-task'])
    logger.debug('after')
    log.loggers.child('executor.source-task').debug('later')
    expect(log.lines().map((line) => line.split(' ').at(-1))).toEqual(['after', 'later'])
    expect(log.loggers.levelOf('executor.anything')).toBe('debug')
    expect(log.loggers.levels()).toEqual([
      { name: 'executor', level: 'debug', lastModified: noon },
      { name: 'executor.sink-task', level: 'debug', lastModified: noon },
      { name: 'executor.source-task', level: 'debug', lastModified: null },
      { name: 'executors', level: 'info', lastModified: null },
      { name: 'root', level: 'info', lastModified: null },
    ])
  })

  test('of the root is that of all', () => {
    const log = startLog({ levels: ['herder=debug'] })
    log.loggers.child('herder')
    expect(log.loggers.setLevel('root', 'warn')).toEqual(['herder', 'root'])
    expect(log.loggers.levelOf('herder')).toBe('warn')
  })
})

test.each(['text', 'json'] as const)('known secrets are masked wherever they stand in a line (%s)', (format) => {
  const redactor = new Redactor()
  redactor.hide('s3cret"1', `\${env:P}`)
  redactor.hide('10000001')
  const log = startLog({ format, redactor })
  const error = new Error('401 for s3cret"1', { cause: new Error('s3cret"1') })
  const fields = { bytes: 10000001, note: ['s3cret"1'], nested: { 'x-s3cret"1': 's3cret"1' }, error }
  log.loggers.child('herder').warn('got s3cret"1', fields)
  const text = log.lines().join('\n')
  expect(text).not.toContain('s3cret')
  expect(text).toContain(`got \${env:P}`)
  if (format === 'json')
    expect(JSON.parse(text)).toMatchObject({ bytes: 10000001, nested: expect.objectContaining({}) })
})

test('context added later is on the lines of loggers that exist', () => {
  const log = startLog({ format: 'json', context: { executor: 1 } })
  const logger = log.loggers.child('herder')
  log.loggers.addContext({ worker: 'a:8083' })
  logger.info('ready')
  expect(log.json()[0]).toMatchObject({ executor: 1, worker: 'a:8083' })
})

test('standard output takes every level, and a reader that goes away does not end the process', () => {
  const module = fileURLToPath(new URL('./logger.ts', import.meta.url))
  const program = `
    const { createLogger } = await import(${JSON.stringify(module)})
    const logger = createLogger({ format: 'text', level: 'info', levels: [] }).child('test')
    logger.error('first')
    for (let i = 0; i < 50; i++) { logger.info('x'.repeat(10000)); await new Promise((go) => setTimeout(go, 5)) }
    process.stderr.write('survived')`
  const args = ['--disable-warning=ExperimentalWarning', '--conditions=source', '--input-type=module', '-e', program]
  const whole = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect(whole.stdout).toMatch(/ERROR test first\n/)
  expect(whole.stderr).toBe('survived')
  const cut = spawnSync('sh', ['-c', '"$0" "$@" | head -c 10', process.execPath, ...args], { encoding: 'utf8' })
  expect(cut.stdout).toBe(whole.stdout.slice(0, 10))
  expect(cut.stderr).toBe('survived')
})

test('lines carry what is correlated with their time', () => {
  const log = startLog({ format: 'json' })
  let span: { trace_id: string; span_id: string } | null = null
  log.loggers.correlate(() => span)
  log.loggers.child('task').info('before')
  span = { trace_id: 'a1', span_id: 'b2' }
  log.loggers.child('task', { connector: 'orders' }).info('meanwhile')
  expect(log.json()).toEqual([
    expect.not.objectContaining({ trace_id: expect.anything() }),
    expect.objectContaining({ message: 'meanwhile', connector: 'orders', trace_id: 'a1', span_id: 'b2' }),
  ])
})
