/**
 * A release of the chart with real workers: the API server, the controllers and the scheduler are real, and the pods' processes
 * run as their specs say (pod-driver.ts), against the stack's Kafka and Elasticsearch.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ConnectClient } from '@penstock/client'
import { Agent, fetch as fetchWithAgent } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AssembledImage } from '../harness/assembled-image.ts'
import { Cluster, freshName, type IndexView, type Load, NotYet, stack, until, Watch } from '../harness/index.ts'
import { Authority } from '../stack/certificates.ts'
import { chart, Helm } from './helm.ts'
import { KubeCluster } from './kube-cluster.ts'
import { isReady, type Pod } from './kube-objects.ts'
import { kubeIsMissing } from './kube-tools.ts'
import { passThrough, writePluginImage } from './plugin-image.ts'
import { PodDriver } from './pod-driver.ts'
import type { Image } from './pod-run.ts'

const missing = kubeIsMissing()
if (missing !== undefined) throw new Error(missing)

const namespace = 'streams'
const release = 'demo'
const name = 'demo-penstock'
const TASKS = 6
/** Longer than a pod needs to come back on a slow machine. */
const DELAY_MS = 15_000
const SLOW_MS = 200_000

let image: AssembledImage
let kube: KubeCluster
let helm: Helm
let driver: PodDriver
/** Topics, indices and the load: what a test has beside its workers. */
let surroundings: Cluster
let agent: Agent
let topic: string
let load: Load
let index: IndexView

function values(connectors: Readonly<Record<string, object>>, config: Readonly<Record<string, unknown>> = {}): object {
  return {
    replicaCount: 1,
    image: { tag: 'assembled' },
    config: {
      'bootstrap.servers': stack.kafka,
      'group.id': surroundings.groupId,
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'config.storage.replication.factor': 1,
      'offset.storage.replication.factor': 1,
      'offset.storage.partitions': 1,
      'status.storage.replication.factor': 1,
      'status.storage.partitions': 1,
      'scheduled.rebalance.max.delay.ms': DELAY_MS,
      'executor.processes': 1,
      'executor.heap.max.mb': 256,
      ...config,
    },
    secrets: {
      env: [{ name: 'CONNECTOR_TYPE', secret: 'elastic', key: 'type' }],
      files: [{ secret: 'elastic', mountPath: '/etc/penstock/secrets/elastic' }],
    },
    plugins: [{ name: 'pass-through', image: 'registry.example/pass-through:1.2.3', path: '/plugin' }],
    probes: {
      startup: { periodSeconds: 1 },
      readiness: { periodSeconds: 1 },
      liveness: { enabled: false },
    },
    tls: { rest: { enabled: true, secretName: 'rest-tls' } },
    minReadySeconds: 3,
    resources: { requests: { cpu: '100m', memory: '64Mi' } },
    applyConnectors: { enabled: true },
    connectors,
  }
}

function sink(settings: Readonly<Record<string, unknown>> = {}): object {
  return {
    'connector.class': 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector',
    'tasks.max': TASKS,
    topics: topic,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what a config provider replaces
    'connection.url': '${dir:/etc/penstock/secrets/elastic:url}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what a config provider replaces
    'type.name': '${env:CONNECTOR_TYPE}',
    'key.ignore': true,
    'schema.ignore': true,
    transforms: 'pass',
    'transforms.pass.type': passThrough,
    ...settings,
  }
}

beforeAll(async () => {
  surroundings = new Cluster({ workers: 0 })
  topic = await surroundings.createTopic({ partitions: TASKS })
  await surroundings.createTopic({ name: `${topic}-other` })
  index = surroundings.index(topic)
  ;[image, kube] = await Promise.all([AssembledImage.create(), KubeCluster.start()])
  const plugin = join(kube.folder, 'plugin')
  await mkdir(plugin)
  await writePluginImage(plugin)
  const images: Readonly<Record<string, Image>> = {
    'penstock:assembled': image,
    'registry.example/pass-through:1.2.3': { folder: plugin, at: '/plugin', entrypoint: [] },
  }
  const { client } = kube
  for (const zone of ['a', 'b', 'c']) await addNode(zone)
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
  await client.create('/api/v1/namespaces', { metadata: { name: namespace, labels } })
  const secrets = `/api/v1/namespaces/${namespace}/secrets`
  await client.create(secrets, {
    metadata: { name: 'elastic' },
    stringData: { url: stack.elasticsearch, type: '_doc' },
  })
  const authority = await Authority.create(join(kube.folder, 'authority'), 'rest')
  const { certificate, key } = await authority.issue({ name: 'workers', host: `*.${name}-workers.${namespace}.svc` })
  await client.create(secrets, {
    metadata: { name: 'rest-tls' },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': certificate, 'tls.key': key, 'ca.crt': authority.certificate },
  })
  agent = new Agent({ connect: { ca: authority.certificate, checkServerIdentity: () => undefined } })
  helm = new Helm(kube)
  driver = await PodDriver.start({
    client,
    namespace,
    folder: join(kube.folder, 'pods'),
    image: (wanted) => {
      const found = images[wanted]
      if (found === undefined) throw new Error(`there is no image ${wanted}`)
      return found
    },
  })
}, SLOW_MS)

afterAll(async () => {
  await driver?.[Symbol.asyncDispose]()
  await kube?.[Symbol.asyncDispose]()
  await surroundings?.[Symbol.asyncDispose]()
  await image?.[Symbol.asyncDispose]()
  await agent?.destroy()
}, SLOW_MS)

async function addNode(zone: string): Promise<void> {
  const path = '/api/v1/nodes'
  const node = `node-${zone}`
  const labels = { 'kubernetes.io/hostname': node, 'topology.kubernetes.io/zone': zone }
  await kube.client.create(path, { metadata: { name: node, labels } })
  const allocatable = { cpu: '8', memory: '16Gi', pods: '20' }
  await kube.client.patch(`${path}/${node}/status`, {
    status: { capacity: allocatable, allocatable, conditions: [{ type: 'Ready', status: 'True' }] },
  })
}

const workersOf = (pods: readonly Pod[]): Pod[] =>
  pods.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/component'] === 'worker')

/** The test asks pods by their addresses, the certificate is for their names. */
const trusting: typeof fetch = (input, init) =>
  fetchWithAgent(String(input), { ...(init as object), dispatcher: agent }) as unknown as Promise<Response>

function client(): ConnectClient {
  const urls = workersOf(driver.pods)
    .filter(isReady)
    .map(({ metadata }) => `https://${driver.address(metadata.name)}:8083`)
  return new ConnectClient({ urls, timeoutMs: 30_000, fetch: trusting })
}

/** On which pod each task runs, once all run on so many. */
async function untilSpread(pods: number): Promise<ReadonlyMap<number, string>> {
  return await until(
    async () => {
      const { connector, tasks } = await client().status(topic)
      const running = [connector, ...tasks].every(({ state }) => state === 'RUNNING')
      const places = new Map(tasks.map(({ id, worker_id }) => [id, podOf(worker_id)]))
      const spread = new Set(places.values()).size === pods
      return running && tasks.length === TASKS && spread ? places : new NotYet(tasks)
    },
    { what: `${TASKS} tasks on ${pods} pods`, deadlineMs: 90_000 },
  )
}

const podOf = (workerId: string): string => workerId.split('.')[0] ?? ''

async function upgrade(given: object, ...args: readonly string[]): Promise<void> {
  const file = await helm.valuesFile(given)
  await helm.run('upgrade', release, chart, '--install', '--namespace', namespace, '--values', file, '--wait', ...args)
}

test(
  'an installation starts a worker with its plugins and secrets, and the connectors of the values',
  async () => {
    load = surroundings.load(topic, { perSecond: 200 })
    const other = { 'connector.class': 'DatagenSource', 'kafka.topic': `${topic}-other`, rate: 1, example: '{}' }
    await upgrade(values({ [topic]: sink(), other }))
    await untilSpread(1)
    const plugins = await client().plugins({ connectorsOnly: false })
    expect(plugins).toContainEqual({ class: passThrough, type: 'transformation', version: '1.2.3' })
    const { config } = await client().connector(topic)
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference stays one
    expect(config).toMatchObject({ 'connection.url': '${dir:/etc/penstock/secrets/elastic:url}', 'tasks.max': '6' })
    expect((await client().connectors()).sort()).toEqual(['other', topic].sort())
    await until(async () => (await index.count()) > 0, { what: 'the first documents' })
  },
  SLOW_MS,
)

test(
  'replicas 1 → 3 → 2: the tasks follow, on nodes of different zones',
  async () => {
    await upgrade(values({ [topic]: sink() }), '--set', 'replicaCount=3')
    expect(new Set((await untilSpread(3)).values())).toEqual(new Set([`${name}-0`, `${name}-1`, `${name}-2`]))
    expect(new Set(workersOf(driver.pods).map(({ spec }) => spec.nodeName)).size).toBe(3)
    await upgrade(values({ [topic]: sink() }), '--set', 'replicaCount=2')
    await until(() => workersOf(driver.pods).length === 2, { what: 'the third pod to go' })
    expect(new Set((await untilSpread(2)).values())).toEqual(new Set([`${name}-0`, `${name}-1`]))
  },
  SLOW_MS,
)

test('connectors that are no longer in the values are deleted, those of others are left alone', async () => {
  // `other` went with the last upgrade.
  expect(await client().connectors()).toEqual([topic])
  const foreign = freshName('foreign')
  await client().createConnector({
    name: foreign,
    config: { 'connector.class': 'DatagenSource', 'kafka.topic': `${topic}-other`, rate: '1', example: '{}' },
  })
  await upgrade(values({ [topic]: sink({ 'linger.ms': 5 }) }), '--set', 'replicaCount=2')
  expect((await client().connectors()).sort()).toEqual([foreign, topic].sort())
  expect((await client().connector(topic)).config['linger.ms']).toBe('5')
  await client().deleteConnector(foreign)
})

test(
  'a rolling upgrade replaces pod by pod, and what runs on the others stays where it is',
  async () => {
    const before = await untilSpread(2)
    const uids = new Set(workersOf(driver.pods).map(({ metadata }) => metadata.uid))
    await using places = new Watch(async () => {
      const { tasks } = await client().status(topic)
      return tasks
        .filter(({ state }) => state === 'RUNNING')
        .map(({ id, worker_id }) => ({ id, pod: podOf(worker_id) }))
    })
    await using ready = new Watch(async () => workersOf(driver.pods).filter(isReady).length, { everyMs: 50 })
    await upgrade(
      values({ [topic]: sink({ 'linger.ms': 5 }) }, { 'offset.flush.interval.ms': 5000 }),
      '--set',
      'replicaCount=2',
    )
    for (const { metadata } of workersOf(driver.pods)) expect(uids).not.toContain(metadata.uid)
    await until(
      async () => {
        const now = await untilSpread(2)
        return [...now.values()].filter((pod) => pod === `${name}-0`).length === TASKS / 2 || new NotYet([...now])
      },
      { what: 'the tasks to be dealt evenly again', deadlineMs: 90_000 },
    )
    await Promise.all([places.stop(), ready.stop()])
    expect(Math.min(...ready.seen.map(({ value }) => value))).toBeGreaterThanOrEqual(1)
    const moved = new Set(
      places.seen.flatMap(({ value }) => value.filter(({ id, pod }) => before.get(id) !== pod).map(({ id }) => id)),
    )
    // The leader knows what waits for whose return: when it is the one that is replaced, its own work is dealt out at once.
    expect(moved.size).toBeLessThan(TASKS)
  },
  SLOW_MS,
)

test('nothing was lost or written twice', async () => {
  await index.untilHoldsExactly(await load.stop(), { deadlineMs: 120_000 })
})

test('an uninstallation stops the pods and leaves no objects behind', async () => {
  await helm.run('uninstall', release, '--namespace', namespace, '--wait')
  await until(() => workersOf(driver.pods).length === 0, { what: 'the pods to go', deadlineMs: 60_000 })
  for (const kind of ['apps/v1:statefulsets', 'policy/v1:poddisruptionbudgets', 'v1:services', 'v1:serviceaccounts']) {
    const [version = '', plural] = kind.split(':')
    const path = `/${version.includes('/') ? 'apis' : 'api'}/${version}/namespaces/${namespace}/${plural}`
    const left = await kube.client.list(path)
    expect(left.filter(({ metadata }) => metadata.name.startsWith(name))).toEqual([])
  }
})
