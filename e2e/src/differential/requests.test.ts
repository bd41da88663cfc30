/** Requests that nothing comes of: unknown names, malformed bodies, refused configurations. What differs on purpose is listed in intended-differences.ts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findJvmConnect } from '../harness/index.ts'
import { SIDE } from './both-workers.ts'
import { at, RestComparison } from './rest-comparison.ts'

const jvm = await findJvmConnect()

describe.skipIf(!jvm)('beside Kafka Connect', () => {
  let rest: RestComparison

  beforeAll(async () => {
    if (jvm) rest = await RestComparison.start(jvm, 'requests')
  })
  afterAll(async () => {
    await rest?.[Symbol.asyncDispose]()
  })

  test('the root, unknown paths, other methods and media types', async () => {
    await rest.same('root', { method: 'GET', path: '/' })
    await rest.same('health', { method: 'GET', path: '/health' })
    await rest.same('no connectors', { method: 'GET', path: '/connectors' })
    await rest.same('unknown path', { method: 'GET', path: '/nope' })
    await rest.same('unknown path below', { method: 'GET', path: at('x', '/nope') })
    await rest.same('removed path', { method: 'GET', path: at('x', '/tasks-config') })
    await rest.same('task that is no number', { method: 'GET', path: at('x', '/tasks/a/status') })
    await rest.same('other method', { method: 'DELETE', path: '/connectors' })
    await rest.same('other method of a connector', { method: 'POST', path: at('x', '/config') })
    await rest.same('options', { method: 'OPTIONS', path: '/connectors' })
    await rest.same('options of a connector', { method: 'OPTIONS', path: at('x') })
    await rest.same('head', { method: 'HEAD', path: '/connectors' })
    await rest.same('other body', {
      method: 'POST',
      path: '/connectors',
      body: '{}',
      headers: { 'content-type': 'text/html' },
    })
    await rest.same('other answer', { method: 'GET', path: '/connectors', headers: { accept: 'text/html' } })
    await rest.same('any answer', { method: 'GET', path: '/connectors', headers: { accept: 'text/html, */*' } })
  })

  test('what no connector of that name is asked', async () => {
    for (const below of ['', '/config', '/status', '/tasks', '/tasks/9/status', '/offsets', '/topics']) {
      await rest.same(`unknown: GET ${below}`, { method: 'GET', path: at('nope', below) })
    }
    await rest.same('unknown: DELETE', { method: 'DELETE', path: at('nope') })
    await rest.same('unknown: PATCH', { method: 'PATCH', path: at('nope', '/config'), body: { a: 'b' } })
    for (const action of ['pause', 'resume', 'stop', 'topics/reset']) {
      await rest.same(`unknown: ${action}`, { method: 'PUT', path: at('nope', `/${action}`) })
    }
    for (const below of ['/restart', '/restart?includeTasks=true', '/restart?onlyFailed=true', '/tasks/0/restart']) {
      await rest.same(`unknown: ${below}`, { method: 'POST', path: at('nope', below) })
    }
    await rest.same('unknown: PATCH offsets', {
      method: 'PATCH',
      path: at('nope', '/offsets'),
      body: { offsets: [{ partition: { a: 1 }, offset: null }] },
    })
    await rest.same('unknown: DELETE offsets', { method: 'DELETE', path: at('nope', '/offsets') })
    await rest.same('unknown: task configs from outside', { method: 'POST', path: at('nope', '/tasks'), body: [] })
    await rest.same('unknown: fence from outside', { method: 'PUT', path: at('nope', '/fence') })
  })

  test('bodies that are no request', async () => {
    const post = (label: string, body: unknown) =>
      rest.same(`malformed: ${label}`, { method: 'POST', path: '/connectors', body })
    await post('no JSON', 'x')
    await post('half of JSON', '{"name":')
    await post('a list', '[]')
    await post('unknown field', { name: `${SIDE}x`, config: {}, more: 1 })
    await post('no config', { name: `${SIDE}x` })
    await post('config that is a list', { name: `${SIDE}x`, config: [] })
    await post('initial state', { name: `${SIDE}x`, config: rest.source(), initial_state: 'WRONG' })
    await rest.same('malformed: PUT', { method: 'PUT', path: at('x', '/config'), body: '[' })
    await rest.same('malformed: PATCH', { method: 'PATCH', path: at('x', '/config'), body: '"x"' })
    await rest.same('malformed: validation', {
      method: 'PUT',
      path: '/connector-plugins/FileStreamSink/config/validate',
      body: '"x"',
    })
  })

  test('configurations that are refused', async () => {
    const post = async (label: string, config: unknown, name = `${SIDE}bad`) => {
      await rest.same(`refused: ${label}`, { method: 'POST', path: '/connectors', body: { name, config } })
      await rest.both.ask({ method: 'DELETE', path: at('bad') }) // where one of them took it
    }
    await post('no class', { file: 'x' })
    await post('unknown class', rest.source({ 'connector.class': 'NoSuch' }))
    await post('another name', rest.source({ name: 'other' }))
    await post('a blank name', rest.source(), ' ')
    await rest.same('refused: no name', { method: 'POST', path: '/connectors', body: { config: rest.source() } })
    await post('tasks.max no number', rest.source({ 'tasks.max': 'zero' }))
    await post('tasks.max too small', rest.source({ 'tasks.max': '0' }))
    await post('missing key', { 'connector.class': 'FileStreamSource' })
    await post('missing topics', { 'connector.class': 'FileStreamSink' })
    await post('topics twice', rest.sink({ 'topics.regex': 'a.*' }))
    await post('bad regex', { 'connector.class': 'FileStreamSink', 'topics.regex': '(' })
    await post('bad converter', rest.sink({ 'value.converter': 'Nope' }))
    await post('bad tolerance', rest.sink({ 'errors.tolerance': 'some' }))
    await post('dead letters of the same topic', rest.sink({ 'errors.deadletterqueue.topic.name': `${SIDE}sunk` }))
    await post('bad transformation', rest.sink({ transforms: 'a', 'transforms.a.type': 'Nope' }))
    await post('transformation without type', rest.sink({ transforms: 'a' }))
    await post(
      'missing key of a transformation',
      rest.sink({ transforms: 'a', 'transforms.a.type': 'org.apache.kafka.connect.transforms.HoistField$Value' }),
    )
    await post(
      'unknown predicate',
      rest.sink({
        transforms: 'a',
        'transforms.a.type': 'RegexRouter',
        'transforms.a.regex': 'a',
        'transforms.a.replacement': 'b',
        'transforms.a.predicate': 'p',
      }),
    )
    await post('predicate that is none', rest.sink({ predicates: 'p', 'predicates.p.type': 'RegexRouter' }))
    await post(
      'transformations twice',
      rest.sink({
        transforms: 'a,a',
        'transforms.a.type': 'RegexRouter',
        'transforms.a.regex': 'a',
        'transforms.a.replacement': 'b',
      }),
    )
    await post('override of a wrong type', rest.sink({ 'consumer.override.fetch.min.bytes': 'abc' }))
    await post('bad topic creation', rest.source({ 'topic.creation.default.partitions': '3' }))
    await post(
      'topic creation group',
      rest.source({
        'topic.creation.groups': 'a',
        'topic.creation.default.partitions': '1',
        'topic.creation.default.replication.factor': '1',
      }),
    )
    await post('exactly once required', rest.source({ 'exactly.once.support': 'required' }))
    await post('null value', rest.source({ 'tasks.max': null }))
    await post('a list for a value', rest.source({ topic: ['a'] }))
  })

  test('nothing differs but what is listed, and all of that does', () => {
    expect(rest.comparison.unexpected()).toEqual([])
    expect(rest.comparison.gone()).toEqual([])
  })
})
