/** The REST API answers as Kafka Connect's does. What differs on purpose is listed in intended-differences.ts. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findJvmConnect } from '../harness/index.ts'
import { type BothWorkers, type Request, SIDE, startBoth } from './both-workers.ts'
import { Comparison } from './comparison.ts'

const jvm = await findJvmConnect()

describe.skipIf(!jvm)('beside Kafka Connect', () => {
  let both: BothWorkers
  const comparison = new Comparison('rest')

  beforeAll(async () => {
    if (jvm) both = await startBoth(jvm)
    for (const side of ['jvm', 'our']) await writeFile(join(both.folder, `${side}-in.txt`), 'one\ntwo\nthree\n')
    await both.createTopics(`${SIDE}sunk`)
  })
  afterAll(async () => {
    await both?.[Symbol.asyncDispose]()
  })

  async function same(label: string, request: Request): Promise<void> {
    comparison.compare(label, await both.ask(request))
  }
  async function sameState(label: string, connector: string, state: string, tasks: number): Promise<void> {
    const request = { method: 'GET', path: `/connectors/${connector}/status` }
    const answers = await both.untilBoth(request, ({ body }) => hasState(body, state, tasks))
    comparison.compare(label, answers)
  }
  const source = (more: Record<string, unknown> = {}) => ({
    'connector.class': 'FileStreamSource',
    file: join(both.folder, `${SIDE}in.txt`),
    topic: `${SIDE}lines`,
    'tasks.max': '1',
    ...more,
  })
  const sink = (more: Record<string, unknown> = {}) => ({
    'connector.class': 'FileStreamSink',
    file: join(both.folder, `${SIDE}out.txt`),
    topics: `${SIDE}sunk`,
    ...more,
  })
  const at = (name: string, rest = '') => `/connectors/${SIDE}${name}${rest}`

  test('the root, unknown paths, other methods and media types', async () => {
    await same('root', { method: 'GET', path: '/' })
    await same('health', { method: 'GET', path: '/health' })
    await same('no connectors', { method: 'GET', path: '/connectors' })
    await same('unknown path', { method: 'GET', path: '/nope' })
    await same('unknown path below', { method: 'GET', path: at('x', '/nope') })
    await same('removed path', { method: 'GET', path: at('x', '/tasks-config') })
    await same('task that is no number', { method: 'GET', path: at('x', '/tasks/a/status') })
    await same('other method', { method: 'DELETE', path: '/connectors' })
    await same('other method of a connector', { method: 'POST', path: at('x', '/config') })
    await same('options', { method: 'OPTIONS', path: '/connectors' })
    await same('options of a connector', { method: 'OPTIONS', path: at('x') })
    await same('head', { method: 'HEAD', path: '/connectors' })
    await same('other body', {
      method: 'POST',
      path: '/connectors',
      body: '{}',
      headers: { 'content-type': 'text/html' },
    })
    await same('other answer', { method: 'GET', path: '/connectors', headers: { accept: 'text/html' } })
    await same('any answer', { method: 'GET', path: '/connectors', headers: { accept: 'text/html, */*' } })
  })

  test('what no connector of that name is asked', async () => {
    for (const rest of ['', '/config', '/status', '/tasks', '/tasks/9/status', '/offsets', '/topics']) {
      await same(`unknown: GET ${rest}`, { method: 'GET', path: at('nope', rest) })
    }
    await same('unknown: DELETE', { method: 'DELETE', path: at('nope') })
    await same('unknown: PATCH', { method: 'PATCH', path: at('nope', '/config'), body: { a: 'b' } })
    for (const action of ['pause', 'resume', 'stop', 'topics/reset']) {
      await same(`unknown: ${action}`, { method: 'PUT', path: at('nope', `/${action}`) })
    }
    for (const rest of ['/restart', '/restart?includeTasks=true', '/restart?onlyFailed=true', '/tasks/0/restart']) {
      await same(`unknown: ${rest}`, { method: 'POST', path: at('nope', rest) })
    }
    await same('unknown: PATCH offsets', {
      method: 'PATCH',
      path: at('nope', '/offsets'),
      body: { offsets: [{ partition: { a: 1 }, offset: null }] },
    })
    await same('unknown: DELETE offsets', { method: 'DELETE', path: at('nope', '/offsets') })
    await same('unknown: task configs from outside', { method: 'POST', path: at('nope', '/tasks'), body: [] })
    await same('unknown: fence from outside', { method: 'PUT', path: at('nope', '/fence') })
  })

  test('bodies that are no request', async () => {
    const post = (label: string, body: unknown) =>
      same(`malformed: ${label}`, { method: 'POST', path: '/connectors', body })
    await post('no JSON', 'x')
    await post('half of JSON', '{"name":')
    await post('a list', '[]')
    await post('unknown field', { name: `${SIDE}x`, config: {}, more: 1 })
    await post('no config', { name: `${SIDE}x` })
    await post('config that is a list', { name: `${SIDE}x`, config: [] })
    await post('initial state', { name: `${SIDE}x`, config: source(), initial_state: 'WRONG' })
    await same('malformed: PUT', { method: 'PUT', path: at('x', '/config'), body: '[' })
    await same('malformed: PATCH', { method: 'PATCH', path: at('x', '/config'), body: '"x"' })
    await same('malformed: validation', {
      method: 'PUT',
      path: '/connector-plugins/FileStreamSink/config/validate',
      body: '"x"',
    })
  })

  test('configurations that are refused', async () => {
    const post = async (label: string, config: unknown, name = `${SIDE}bad`) => {
      await same(`refused: ${label}`, { method: 'POST', path: '/connectors', body: { name, config } })
      await both.ask({ method: 'DELETE', path: at('bad') }) // where one of them took it
    }
    await post('no class', { file: 'x' })
    await post('unknown class', source({ 'connector.class': 'NoSuch' }))
    await post('another name', source({ name: 'other' }))
    await post('a blank name', source(), ' ')
    await same('refused: no name', { method: 'POST', path: '/connectors', body: { config: source() } })
    await post('tasks.max no number', source({ 'tasks.max': 'zero' }))
    await post('tasks.max too small', source({ 'tasks.max': '0' }))
    await post('missing key', { 'connector.class': 'FileStreamSource' })
    await post('missing topics', { 'connector.class': 'FileStreamSink' })
    await post('topics twice', sink({ 'topics.regex': 'a.*' }))
    await post('bad regex', { 'connector.class': 'FileStreamSink', 'topics.regex': '(' })
    await post('bad converter', sink({ 'value.converter': 'Nope' }))
    await post('bad tolerance', sink({ 'errors.tolerance': 'some' }))
    await post('dead letters of the same topic', sink({ 'errors.deadletterqueue.topic.name': `${SIDE}sunk` }))
    await post('bad transformation', sink({ transforms: 'a', 'transforms.a.type': 'Nope' }))
    await post('transformation without type', sink({ transforms: 'a' }))
    await post(
      'missing key of a transformation',
      sink({ transforms: 'a', 'transforms.a.type': 'org.apache.kafka.connect.transforms.HoistField$Value' }),
    )
    await post(
      'unknown predicate',
      sink({
        transforms: 'a',
        'transforms.a.type': 'RegexRouter',
        'transforms.a.regex': 'a',
        'transforms.a.replacement': 'b',
        'transforms.a.predicate': 'p',
      }),
    )
    await post('predicate that is none', sink({ predicates: 'p', 'predicates.p.type': 'RegexRouter' }))
    await post(
      'transformations twice',
      sink({
        transforms: 'a,a',
        'transforms.a.type': 'RegexRouter',
        'transforms.a.regex': 'a',
        'transforms.a.replacement': 'b',
      }),
    )
    await post('override of a wrong type', sink({ 'consumer.override.fetch.min.bytes': 'abc' }))
    await post('bad topic creation', source({ 'topic.creation.default.partitions': '3' }))
    await post(
      'topic creation group',
      source({
        'topic.creation.groups': 'a',
        'topic.creation.default.partitions': '1',
        'topic.creation.default.replication.factor': '1',
      }),
    )
    await post('exactly once required', source({ 'exactly.once.support': 'required' }))
    await post('null value', source({ 'tasks.max': null }))
    await post('a list for a value', source({ topic: ['a'] }))
  })

  test('a source from creation to deletion', async () => {
    await same('source: create', {
      method: 'POST',
      path: '/connectors',
      body: { name: `${SIDE}src`, config: source({ 'tasks.max': 1 }) },
    })
    await sameState('source: runs', `${SIDE}src`, 'RUNNING', 1)
    await same('source: create again', {
      method: 'POST',
      path: '/connectors',
      body: { name: `${SIDE}src`, config: source() },
    })
    for (const rest of ['', '/config', '/tasks', '/tasks/0/status', '/tasks/7/status', '/tasks/-1/status']) {
      await same(`source: GET ${rest}`, { method: 'GET', path: at('src', rest) })
    }
    await same('source: restart of no task', { method: 'POST', path: at('src', '/tasks/7/restart') })
    for (const query of [
      '',
      '?expand=info',
      '?expand=status',
      '?expand=info&expand=status',
      '?expand=none',
      '?expand=',
    ]) {
      await same(`source: list ${query}`, { method: 'GET', path: `/connectors${query}` })
    }
    await both.untilBoth({ method: 'GET', path: at('src', '/topics') }, ({ body }) =>
      JSON.stringify(body).includes('lines'),
    )
    await same('source: topics', { method: 'GET', path: at('src', '/topics') })
    await same('source: PUT the same', { method: 'PUT', path: at('src', '/config'), body: source() })
    await same('source: PUT another name', {
      method: 'PUT',
      path: at('src', '/config'),
      body: source({ name: 'other' }),
    })
    await same('source: PUT bad', { method: 'PUT', path: at('src', '/config'), body: source({ 'tasks.max': 'x' }) })
    await same('source: PATCH', { method: 'PATCH', path: at('src', '/config'), body: { 'batch.size': 100, more: 'x' } })
    await same('source: PATCH away', { method: 'PATCH', path: at('src', '/config'), body: { more: null, never: null } })
    await same('source: PATCH required away', { method: 'PATCH', path: at('src', '/config'), body: { topic: null } })
    await same('source: config then', { method: 'GET', path: at('src', '/config') })
    await sameState('source: runs on', `${SIDE}src`, 'RUNNING', 1)
    await same('source: pause', { method: 'PUT', path: at('src', '/pause') })
    await sameState('source: paused', `${SIDE}src`, 'PAUSED', 1)
    await same('source: restart of paused', { method: 'POST', path: at('src', '/restart') })
    await sameState('source: still paused', `${SIDE}src`, 'PAUSED', 1)
    await same('source: resume', { method: 'PUT', path: at('src', '/resume') })
    await sameState('source: resumed', `${SIDE}src`, 'RUNNING', 1)
    await same('source: restart', { method: 'POST', path: at('src', '/restart') })
    await sameState('source: restarted', `${SIDE}src`, 'RUNNING', 1)
    await same('source: restart of a task', { method: 'POST', path: at('src', '/tasks/0/restart') })
    await sameState('source: task restarted', `${SIDE}src`, 'RUNNING', 1)
    await same('source: restart not forwarded', { method: 'POST', path: at('src', '/restart?forward=false') })
    await sameState('source: restarted again', `${SIDE}src`, 'RUNNING', 1)
    for (const query of [
      '?includeTasks=yes',
      '?onlyFailed=true',
      '?onlyFailed=true&includeTasks=true',
      '?includeTasks=TRUE',
    ]) {
      await same(`source: restart ${query}`, { method: 'POST', path: at('src', `/restart${query}`) })
      await sameState(`source: restarted ${query}`, `${SIDE}src`, 'RUNNING', 1)
    }
    await same('source: stop', { method: 'PUT', path: at('src', '/stop') })
    await sameState('source: stopped', `${SIDE}src`, 'STOPPED', 0)
    await same('source: stop again', { method: 'PUT', path: at('src', '/stop') })
    await same('source: info when stopped', { method: 'GET', path: at('src') })
    await same('source: restart of stopped', { method: 'POST', path: at('src', '/restart') })
    await same('source: pause of stopped', { method: 'PUT', path: at('src', '/pause') })
    await sameState('source: paused without tasks', `${SIDE}src`, 'PAUSED', 0)
    await same('source: reset topics', { method: 'PUT', path: at('src', '/topics/reset') })
    await both.untilBoth(
      { method: 'GET', path: at('src', '/topics') },
      ({ body }) => !JSON.stringify(body).includes('lines'),
    )
    await same('source: no topics', { method: 'GET', path: at('src', '/topics') })
    await same('source: delete not forwarded', { method: 'DELETE', path: at('src', '?forward=false') })
    await both.untilBoth({ method: 'GET', path: at('src', '/status') }, ({ status }) => status === 404)
    await same('source: info when deleted', { method: 'GET', path: at('src') })
  })

  test('positions of a source', async () => {
    const name = `${SIDE}pos`
    const offsets = { method: 'GET', path: at('pos', '/offsets') }
    const partition = { filename: join(both.folder, `${SIDE}in.txt`) }
    const patch = (label: string, body: unknown) =>
      same(`source offsets: ${label}`, { method: 'PATCH', path: at('pos', '/offsets'), body })
    await same('source offsets: create', {
      method: 'PUT',
      path: at('pos', '/config'),
      body: source({ 'offset.flush.interval.ms': '1' }),
    })
    await sameState('source offsets: runs', name, 'RUNNING', 1)
    await patch('alter while running', { offsets: [{ partition, offset: { position: 4 } }] })
    await same('source offsets: reset while running', { method: 'DELETE', path: at('pos', '/offsets') })
    await both.untilBoth({ method: 'GET', path: at('pos', '/topics') }, ({ body }) =>
      JSON.stringify(body).includes('lines'),
    )
    await same('source offsets: stop', { method: 'PUT', path: at('pos', '/stop') })
    await sameState('source offsets: stopped', name, 'STOPPED', 0)
    await both.untilBoth(offsets, ({ body }) => JSON.stringify(body).includes('position'))
    await same('source offsets: where it stopped', offsets)
    await patch('no JSON', 'x')
    await patch('nothing', {})
    await patch('null', { offsets: null })
    await patch('an empty list', { offsets: [] })
    await patch('unknown field', { offsets: [], more: 1 })
    await patch('no partition', { offsets: [{ offset: { position: 1 } }] })
    await patch('another partition', { offsets: [{ partition: { a: 'b' }, offset: { position: 1 } }] })
    await patch('no position', { offsets: [{ partition, offset: { a: 1 } }] })
    await patch('a position that is text', { offsets: [{ partition, offset: { position: 'abc' } }] })
    await patch('a position as text of a number', { offsets: [{ partition, offset: { position: '4' } }] })
    await patch('a negative position', { offsets: [{ partition, offset: { position: -4 } }] })
    await patch('a position with a fraction', { offsets: [{ partition, offset: { position: 1.5 } }] })
    await same('source offsets: not altered', offsets)
    await patch('alter', { offsets: [{ partition, offset: { position: 4 } }] })
    await same('source offsets: altered', offsets)
    await patch('forget one', { offsets: [{ partition, offset: null }] })
    await same('source offsets: forgotten', offsets)
    await patch('alter once more', { offsets: [{ partition, offset: { position: 8 } }] })
    await same('source offsets: reset', { method: 'DELETE', path: at('pos', '/offsets') })
    await same('source offsets: none left', offsets)
    await same('source offsets: reset of nothing', { method: 'DELETE', path: at('pos', '/offsets') })
    await same('source offsets: delete the connector', { method: 'DELETE', path: at('pos') })
  })

  test('positions of a sink', async () => {
    const offsets = { method: 'GET', path: at('snk', '/offsets') }
    const partition = { kafka_topic: `${SIDE}sunk`, kafka_partition: 0 }
    const patch = (label: string, body: unknown) =>
      same(`sink offsets: ${label}`, { method: 'PATCH', path: at('snk', '/offsets'), body })
    for (const side of ['jvm', 'our'] as const) {
      await both.cluster.produce(
        both.at(side, `${SIDE}sunk`),
        [1, 2, 3].map((number) => ({ value: `{"n":${number}}` })),
      )
    }
    await same('sink: create paused', {
      method: 'POST',
      path: '/connectors',
      body: { name: `${SIDE}snk`, config: sink(), initial_state: 'paused' },
    })
    await sameState('sink: paused', `${SIDE}snk`, 'PAUSED', 0)
    await same('sink offsets: none yet', offsets)
    await same('sink: resume', { method: 'PUT', path: at('snk', '/resume') })
    await sameState('sink: runs', `${SIDE}snk`, 'RUNNING', 1)
    await same('sink: tasks', { method: 'GET', path: at('snk', '/tasks') })
    await both.untilBoth({ method: 'GET', path: at('snk', '/topics') }, ({ body }) =>
      JSON.stringify(body).includes('sunk'),
    )
    await patch('alter while running', { offsets: [{ partition, offset: { kafka_offset: 1 } }] })
    await same('sink: stop', { method: 'PUT', path: at('snk', '/stop') })
    await sameState('sink: stopped', `${SIDE}snk`, 'STOPPED', 0)
    await both.untilBoth(offsets, ({ body }) => JSON.stringify(body).includes('"kafka_offset":3'))
    await same('sink offsets: where it stopped', offsets)
    await patch('no topic', { offsets: [{ partition: { kafka_partition: 0 }, offset: { kafka_offset: 1 } }] })
    await patch('a partition of nothing', { offsets: [{ partition: {}, offset: null }] })
    await patch('no partition at all', { offsets: [{ offset: { kafka_offset: 1 } }] })
    await patch('partition is text', {
      offsets: [{ partition: { ...partition, kafka_partition: 'abc' }, offset: { kafka_offset: 1 } }],
    })
    await patch('partition null', {
      offsets: [{ partition: { ...partition, kafka_partition: null }, offset: { kafka_offset: 1 } }],
    })
    await patch('no offset', { offsets: [{ partition, offset: {} }] })
    await patch('offset is text', { offsets: [{ partition, offset: { kafka_offset: 'abc' } }] })
    await patch('offset is null', { offsets: [{ partition, offset: { kafka_offset: null } }] })
    await patch('offset is negative', { offsets: [{ partition, offset: { kafka_offset: -1 } }] })
    await patch('offset with a fraction', { offsets: [{ partition, offset: { kafka_offset: 1.5 } }] })
    await patch('more keys', { offsets: [{ partition: { ...partition, more: 1 }, offset: { kafka_offset: 1 } }] })
    await patch('unknown partition', {
      offsets: [{ partition: { ...partition, kafka_partition: 5 }, offset: { kafka_offset: 1 } }],
    })
    await patch('alter by text', {
      offsets: [{ partition: { ...partition, kafka_partition: '0' }, offset: { kafka_offset: '2' } }],
    })
    await same('sink offsets: altered', offsets)
    await patch('forget one', { offsets: [{ partition, offset: null }] })
    await same('sink offsets: forgotten', offsets)
    await patch('alter once more', { offsets: [{ partition, offset: { kafka_offset: 1 } }] })
    await same('sink offsets: reset', { method: 'DELETE', path: at('snk', '/offsets') })
    await same('sink offsets: none left', offsets)
    await same('sink offsets: reset of nothing', { method: 'DELETE', path: at('snk', '/offsets') })
    await same('sink: delete', { method: 'DELETE', path: at('snk') })
  })

  test('plugins', async () => {
    await same('plugins: connectors', { method: 'GET', path: '/connector-plugins' })
    await same('plugins: all', { method: 'GET', path: '/connector-plugins?connectorsOnly=false' })
    await same('plugins: unknown', { method: 'GET', path: '/connector-plugins/Nope/config' })
    await same('plugins: other version', {
      method: 'GET',
      path: '/connector-plugins/FileStreamSink/config?version=9.9.9',
    })
    await same('plugins: bad version', {
      method: 'GET',
      path: '/connector-plugins/FileStreamSink/config?version=%5Bbad',
    })
    const smt = 'org.apache.kafka.connect.transforms.'
    const sided = [
      'Cast',
      'ExtractField',
      'Flatten',
      'HeaderFrom',
      'HoistField',
      'InsertField',
      'MaskField',
      'ReplaceField',
      'SetSchemaMetadata',
      'TimestampConverter',
    ]
    const names = [
      ...['FileStreamSource', 'FileStreamSink', `org.apache.kafka.connect.file.FileStreamSinkConnector`],
      ...sided.flatMap((name) => [`${smt}${name}$Key`, `${smt}${name}$Value`]),
      ...['DropHeaders', 'Filter', 'InsertHeader', 'RegexRouter', 'TimestampRouter', 'ValueToKey'],
      ...['HasHeaderKey', 'RecordIsTombstone', 'TopicNameMatches'],
      ...[
        'JsonConverter',
        'StringConverter',
        'ByteArrayConverter',
        'BooleanConverter',
        'ShortConverter',
        'IntegerConverter',
        'LongConverter',
        'FloatConverter',
        'DoubleConverter',
        'SimpleHeaderConverter',
      ],
    ]
    for (const name of names) {
      await same(`plugin config: ${name}`, {
        method: 'GET',
        path: `/connector-plugins/${encodeURIComponent(name)}/config`,
      })
    }
  })

  test('validation', async () => {
    const validate = (label: string, plugin: string, body: unknown) =>
      same(`validate: ${label}`, { method: 'PUT', path: `/connector-plugins/${plugin}/config/validate`, body })
    await validate('nothing', 'FileStreamSink', {})
    await validate('another type', 'FileStreamSource', sink())
    await validate('unknown type', 'Nope', sink())
    await validate('unknown class', 'Nope', { 'connector.class': 'Nope' })
    await validate('sink', 'FileStreamSink', sink({ name: 'x' }))
    await validate('source', 'FileStreamSource', source({ name: 'x' }))
    await validate(
      'full name',
      'org.apache.kafka.connect.file.FileStreamSinkConnector',
      sink({ name: 'x', 'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector' }),
    )
    await validate('full name and short', 'org.apache.kafka.connect.file.FileStreamSinkConnector', sink({ name: 'x' }))
    await validate(
      'short name and full',
      'FileStreamSinkConnector',
      sink({ name: 'x', 'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector' }),
    )
    await validate('errors', 'FileStreamSink', {
      'connector.class': 'FileStreamSink',
      'tasks.max': 'x',
      topics: 'a',
      'topics.regex': '(',
      'errors.retry.timeout': 'x',
      'errors.log.enable': 'maybe',
    })
    await validate(
      'transformations',
      'FileStreamSink',
      sink({
        name: 'x',
        transforms: 'a,b',
        'transforms.a.type': 'RegexRouter',
        'transforms.a.regex': '(',
        'transforms.b.type': 'org.apache.kafka.connect.transforms.Cast$Value',
        'transforms.b.spec': 'a:nothing',
        'transforms.b.predicate': 'p',
        'transforms.b.negate': 'x',
        predicates: 'p',
        'predicates.p.type': 'TopicNameMatches',
      }),
    )
    await validate(
      'converters',
      'FileStreamSink',
      sink({
        name: 'x',
        'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
        'value.converter': 'JsonConverter',
        'value.converter.schemas.enable': 'perhaps',
        'header.converter': 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
      }),
    )
    await validate(
      'overrides',
      'FileStreamSink',
      sink({ name: 'x', 'consumer.override.max.poll.records': '5', 'producer.override.linger.ms': '1' }),
    )
    await validate(
      'topic creation',
      'FileStreamSource',
      source({
        name: 'x',
        'topic.creation.default.partitions': '2',
        'topic.creation.default.replication.factor': '1',
        'topic.creation.groups': 'a',
        'topic.creation.a.include': 'b.*',
        'topic.creation.a.cleanup.policy': 'compact',
      }),
    )
    await validate('a password', 'FileStreamSink', sink({ name: 'x', 'consumer.override.ssl.key.password': 'secret' }))
  })

  test('loggers', async () => {
    const logger = 'org.apache.kafka.connect.runtime.WorkerSinkTask'
    await same('logger: root', { method: 'GET', path: '/admin/loggers/root' })
    await same('logger: unknown', { method: 'GET', path: '/admin/loggers/not.there' })
    await same('logger: no level', { method: 'PUT', path: `/admin/loggers/${logger}`, body: {} })
    await same('logger: bad level', { method: 'PUT', path: `/admin/loggers/${logger}`, body: { level: 'NOPE' } })
    await same('logger: set', { method: 'PUT', path: `/admin/loggers/${logger}`, body: { level: 'debug' } })
    await same('logger: then', { method: 'GET', path: `/admin/loggers/${logger}` })
    await same('logger: unknown scope', {
      method: 'PUT',
      path: `/admin/loggers/${logger}?scope=nope`,
      body: { level: 'warn' },
    })
    await same('logger: cluster', {
      method: 'PUT',
      path: `/admin/loggers/${logger}?scope=cluster`,
      body: { level: 'error' },
    })
    const request = { method: 'GET', path: `/admin/loggers/${logger}` }
    await both.untilBoth(request, ({ body }) => (body as { level?: string }).level === 'ERROR')
    await same('logger: by the cluster', request)
  })

  test('nothing differs but what is listed, and all of that does', () => {
    expect(comparison.unexpected()).toEqual([])
    expect(comparison.gone()).toEqual([])
  })
})

function hasState(body: unknown, state: string, tasks: number): boolean {
  const { connector, tasks: all = [] } = (body ?? {}) as { connector?: { state: string }; tasks?: { state: string }[] }
  return connector?.state === state && all.length === tasks && all.every((task) => task.state === state)
}
