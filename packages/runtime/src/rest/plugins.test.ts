import { expect, test, vi } from 'vitest'
import { fakeHerder } from './fixtures/fake-herder.ts'
import { startTestServer } from './fixtures/test-server.ts'

vi.setConfig({ testTimeout: 30_000 }) // real servers, on a machine that may be busy

const topicsWire = {
  name: 'topics',
  type: 'LIST',
  required: false,
  default_value: '',
  importance: 'HIGH',
  documentation: 'Topics to read, separated by commas.',
  group: 'Common',
  order_in_group: 4,
  width: 'LONG',
  display_name: 'Topics',
  dependents: [],
}

test('plugins are listed, connectors only unless asked otherwise', async () => {
  await using rest = await startTestServer({ herder: fakeHerder() })
  const sink = { class: 'com.example.TestSinkConnector', type: 'sink', version: '1.0.0' }
  expect((await rest.call('GET', '/connector-plugins')).body).toEqual([sink])
  expect((await rest.call('GET', '/connector-plugins?connectorsOnly=no')).body).toEqual([
    sink,
    { class: 'com.example.AddField$Value', type: 'transformation', version: '1.0.0' },
    { class: 'com.example.IsOldPredicate', type: 'predicate', version: '1.0.0' },
    { class: 'com.example.TextConverter', type: 'converter', version: '1.0.0' },
    { class: 'com.example.TextConverter', type: 'header_converter', version: '1.0.0' },
    { class: 'com.example.PlainHeaderConverter', type: 'header_converter', version: '1.0.0' },
  ])
})

test('the keys of a connector are its own, then those that every connector has', async () => {
  await using rest = await startTestServer({ herder: fakeHerder() })
  const { status, body } = await rest.call('GET', '/connector-plugins/TestSink/config')
  expect(status).toBe(200)
  const keys = body as { name: string }[]
  expect(keys.slice(0, 5).map((key) => key.name)).toEqual([
    'connection.url',
    'connection.password',
    'batch.size',
    'name',
    'connector.class',
  ])
  expect(keys.find((key) => key.name === 'topics')).toEqual(topicsWire)
})

test('the keys of other plugins are found by class name and alias', async () => {
  await using rest = await startTestServer({ herder: fakeHerder() })
  for (const name of ['com.example.AddField$Value', 'AddField%24Value']) {
    expect((await rest.call('GET', `/connector-plugins/${name}/config`)).body).toMatchObject([
      { name: 'field', required: true },
    ])
  }
  expect((await rest.call('GET', '/connector-plugins/Text/config?version=[1.0,2.0)')).body).toMatchObject([
    { name: 'width' },
  ])
})

test.each([
  ['/connector-plugins/Nope./config', 404, 'Unknown plugin Nope..'],
  [
    '/connector-plugins/TestSink/config?version=9.9.9',
    400,
    'Plugin TestSink not found that matches the version range [9.9.9,9.9.9], available versions: [1.0.0]',
  ],
  ['/connector-plugins/TestSink/config?version=[bad', 400, 'Invalid version specification: [bad'],
])('GET %s is answered with %d', async (path, status, message) => {
  await using rest = await startTestServer({ herder: fakeHerder() })
  expect(await rest.call('GET', path)).toMatchObject({ status, body: { error_code: status, message } })
})

test('a validation answers every key, with 200 even for a wrong config', async () => {
  await using rest = await startTestServer({ herder: fakeHerder() })
  const config = {
    'connector.class': 'TestSink',
    topics: 'a',
    'topics.regex': 'b',
    name: 'x',
    'connection.url': 'u',
    'connection.password': 's3cret',
  }
  const { status, body } = await rest.call('PUT', '/connector-plugins/TestSink/config/validate', config)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    name: 'TestSink',
    error_count: 2,
    groups: expect.arrayContaining(['Common', 'Transforms', 'Predicates', 'Error Handling']),
  })
  const { configs } = body as { configs: { value: { name: string } }[] }
  expect(configs.find(({ value }) => value.name === 'topics')).toEqual({
    definition: topicsWire,
    value: {
      name: 'topics',
      value: 'a',
      recommended_values: [],
      errors: ['topics and topics.regex are mutually exclusive options, but both are set.'],
      visible: true,
    },
  })
  expect(JSON.stringify(body)).not.toContain('s3cret')
})

test.each([
  ['TestSink', { 'connector.class': 'Other' }, 'Included connector type Other does not match request type TestSink'],
  [
    'com.example.TestSinkConnector',
    { 'connector.class': 'TestSink' },
    'Included connector type TestSink does not match request type com.example.TestSinkConnector',
  ],
  ['TestSink', { name: 'x' }, 'Connector config {name=x} contains no connector type'],
])('a validation of %s with %j is refused', async (plugin, config, message) => {
  await using rest = await startTestServer({ herder: fakeHerder() })
  expect(await rest.call('PUT', `/connector-plugins/${plugin}/config/validate`, config)).toMatchObject({
    status: 400,
    body: { error_code: 400, message },
  })
})

test('the plugin in the path may be the end of the class in the config', async () => {
  await using rest = await startTestServer({ herder: fakeHerder() })
  for (const plugin of ['TestSink', 'TestSinkConnector', 'com.example.TestSinkConnector']) {
    const { status } = await rest.call('PUT', `/connector-plugins/${plugin}/config/validate`, {
      'connector.class': 'com.example.TestSinkConnector',
    })
    expect(status).toBe(200)
  }
})
