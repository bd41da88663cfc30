/** Every object of the chart on a real API server. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { until } from '../harness/index.ts'
import { chart, fullValues, Helm } from './helm.ts'
import { KubeCluster } from './kube-cluster.ts'
import type { KubeObject, Pod } from './kube-objects.ts'
import { kubeIsMissing, kubeTools } from './kube-tools.ts'

const missing = kubeIsMissing()
if (missing !== undefined) throw new Error(missing)

const namespace = 'full'
let cluster: KubeCluster
let helm: Helm

beforeAll(async () => {
  cluster = await KubeCluster.start()
  helm = new Helm(cluster)
  await installDefinitions(cluster)
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
  await cluster.client.create('/api/v1/namespaces', { metadata: { name: namespace, labels } })
  await cluster.client.create('/apis/scheduling.k8s.io/v1/priorityclasses', {
    metadata: { name: 'high' },
    value: 1_000,
  })
})
afterAll(async () => await cluster?.[Symbol.asyncDispose]())

async function installDefinitions({ client }: KubeCluster): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  for (const file of await readdir(kubeTools.definitions)) {
    for (const document of parseAllDocuments(await readFile(join(kubeTools.definitions, file), 'utf8'))) {
      const definition = document.toJS() as (KubeObject & { status?: unknown }) | null
      if (definition === null) continue
      await client.create(path, { ...definition, status: undefined })
      await until(async () => await isEstablished(cluster, `${path}/${definition.metadata.name}`), {
        what: `${definition.metadata.name} to be established`,
      })
    }
  }
}

async function isEstablished({ client }: KubeCluster, path: string): Promise<boolean> {
  const { status } = await client.get<{ status?: { conditions?: { type: string; status: string }[] } }>(path)
  return status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') ?? false
}

/** Kinds and names of the objects that a release consists of. */
async function objectsOf(release: string): Promise<string[]> {
  const manifest = await helm.run('get', 'manifest', release, '--namespace', namespace)
  return parseAllDocuments(manifest)
    .map((document) => document.toJS() as KubeObject | null)
    .flatMap((object) => (object ? [`${object.kind} ${object.metadata.name}`] : []))
}

const all = [
  ...['ConfigMap orders-connect', 'ConfigMap orders-connect-connectors', 'Ingress orders-connect'],
  ...['NetworkPolicy orders-connect', 'PodDisruptionBudget orders-connect', 'PrometheusRule orders-connect'],
  ...['ScaledObject orders-connect', 'Service orders-connect', 'Service orders-connect-workers'],
  ...['ServiceAccount orders-worker', 'ServiceMonitor orders-connect', 'StatefulSet orders-connect'],
]

test('the API server takes every object of the chart with every value set', async () => {
  const install = ['install', 'full', chart, '--namespace', namespace, '--values', fullValues]
  const dry = await helm.run(...install, '--dry-run=server')
  for (const object of [...all, 'Job']) expect(dry).toContain(`kind: ${object.split(' ')[0]}`)
  await helm.run(...install, '--no-hooks')
  expect((await objectsOf('full')).sort()).toEqual(all)
})

test('its pods are let in where the restricted pod security standard is enforced', async () => {
  const pod = await until(async () => (await cluster.client.list<Pod>(`/api/v1/namespaces/${namespace}/pods`))[0], {
    what: 'the first pod',
  })
  expect(pod.metadata.name).toBe('orders-connect-0')
  expect(pod.spec.initContainers?.map(({ name }) => name)).toEqual(['plugin-acme', 'plugin-other', 'wait'])
  const job = parse(
    await helm.run(
      'template',
      'full',
      chart,
      '--namespace',
      namespace,
      '--values',
      fullValues,
      '--show-only',
      'templates/job-connectors.yaml',
    ),
  ) as object
  await cluster.client.create(`/apis/batch/v1/namespaces/${namespace}/jobs`, job)
  const applying = await until(
    async () => {
      const pods = await cluster.client.list<Pod>(`/api/v1/namespaces/${namespace}/pods`)
      return pods.find(({ metadata }) => metadata.labels?.['app.kubernetes.io/component'] === 'apply-connectors')
    },
    { what: 'the pod of the Job' },
  )
  expect(applying.spec.restartPolicy).toBe('Never')
})

test('a release changes between its ways of scaling and scraping, and back by a rollback', async () => {
  const set = [
    ...['keda.enabled=false', 'autoscaling.enabled=true'],
    ...['metrics.serviceMonitor.enabled=false', 'metrics.podMonitor.enabled=true'],
  ]
  const upgrade = ['upgrade', 'full', chart, '--namespace', namespace, '--values', fullValues, '--no-hooks']
  await helm.run(...upgrade, ...set.flatMap((value) => ['--set', value]))
  const objects = await objectsOf('full')
  expect(objects).toContain('HorizontalPodAutoscaler orders-connect')
  expect(objects).toContain('PodMonitor orders-connect')
  expect(objects).not.toContain('ScaledObject orders-connect')
  await helm.run('rollback', 'full', '1', '--namespace', namespace, '--no-hooks')
  expect((await objectsOf('full')).sort()).toEqual(all)
})

test('an upgrade that the API server refuses fails with the reason', async () => {
  const upgrade = ['upgrade', 'full', chart, '--namespace', namespace, '--values', fullValues, '--no-hooks']
  const refused = helm.run(...upgrade, '--set-string', 'nodeSelector.disk/x/y=1')
  await expect(refused).rejects.toThrow(/spec\.template\.spec\.nodeSelector/)
})
