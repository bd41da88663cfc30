import { expect, test } from 'vitest'
import type { Pod } from './kube-objects.ts'
import { containerEnvironment, expanded } from './pod-environment.ts'

test.each([
  ['$(A).$(B)', 'one.two'],
  ['$(UNKNOWN)', '$(UNKNOWN)'],
  ['$$(A) and $', '$(A) and $'],
])('%s becomes %s', (text, result) => {
  expect(expanded(text, { A: 'one', B: 'two' })).toBe(result)
})

test('a container gets what its spec and the objects that it names say', async () => {
  const pod: Pod = {
    metadata: { name: 'demo-0', namespace: 'streams' },
    spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [] },
  }
  const container = {
    ...{ name: 'worker', image: 'penstock' },
    envFrom: [{ prefix: 'P_', configMapRef: { name: 'proxies' } }],
    env: [
      { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'HOST', value: '$(POD).$(LATER).svc' },
      { name: 'LATER', value: 'late' },
      { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'elastic', key: 'password' } } },
      { name: 'NONE', valueFrom: { secretKeyRef: { name: 'elastic', key: 'none', optional: true } } },
    ],
  }
  const environment = await containerEnvironment(pod, container, {
    configMap: async (name) => ({ metadata: { name }, data: { HTTP: 'proxy' } }),
    secret: async (name) => ({ metadata: { name }, data: { password: 'czNjcmV0' } }),
  })
  const variables = { POD: 'demo-0', HOST: 'demo-0.$(LATER).svc', LATER: 'late', PASSWORD: 's3cret' }
  expect(environment).toEqual({ P_HTTP: 'proxy', ...variables })
})
