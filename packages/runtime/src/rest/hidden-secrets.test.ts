import { expect, test, vi } from 'vitest'
import type { KeyInfo, PluginDescription } from '../plugins/description.ts'
import { fakeHerder, ordersInfo } from './fixtures/fake-herder.ts'
import { startTestServer } from './fixtures/test-server.ts'
import { withoutSecrets } from './hidden-secrets.ts'

vi.setConfig({ testTimeout: 30_000 }) // real servers, on a machine that may be busy

const config = {
  'connector.class': 'TestSink',
  name: 'orders',
  topics: 'a',
  'connection.url': 'http://user:hunter2@search:9200',
  'connection.password': 'hunter2',
  'consumer.override.sasl.jaas.config': 'x required password="hunter2";',
  'value.converter.basic.auth.user.info': 'user:hunter2',
  'key.converter.password': `\${file:/etc/secrets:password}`,
}
const shown = {
  ...config,
  'connection.url': '[hidden]',
  'connection.password': '[hidden]',
  'consumer.override.sasl.jaas.config': '[hidden]',
  'value.converter.basic.auth.user.info': '[hidden]',
}
const info = { ...ordersInfo, config }
const herder = fakeHerder({
  connectors: async () => ['orders'],
  connectorInfo: async () => info,
  connectorConfig: async () => config,
  putConnectorConfig: async () => ({ created: true, info }),
  patchConnectorConfig: async () => info,
  taskConfigs: async () => [{ id: { connector: 'orders', task: 0 }, config }],
})

test('no answer with a config has secrets in it where the request wants them hidden', async () => {
  await using rest = await startTestServer({ herder })
  const requests: [string, string, unknown?][] = [
    ['GET', '/connectors/orders'],
    ['GET', '/connectors/orders/config'],
    ['GET', '/connectors/orders/tasks'],
    ['GET', '/connectors?expand=info'],
    ['POST', '/connectors', { name: 'orders', config }],
    ['PUT', '/connectors/orders/config', config],
    ['PATCH', '/connectors/orders/config', { topics: 'b' }],
    ['PUT', '/connector-plugins/TestSink/config/validate', config],
  ]
  for (const [method, path, body] of requests) {
    const answer = await rest.call(method, `${path}${path.includes('?') ? '&' : '?'}secrets=hidden`, body)
    expect({ path, status: answer.status < 300, text: JSON.stringify(answer.body) }).toEqual({
      path,
      status: true,
      text: expect.not.stringContaining('hunter2'),
    })
  }
  expect((await rest.call('GET', '/connectors/orders/config?secrets=hidden')).body).toEqual(shown)
  expect((await rest.call('GET', '/connectors/orders?secrets=HIDDEN')).body).toMatchObject({ config: shown })
})

test('without the parameter configs are answered as Kafka Connect does', async () => {
  await using rest = await startTestServer({ herder })
  expect((await rest.call('GET', '/connectors/orders/config')).body).toEqual(config)
})

const pin: KeyInfo = {
  ...{ name: 'pin', required: false, defaultValue: null, documentation: '', group: null, orderInGroup: -1 },
  ...{ type: 'PASSWORD', importance: 'low', width: 'none', displayName: 'pin', dependents: [] },
}
const plugin: PluginDescription = {
  ...{ kind: 'transformation', class: 'a.Lock', name: 'Lock', aliases: [], version: '1', summary: '' },
  ...{ keys: [pin], usableForHeaders: false },
}

test('a key that a plugin declares as password is hidden whatever its name', () => {
  const locked = { 'transforms.l.type': 'a.Lock', 'transforms.l.pin': '1234', 'transforms.m.pin': '5678' }
  expect(withoutSecrets('ConnectorConfig', locked, [plugin])).toEqual({ ...locked, 'transforms.l.pin': '[hidden]' })
})

test('it is hidden too where only one of the plugin’s versions declares it, and blanks are around its name', () => {
  const older = { ...plugin, version: '0', keys: [] }
  const locked = { 'connector.class': ' Lock ', pin: '1234' }
  expect(withoutSecrets('ConnectorConfig', locked, [older, plugin])).toEqual({ ...locked, pin: '[hidden]' })
})

test('changes are checked together with the rest of the config of a connector', async () => {
  const checked: unknown[] = []
  await using rest = await startTestServer({
    herder: fakeHerder({
      connectorConfig: async () => config,
      validate: async (given) => {
        checked.push(given)
        return { name: 'TestSink', errorCount: 0, groups: [], configs: [] }
      },
    }),
  })
  const path = '/connector-plugins/TestSink/config/validate?connector=orders'
  expect((await rest.call('PUT', path, { topics: 'b', 'connection.password': null })).status).toBe(200)
  const { 'connection.password': _, ...others } = config
  expect(checked).toEqual([{ ...others, topics: 'b' }])
})
