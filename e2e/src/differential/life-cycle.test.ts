/** Connectors from creation to deletion, with their positions. What differs on purpose is listed in intended-differences.ts. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findJvmConnect } from '../harness/index.ts'
import { SIDE } from './both-workers.ts'
import { commandLineLife } from './command-line-life.ts'
import { at, mentions, RestComparison } from './rest-comparison.ts'

const jvm = await findJvmConnect()

describe.skipIf(!jvm)('beside Kafka Connect', () => {
  let rest: RestComparison

  beforeAll(async () => {
    if (jvm) rest = await RestComparison.start(jvm, 'life-cycle')
  })
  afterAll(async () => {
    await rest?.[Symbol.asyncDispose]()
  })

  test('a source from creation to deletion', async () => {
    await rest.same('source: create', {
      method: 'POST',
      path: '/connectors',
      body: { name: `${SIDE}src`, config: rest.source({ 'tasks.max': 1 }) },
    })
    await rest.sameState('source: runs', 'src', 'RUNNING', 1)
    await rest.same('source: create again', {
      method: 'POST',
      path: '/connectors',
      body: { name: `${SIDE}src`, config: rest.source() },
    })
    for (const below of ['', '/config', '/tasks', '/tasks/0/status', '/tasks/7/status', '/tasks/-1/status']) {
      await rest.same(`source: GET ${below}`, { method: 'GET', path: at('src', below) })
    }
    await rest.same('source: restart of no task', { method: 'POST', path: at('src', '/tasks/7/restart') })
    for (const query of [
      '',
      '?expand=info',
      '?expand=status',
      '?expand=info&expand=status',
      '?expand=none',
      '?expand=',
    ]) {
      await rest.same(`source: list ${query}`, { method: 'GET', path: `/connectors${query}` })
    }
    await rest.both.untilBoth({ method: 'GET', path: at('src', '/topics') }, mentions('lines'))
    await rest.same('source: topics', { method: 'GET', path: at('src', '/topics') })
    await rest.same('source: PUT the same', { method: 'PUT', path: at('src', '/config'), body: rest.source() })
    await rest.same('source: PUT another name', {
      method: 'PUT',
      path: at('src', '/config'),
      body: rest.source({ name: 'other' }),
    })
    await rest.same('source: PUT bad', {
      method: 'PUT',
      path: at('src', '/config'),
      body: rest.source({ 'tasks.max': 'x' }),
    })
    await rest.same('source: PATCH', {
      method: 'PATCH',
      path: at('src', '/config'),
      body: { 'batch.size': 100, more: 'x' },
    })
    await rest.same('source: PATCH away', {
      method: 'PATCH',
      path: at('src', '/config'),
      body: { more: null, never: null },
    })
    await rest.same('source: PATCH required away', {
      method: 'PATCH',
      path: at('src', '/config'),
      body: { topic: null },
    })
    await rest.same('source: config then', { method: 'GET', path: at('src', '/config') })
    await rest.sameState('source: runs on', 'src', 'RUNNING', 1)
    await rest.same('source: pause', { method: 'PUT', path: at('src', '/pause') })
    await rest.sameState('source: paused', 'src', 'PAUSED', 1)
    await rest.same('source: restart of paused', { method: 'POST', path: at('src', '/restart') })
    await rest.sameState('source: still paused', 'src', 'PAUSED', 1)
    await rest.same('source: resume', { method: 'PUT', path: at('src', '/resume') })
    await rest.sameState('source: resumed', 'src', 'RUNNING', 1)
    await rest.same('source: restart', { method: 'POST', path: at('src', '/restart') })
    await rest.sameState('source: restarted', 'src', 'RUNNING', 1)
    await rest.same('source: restart of a task', { method: 'POST', path: at('src', '/tasks/0/restart') })
    await rest.sameState('source: task restarted', 'src', 'RUNNING', 1)
    await rest.same('source: restart not forwarded', { method: 'POST', path: at('src', '/restart?forward=false') })
    await rest.sameState('source: restarted again', 'src', 'RUNNING', 1)
    for (const query of [
      '?includeTasks=yes',
      '?onlyFailed=true',
      '?onlyFailed=true&includeTasks=true',
      '?includeTasks=TRUE',
    ]) {
      await rest.same(`source: restart ${query}`, { method: 'POST', path: at('src', `/restart${query}`) })
      await rest.sameState(`source: restarted ${query}`, 'src', 'RUNNING', 1)
    }
    await rest.same('source: stop', { method: 'PUT', path: at('src', '/stop') })
    await rest.sameState('source: stopped', 'src', 'STOPPED', 0)
    await rest.same('source: stop again', { method: 'PUT', path: at('src', '/stop') })
    await rest.same('source: info when stopped', { method: 'GET', path: at('src') })
    await rest.same('source: restart of stopped', { method: 'POST', path: at('src', '/restart') })
    await rest.same('source: pause of stopped', { method: 'PUT', path: at('src', '/pause') })
    await rest.sameState('source: paused without tasks', 'src', 'PAUSED', 0)
    await rest.same('source: reset topics', { method: 'PUT', path: at('src', '/topics/reset') })
    await rest.both.untilBoth(
      { method: 'GET', path: at('src', '/topics') },
      ({ body }) => !JSON.stringify(body).includes('lines'),
    )
    await rest.same('source: no topics', { method: 'GET', path: at('src', '/topics') })
    await rest.same('source: delete not forwarded', { method: 'DELETE', path: at('src', '?forward=false') })
    await rest.both.untilBoth({ method: 'GET', path: at('src', '/status') }, ({ status }) => status === 404)
    await rest.same('source: info when deleted', { method: 'GET', path: at('src') })
  })

  test('positions of a source', async () => {
    const name = 'pos'
    const offsets = { method: 'GET', path: at('pos', '/offsets') }
    const partition = { filename: join(rest.both.folder, `${SIDE}in.txt`) }
    const patch = (label: string, body: unknown) =>
      rest.same(`source offsets: ${label}`, { method: 'PATCH', path: at('pos', '/offsets'), body })
    await rest.same('source offsets: create', {
      method: 'PUT',
      path: at('pos', '/config'),
      body: rest.source({ 'offset.flush.interval.ms': '1' }),
    })
    await rest.sameState('source offsets: runs', name, 'RUNNING', 1)
    await patch('alter while running', { offsets: [{ partition, offset: { position: 4 } }] })
    await rest.same('source offsets: reset while running', { method: 'DELETE', path: at('pos', '/offsets') })
    await rest.both.untilBoth({ method: 'GET', path: at('pos', '/topics') }, mentions('lines'))
    await rest.same('source offsets: stop', { method: 'PUT', path: at('pos', '/stop') })
    await rest.sameState('source offsets: stopped', name, 'STOPPED', 0)
    await rest.both.untilBoth(offsets, ({ body }) => JSON.stringify(body).includes('position'))
    await rest.same('source offsets: where it stopped', offsets)
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
    await rest.same('source offsets: not altered', offsets)
    await patch('alter', { offsets: [{ partition, offset: { position: 4 } }] })
    await rest.same('source offsets: altered', offsets)
    await patch('forget one', { offsets: [{ partition, offset: null }] })
    await rest.same('source offsets: forgotten', offsets)
    await patch('alter once more', { offsets: [{ partition, offset: { position: 8 } }] })
    await rest.same('source offsets: reset', { method: 'DELETE', path: at('pos', '/offsets') })
    await rest.same('source offsets: none left', offsets)
    await rest.same('source offsets: reset of nothing', { method: 'DELETE', path: at('pos', '/offsets') })
    await rest.same('source offsets: delete the connector', { method: 'DELETE', path: at('pos') })
  })

  test('positions of a sink', async () => {
    const offsets = { method: 'GET', path: at('snk', '/offsets') }
    const partition = { kafka_topic: `${SIDE}sunk`, kafka_partition: 0 }
    const patch = (label: string, body: unknown) =>
      rest.same(`sink offsets: ${label}`, { method: 'PATCH', path: at('snk', '/offsets'), body })
    for (const side of ['jvm', 'our'] as const) {
      await rest.both.cluster.produce(
        rest.both.at(side, `${SIDE}sunk`),
        [1, 2, 3].map((number) => ({ value: `{"n":${number}}` })),
      )
    }
    await rest.same('sink: create paused', {
      method: 'POST',
      path: '/connectors',
      body: { name: `${SIDE}snk`, config: rest.sink(), initial_state: 'paused' },
    })
    await rest.sameState('sink: paused', 'snk', 'PAUSED', 0)
    await rest.same('sink offsets: none yet', offsets)
    await rest.same('sink: resume', { method: 'PUT', path: at('snk', '/resume') })
    await rest.sameState('sink: runs', 'snk', 'RUNNING', 1)
    await rest.same('sink: tasks', { method: 'GET', path: at('snk', '/tasks') })
    await rest.both.untilBoth({ method: 'GET', path: at('snk', '/topics') }, mentions('sunk'))
    await patch('alter while running', { offsets: [{ partition, offset: { kafka_offset: 1 } }] })
    await rest.same('sink: stop', { method: 'PUT', path: at('snk', '/stop') })
    await rest.sameState('sink: stopped', 'snk', 'STOPPED', 0)
    await rest.both.untilBoth(offsets, ({ body }) => JSON.stringify(body).includes('"kafka_offset":3'))
    await rest.same('sink offsets: where it stopped', offsets)
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
    await rest.same('sink offsets: altered', offsets)
    await patch('forget one', { offsets: [{ partition, offset: null }] })
    await rest.same('sink offsets: forgotten', offsets)
    await patch('alter once more', { offsets: [{ partition, offset: { kafka_offset: 1 } }] })
    await rest.same('sink offsets: reset', { method: 'DELETE', path: at('snk', '/offsets') })
    await rest.same('sink offsets: none left', offsets)
    await rest.same('sink offsets: reset of nothing', { method: 'DELETE', path: at('snk', '/offsets') })
    await rest.same('sink: delete', { method: 'DELETE', path: at('snk') })
  })

  test('a connector’s life by the command line', async () => {
    const [jvmSide, ours] = await Promise.all(
      rest.both.sides.map(({ name, url }) =>
        commandLineLife(url, { name: 'by-cli', config: JSON.parse(rest.both.at(name, JSON.stringify(rest.source()))) }),
      ),
    )
    const spelled = (life: typeof ours, side: string) => JSON.stringify(life?.seen).replaceAll(`${side}-`, SIDE)
    expect(JSON.parse(spelled(jvmSide, 'jvm'))).toEqual(JSON.parse(spelled(ours, 'our')))
    expect(jvmSide?.lacking).toEqual(['preview', 'verify', 'dlq'].map((command) => [command, true]))
    expect(ours?.lacking.flat()).not.toContain(true)
  })

  test('nothing differs but what is listed, and all of that does', () => {
    expect(rest.comparison.unexpected()).toEqual([])
    expect(rest.comparison.gone()).toEqual([])
  })
})
