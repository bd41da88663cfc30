import { expect, test } from 'vitest'
import { fakeConnect } from '../testing/fake-connect.ts'
import { clockFinding, clusterFindings } from './rest-findings.ts'

test.each([
  [0, 'ok'],
  [-4_000, 'ok'],
  [60_000, 'failed'],
  [-60_000, 'failed'],
  [null, 'unknown'],
] as const)('a clock that is %s ms ahead is %s', (skew, status) => {
  expect(clockFinding('http://one', skew).status).toBe(status)
})

test('workers of different clusters or versions are told', () => {
  const info = (kafka_cluster_id: string, version: string) => ({ kafka_cluster_id, version, commit: 'x' })
  expect(clusterFindings([info('a', '1'), info('a', '1')]).map(({ status }) => status)).toEqual(['ok'])
  expect(clusterFindings([info('a', '1'), info('b', '2')]).map(({ status }) => status)).toEqual(['failed', 'warning'])
})

const root = { version: '4.3.1', commit: 'x', kafka_cluster_id: 'cluster' }
const info = { name: 'orders', config: { 'connector.class': 'ElasticsearchSink', 'connection.url': 'http://es:9200' } }
const worker = {
  'GET /': { body: root },
  'GET /health': { body: { status: 'healthy', message: 'ready' } },
  'GET /connectors?expand=status': { body: { orders: { status: { connector: { state: 'RUNNING' }, tasks: [] } } } },
  'GET /connectors?expand=info': { body: { orders: { info } } },
  'GET /connector-plugins/ElasticsearchSink/config': { body: [] },
}
const validate = 'PUT /connector-plugins/ElasticsearchSink/config/validate'
const answer = (...errors: string[]) => ({
  body: {
    configs: ['connection.url', 'connection.username'].map((name) => ({ definition: null, value: { name, errors } })),
  },
})

test('a cluster without problems ends with 0, also one on the JVM', async () => {
  await using cluster = await fakeConnect({ ...worker, [validate]: answer() })
  const { code, out } = await cluster.penstock(['doctor', '-o', 'json'])
  expect(code).toBe(0)
  expect(JSON.parse(out)).toContainEqual(
    expect.objectContaining({ area: 'elasticsearch', subject: 'orders', status: 'ok' }),
  )
})

test('an Elasticsearch that can’t be reached is told once, with the keys that may mend it', async () => {
  await using cluster = await fakeConnect({ ...worker, [validate]: answer('Could not connect') })
  const { code, out } = await cluster.penstock(['doctor'])
  expect(code).toBe(1)
  expect(out.match(/Could not connect/g)).toHaveLength(1)
  expect(out).toContain('correct connection.url, connection.username of the connector')
})

test('a worker that does not answer is a finding, not a failure of the program', async () => {
  await using cluster = await fakeConnect({ ...worker, [validate]: answer() })
  const { code, out } = await cluster.penstock(['doctor', '--url', 'http://127.0.0.1:2'])
  expect(code).toBe(1)
  expect(out).toContain('nobody listens there')
})
