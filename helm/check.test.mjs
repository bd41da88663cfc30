// Checks the chart with the real helm: `node --test helm/check.test.mjs`. HELM names the program; without one all is
// skipped. To get one: GOBIN=/some/folder go install helm.sh/helm/v3/cmd/helm@v3.22.0
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test as nodeTest } from 'node:test'
import { fileURLToPath } from 'node:url'

const chart = fileURLToPath(new URL('./penstock', import.meta.url))
const fullValues = join(chart, 'ci/full-values.yaml')
const { HELM: helm = 'helm', UPDATE } = process.env
const skip = spawnSync(helm, ['version', '--short']).status === 0 ? false : `there is no helm ("${helm}"): set HELM`
const test = (name, run) => nodeTest(name, { skip }, run)

const folder = mkdtempSync(join(tmpdir(), 'penstock-helm-'))
after(() => rmSync(folder, { recursive: true }))

function template(args = []) {
  return execFileSync(helm, ['template', 'demo', chart, '--namespace', 'streams', ...args], { encoding: 'utf8' })
}

function refusal(...args) {
  const { status, stderr } = spawnSync(helm, ['template', 'demo', chart, ...args], { encoding: 'utf8' })
  assert.notEqual(status, 0, `rendered with ${args.join(' ')}`)
  return stderr
}

/** YAML documents as objects, read by helm itself: a chart whose only template prints its files as JSON. */
function parseYaml(text) {
  const documents = text.split(/^---$/m).filter((document) => document.replace(/^\s*#.*$/gm, '').trim() !== '')
  const reader = mkdtempSync(join(folder, 'reader-'))
  mkdirSync(join(reader, 'templates'))
  mkdirSync(join(reader, 'files'))
  writeFileSync(join(reader, 'Chart.yaml'), 'apiVersion: v2\nname: reader\nversion: 0.0.0\n')
  writeFileSync(
    join(reader, 'templates/all.yaml'),
    '{{ range $path, $_ := .Files.Glob "files/*" }}\n---\njson: {{ $.Files.Get $path | fromYaml | toJson | b64enc }}\n{{ end }}',
  )
  for (const [index, document] of documents.entries()) {
    writeFileSync(join(reader, 'files', `${String(index).padStart(4, '0')}.yaml`), document)
  }
  const rendered = execFileSync(helm, ['template', reader], { encoding: 'utf8' })
  return [...rendered.matchAll(/^json: (\S+)$/gm)].map(([, json]) => {
    const object = JSON.parse(Buffer.from(json, 'base64').toString())
    assert.equal(object.Error, undefined, object.Error)
    return object
  })
}

function render(...args) {
  const objects = parseYaml(template(args))
  const find = (kind, name) => {
    const found = objects.filter(
      (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
    )
    assert.equal(found.length, 1, `${found.length} objects ${kind} ${name ?? ''}`)
    return found[0]
  }
  return { objects, find }
}

function podOf({ find }) {
  const { template } = find('StatefulSet').spec
  return { ...template.spec, metadata: template.metadata, container: template.spec.containers[0] }
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))
const schema = () => readJson(join(chart, 'values.schema.json'))
const yamlFile = (path) => parseYaml(readFileSync(path, 'utf8'))[0]

/** The values that the schema names, as `[path, declaration]`; objects that are closed are gone into. */
function* declaredValues({ properties }, prefix = '') {
  for (const [name, declaration] of Object.entries(properties)) {
    const path = `${prefix}${name}`
    if (declaration.properties && declaration.additionalProperties === false && declaration.type === 'object') {
      yield* declaredValues(declaration, `${path}.`)
    } else yield [path, declaration]
  }
}

/** With columns of even width, as the formatter of this repository wants them. */
function markdownTable([head, ...rows]) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)))
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

const at = (values, path) => path.split('.').reduce((value, name) => value?.[name], values)

test('helm lint finds nothing, with the defaults and with every value set', () => {
  for (const args of [[], ['--values', fullValues]]) {
    const { status, stdout, stderr } = spawnSync(helm, ['lint', '--strict', chart, ...args], { encoding: 'utf8' })
    assert.equal(status, 0, stdout + stderr)
  }
})

test('every value has a default, a place in the schema and another value in ci/full-values.yaml', () => {
  const defaults = yamlFile(join(chart, 'values.yaml'))
  const full = yamlFile(fullValues)
  const declared = new Set()
  for (const [path] of declaredValues(schema())) {
    if (path === 'global' || path === 'updateStrategy.rollingUpdate') continue
    declared.add(path)
    assert.notEqual(at(defaults, path), undefined, `values.yaml lacks ${path}`)
    assert.notEqual(at(full, path), undefined, `ci/full-values.yaml lacks ${path}`)
    const same = ['.create', '.enabled', 'securityContext', 'Strategy.type'].some((end) => path.endsWith(end))
    if (!same) assert.notDeepEqual(at(full, path), at(defaults, path), `ci/full-values.yaml has the default of ${path}`)
  }
  for (const top of Object.keys(defaults)) {
    assert.ok(
      [...declared].some((path) => path === top || path.startsWith(`${top}.`)),
      `the schema lacks ${top}`,
    )
  }
})

test('the README shows all values', () => {
  const defaults = yamlFile(join(chart, 'values.yaml'))
  const rows = [...declaredValues(schema())]
    .filter(([path]) => path !== 'global' && path !== 'updateStrategy.rollingUpdate')
    .map(([path, { description = '' }]) => {
      const value = JSON.stringify(at(defaults, path))
      return [`\`${path}\``, value.length > 60 ? 'see values.yaml' : `\`${value}\``, description]
    })
  const table = markdownTable([['Value', 'Default', 'Meaning'], ...rows])
  const file = join(chart, 'README.md')
  const text = readFileSync(file, 'utf8')
  const updated = text.replace(
    /(<!-- values: .*? -->\n)[\s\S]*(<!-- end of values -->)/,
    (_, start, end) => `${start}\n${table}\n\n${end}`,
  )
  if (UPDATE) writeFileSync(file, updated)
  else assert.equal(text, updated, 'run UPDATE=1 node --test helm/check.test.mjs')
})

test('workers find each other by the headless service, users reach ready ones by the other', () => {
  const rendered = render()
  const set = rendered.find('StatefulSet', 'demo-penstock')
  const headless = rendered.find('Service', 'demo-penstock-workers')
  const users = rendered.find('Service', 'demo-penstock')
  const { container, metadata } = podOf(rendered)
  assert.equal(set.spec.serviceName, headless.metadata.name)
  assert.equal(headless.spec.clusterIP, 'None')
  assert.equal(headless.spec.publishNotReadyAddresses, true)
  assert.equal(users.spec.type, 'ClusterIP')
  assert.equal(users.spec.publishNotReadyAddresses, undefined)
  assert.equal(set.spec.podManagementPolicy, 'Parallel')
  for (const selector of [set.spec.selector.matchLabels, headless.spec.selector, users.spec.selector]) {
    for (const [label, value] of Object.entries(selector)) assert.equal(metadata.labels[label], value)
  }
  const names = container.env.map(({ name }) => name)
  const advertised = container.env.find(({ name }) => name === 'CONNECT_REST_ADVERTISED_HOST_NAME')
  assert.equal(advertised.value, '$(POD_NAME).demo-penstock-workers.$(POD_NAMESPACE).svc')
  // Kubernetes expands $(…) of variables that stand before.
  assert.ok(
    names.indexOf('POD_NAME') < names.indexOf(advertised.name) &&
      names.indexOf('POD_NAMESPACE') < names.indexOf(advertised.name),
  )
  for (const service of [headless, users]) assert.equal(service.spec.ports[0].targetPort, container.ports[0].name)
})

test('pods run without rights, with a file system that can only be read', () => {
  const pod = podOf(render())
  assert.equal(pod.securityContext.runAsNonRoot, true)
  assert.notEqual(pod.securityContext.runAsUser, 0)
  assert.equal(pod.securityContext.seccompProfile.type, 'RuntimeDefault')
  assert.deepEqual(pod.container.securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  })
  assert.equal(pod.automountServiceAccountToken, false)
  assert.equal(pod.enableServiceLinks, false)
  const writable = pod.container.volumeMounts.filter(({ readOnly }) => readOnly !== true)
  assert.deepEqual(writable, [{ name: 'tmp', mountPath: '/tmp' }])
})

test('pods are asked by /health on the REST port', () => {
  const { container } = podOf(render())
  for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
    assert.deepEqual(probe.httpGet, { path: '/health', port: 'rest' })
    assert.ok(probe.timeoutSeconds > 10, '/health itself waits up to 10 s')
  }
  const seconds = ({ periodSeconds, failureThreshold }) => periodSeconds * failureThreshold
  assert.ok(seconds(container.livenessProbe) >= 300)
  assert.ok(seconds(container.startupProbe) >= 300)
})

test('the properties are those of the values, and a change of them restarts the pods', () => {
  const rendered = render()
  const properties = (found) => found.find('ConfigMap').data['worker.properties']
  assert.match(properties(rendered), /^group\.id=demo-penstock\n/m)
  assert.match(properties(rendered), /^config\.storage\.topic=demo-penstock-configs\n/m)
  assert.match(properties(rendered), /^listeners=http:\/\/:8083\n/m)
  assert.match(properties(rendered), /^rest\.authentication\.open\.paths=\/health\n/m)
  const full = render('--values', fullValues)
  assert.match(properties(full), /^consumer\.fetch\.max\.bytes=52428800$/m)
  assert.match(properties(full), /^header\.converter=a back\\\\slash\\tand\\nlines$/m)
  assert.match(properties(full), /^client\.id=\\ padded$/m)
  assert.match(properties(full), /^topic\.creation\.enable=false$/m)
  assert.match(properties(full), /^status\.storage\.topic=orders-state$/m)
  assert.match(properties(full), /^offset\.storage\.topic=orders-offsets$/m)
  assert.doesNotMatch(properties(full), /log\.format/)
  const mount = podOf(rendered).container.volumeMounts.find(({ name }) => name === 'config')
  assert.deepEqual(podOf(rendered).container.args, [`${mount.mountPath}/worker.properties`])
  const checksum = (found) => podOf(found).metadata.annotations['checksum/config']
  assert.equal(checksum(rendered), checksum(render('--set', 'replicaCount=7')))
  assert.notEqual(checksum(rendered), checksum(render('--set', 'config.topics=x')))
})

test('every value arrives', () => {
  const rendered = render('--values', fullValues)
  const pod = podOf(rendered)
  const { container } = pod
  const set = rendered.find('StatefulSet', 'orders-connect')
  assert.equal(set.spec.replicas, 5)
  assert.equal(set.spec.updateStrategy.rollingUpdate.partition, 1)
  assert.equal(set.metadata.labels['app.kubernetes.io/name'], 'streams')
  assert.match(container.image, /^registry\.example\/penstock@sha256:/)
  assert.equal(container.imagePullPolicy, 'Always')
  assert.deepEqual(pod.imagePullSecrets, [{ name: 'registry' }])
  assert.equal(container.ports[0].containerPort, 28083)
  const jaas = container.env.find(({ name }) => name === 'CONNECT_SASL_JAAS_CONFIG')
  assert.deepEqual(jaas.valueFrom.secretKeyRef, { name: 'kafka', key: 'jaas' })
  assert.ok(container.env.some(({ name }) => name === 'NODE_EXTRA_CA_CERTS'))
  assert.deepEqual(container.envFrom, [{ configMapRef: { name: 'proxies' } }])
  assert.deepEqual(container.volumeMounts.map(({ name, mountPath }) => `${name}:${mountPath}`).slice(2), [
    'secret-0:/etc/penstock/secrets/kafka-ca',
    'secret-1:/etc/penstock/secrets/elastic-ca',
    'plugins:/opt/penstock/plugins',
  ])
  const volumes = new Map(pod.volumes.map(({ name, ...volume }) => [name, volume]))
  for (const { name } of container.volumeMounts) assert.ok(volumes.has(name), name)
  assert.deepEqual(volumes.get('secret-1').secret.items, [{ key: 'ca.crt', path: 'elastic.crt' }])
  assert.equal(volumes.get('tmp').emptyDir.sizeLimit, '1Gi')
  const users = rendered.find('Service', 'orders-connect')
  assert.deepEqual([users.spec.type, users.spec.ports[0].port], ['LoadBalancer', 80])
  assert.equal(users.metadata.annotations['example.com/internal'], 'true')
  const account = rendered.find('ServiceAccount', 'orders-worker')
  assert.equal(account.metadata.annotations['example.com/role'], 'orders')
  assert.equal(pod.serviceAccountName, 'orders-worker')
  assert.equal(pod.automountServiceAccountToken, true)
  assert.equal(pod.terminationGracePeriodSeconds, 75)
  assert.equal(container.startupProbe.failureThreshold, 10)
  assert.equal(container.readinessProbe.timeoutSeconds, 14)
  assert.equal(container.livenessProbe, undefined)
  assert.equal(rendered.find('PodDisruptionBudget').spec.maxUnavailable, '40%')
  assert.equal(container.resources.limits.memory, '3Gi')
  assert.equal(pod.securityContext.runAsUser, 2000)
  assert.equal(pod.metadata.annotations['prometheus.io/scrape'], 'true')
  assert.equal(pod.metadata.labels.team, 'orders')
  assert.deepEqual(pod.nodeSelector, { disk: 'ssd' })
  assert.equal(pod.tolerations[0].key, 'streams')
  assert.ok(pod.affinity.nodeAffinity)
  assert.equal(pod.priorityClassName, 'high')
  const [zones, hosts] = pod.topologySpreadConstraints
  assert.equal(zones.labelSelector.matchLabels['app.kubernetes.io/instance'], 'demo')
  assert.deepEqual(hosts.labelSelector.matchLabels, { team: 'orders' })
})

test('what can be left out is left out', () => {
  const { objects } = render('--set', 'replicaCount=1,serviceAccount.create=false')
  assert.deepEqual(objects.map(({ kind }) => kind).sort(), ['ConfigMap', 'Service', 'Service', 'StatefulSet'])
  assert.equal(podOf(render('--set', 'serviceAccount.create=false')).serviceAccountName, 'default')
  assert.equal(
    podOf(render('--set', 'serviceAccount.create=false,serviceAccount.name=mine')).serviceAccountName,
    'mine',
  )
})

test('what would not work is refused', () => {
  assert.match(
    refusal('--set', 'terminationGracePeriodSeconds=30'),
    /must be longer than task\.shutdown\.graceful\.timeout\.ms/,
  )
  assert.match(refusal('--set', 'config.listeners=http://:1'), /listeners is set by the chart, see rest\.port/)
  assert.match(refusal('--set', 'replicas=2'), /replicas/)
  assert.match(refusal('--set', 'image.name=x'), /name/)
  assert.match(refusal('--set', 'probes.liveness.path=/'), /path/)
  assert.match(refusal('--set-json', 'config={"bad key":1}'), /bad key/)
  assert.match(refusal('--set-json', 'config={"topics":["a"]}'), /topics/)
  assert.match(refusal('--set', 'rest.port=0'), /port/)
})
