// Checks the chart with the real helm: `node --test helm/check.test.mjs`. HELM names the program, else the one that
// `make test-helm` has built, else that on PATH; without one all is skipped.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test as nodeTest } from 'node:test'
import { fileURLToPath } from 'node:url'

const chart = fileURLToPath(new URL('./penstock', import.meta.url))
const fullValues = join(chart, 'ci/full-values.yaml')
const { HELM, UPDATE } = process.env
const built = fileURLToPath(new URL('../.tools/kube/bin/helm', import.meta.url))
const helm = HELM ?? (existsSync(built) ? built : 'helm')
const skip =
  spawnSync(helm, ['version', '--short']).status === 0
    ? false
    : `there is no helm ("${helm}"): set HELM, or run \`make test-helm\` once`
if (skip) console.log(`skipped: the chart: ${skip}`)
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
    assert.deepEqual(probe.httpGet, { path: '/health', port: 'rest', scheme: 'HTTP' })
    assert.ok(probe.timeoutSeconds > 10, '/health itself waits up to 10 s')
  }
  const seconds = ({ periodSeconds, failureThreshold }) => periodSeconds * failureThreshold
  assert.ok(seconds(container.livenessProbe) >= 300)
  assert.ok(seconds(container.startupProbe) >= 300)
})

test('the properties are those of the values, and a change of them restarts the pods', () => {
  const rendered = render()
  const properties = (found) => found.objects.find(({ data }) => data?.['worker.properties']).data['worker.properties']
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
  assert.equal(set.spec.replicas, undefined, 'KEDA decides')
  assert.deepEqual([set.spec.minReadySeconds, set.spec.revisionHistoryLimit], [20, 3])
  assert.deepEqual(container.lifecycle.preStop.exec.command, ['sleep', '5'])
  assert.deepEqual(
    pod.containers.map(({ name }) => name),
    ['worker', 'proxy'],
  )
  assert.equal(set.spec.updateStrategy.rollingUpdate.partition, 1)
  assert.equal(set.metadata.labels['app.kubernetes.io/name'], 'streams')
  assert.match(container.image, /^registry\.example\/penstock@sha256:/)
  assert.equal(container.imagePullPolicy, 'Always')
  assert.deepEqual(pod.imagePullSecrets, [{ name: 'registry' }])
  assert.equal(container.ports[0].containerPort, 28083)
  const user = container.env.find(({ name }) => name === 'CONNECTOR_ES_USER')
  assert.deepEqual(user.valueFrom.secretKeyRef, { name: 'elastic', key: 'user' })
  assert.ok(container.env.some(({ name }) => name === 'NODE_EXTRA_CA_CERTS'))
  assert.deepEqual(container.envFrom, [{ configMapRef: { name: 'proxies' } }])
  assert.deepEqual(container.volumeMounts.map(({ name, mountPath }) => `${name}:${mountPath}`).slice(2), [
    'plugins:/opt/penstock/plugins',
    'rest-tls:/etc/penstock/tls/rest',
    'kafka-ca:/etc/penstock/tls/kafka-ca',
    'kafka-tls:/etc/penstock/tls/kafka',
    'kafka-sasl:/etc/penstock/sasl',
    'secret-0:/etc/penstock/secrets/elastic',
    'secret-1:/etc/penstock/secrets/elastic-ca',
    'geo:/var/geo',
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

const propertiesOf = (found) =>
  Object.fromEntries(
    found
      .find('ConfigMap', 'orders-connect')
      .data['worker.properties'].trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )

test('workers log in at Kafka with mounted secrets, their clients for connectors too', () => {
  const properties = propertiesOf(render('--values', fullValues))
  for (const prefix of ['', 'producer.', 'consumer.', 'admin.']) {
    assert.equal(properties[`${prefix}security.protocol`], 'SASL_SSL')
    assert.equal(properties[`${prefix}ssl.truststore.location`], '/etc/penstock/tls/kafka-ca/chain.crt')
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what a config provider replaces
    assert.equal(properties[`${prefix}ssl.keystore.key`], '${dir:/etc/penstock/tls/kafka:tls.key}')
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what a config provider replaces
    assert.equal(properties[`${prefix}sasl.jaas.config`], '${dir:/etc/penstock/sasl:jaas}')
  }
  const allowed = properties['config.providers.dir.param.allowed.paths'].split(',')
  assert.deepEqual(allowed, [
    '/etc/penstock/secrets/elastic',
    '/etc/penstock/secrets/elastic-ca',
    '/etc/penstock/tls/kafka',
    '/etc/penstock/sasl',
  ])
  assert.equal(properties['config.providers.env.param.allowlist.pattern'], 'CONNECTOR_ES_.*')
  assert.equal(properties['config.providers.file.param.ttl.ms'], '120000')
})

test('REST is served by HTTPS with a mounted certificate, and everything that asks workers knows it', () => {
  const rendered = render('--values', fullValues)
  const properties = propertiesOf(rendered)
  assert.equal(properties.listeners, 'https://:28083')
  assert.equal(properties['rest.advertised.listener'], 'https')
  assert.equal(properties['listeners.https.ssl.keystore.location'], '/etc/penstock/tls/rest/tls-combined.pem')
  assert.equal(properties['listeners.https.ssl.client.auth'], 'requested')
  const { container } = podOf(rendered)
  assert.equal(container.readinessProbe.httpGet.scheme, 'HTTPS')
  assert.equal(rendered.find('Service', 'orders-connect').spec.ports[0].name, 'https-rest')
  assert.equal(rendered.find('Ingress').spec.rules[0].http.paths[0].backend.service.port.name, 'https-rest')
  const [endpoint] = rendered.find('ServiceMonitor').spec.endpoints
  assert.equal(endpoint.scheme, 'https')
  assert.equal(endpoint.tlsConfig.serverName, 'scrape.orders-connect-workers.streams.svc')
  const [apply] = rendered.find('Job').spec.template.spec.containers
  const variables = Object.fromEntries(apply.env.map(({ name, value }) => [name, value]))
  assert.equal(variables.PENSTOCK_URL, 'https://orders-connect-0.orders-connect-workers.streams.svc:28083')
  assert.equal(variables.PENSTOCK_CA_FILE, '/etc/penstock/tls/rest/ca.crt')
  const plain = propertiesOf(render('--values', fullValues, '--set', 'tls.rest.combinedKey='))
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what a config provider replaces
  assert.equal(plain['listeners.https.ssl.keystore.key'], '${dir:/etc/penstock/tls/rest:tls.key}')
})

test('plugins are put into plugin.path before the worker starts', () => {
  const rendered = render('--values', fullValues)
  assert.equal(propertiesOf(rendered)['plugin.path'], '/opt/penstock/plugins')
  const pod = podOf(rendered)
  const [acme, other, wait] = pod.initContainers
  assert.equal(acme.image, 'registry.example/acme-plugin:1.2.0')
  assert.deepEqual(acme.command.slice(-2), ['/opt/acme', '/opt/penstock/plugins/acme'])
  assert.match(other.image, /^registry\.example\/penstock@/)
  assert.deepEqual(other.command.slice(0, 4), ['npm', 'install', '--prefix', '/opt/penstock/plugins/other'])
  assert.ok(other.env.some(({ name, value }) => name === 'npm_config_registry' && value.includes('registry.example')))
  assert.equal(wait.name, 'wait')
  assert.equal(pod.volumes.find(({ name }) => name === 'plugins').emptyDir !== undefined, true)
  const mount = pod.container.volumeMounts.find(({ name }) => name === 'plugins')
  assert.equal(mount.readOnly, true)
})

test('connectors of the values are applied after each install and upgrade, marked as belonging to the release', () => {
  const rendered = render('--values', fullValues)
  const files = Object.values(rendered.find('ConfigMap', 'orders-connect-connectors').data).map((text) =>
    JSON.parse(text),
  )
  assert.equal(files.length, 1)
  const [{ name, config }] = files
  assert.equal(name, 'orders')
  assert.deepEqual([config['tasks.max'], config['key.ignore'], config['linger.ms']], ['3', 'true', '10000000'])
  assert.equal(config['penstock.owner'], 'helm:streams/demo')
  const job = rendered.find('Job')
  assert.equal(job.metadata.annotations['helm.sh/hook'], 'post-install,post-upgrade,post-rollback')
  const [apply] = job.spec.template.spec.containers
  assert.ok(!apply.args.includes('--prune'))
  const pruned = render('--set', 'applyConnectors.enabled=true').find('Job').spec.template.spec.containers[0]
  assert.ok(pruned.args.includes('--prune') && pruned.args.includes('--selector=penstock.owner=helm:streams/demo'))
  const labels = job.spec.template.metadata.labels
  const { selector } = rendered.find('Service', 'orders-connect').spec
  assert.ok(
    Object.entries(selector).some(([label, value]) => labels[label] !== value),
    'users must not be sent to the Job',
  )
})

test('workers are added by CPU and memory, or by the lag of connectors', () => {
  const hpa = render('--set', 'autoscaling.enabled=true,autoscaling.targetMemoryUtilizationPercentage=90')
  const { scaleTargetRef, metrics, behavior } = hpa.find('HorizontalPodAutoscaler').spec
  assert.deepEqual(scaleTargetRef, { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'demo-penstock' })
  assert.deepEqual(
    metrics.map(({ resource }) => [resource.name, resource.target.averageUtilization]),
    [
      ['cpu', 75],
      ['memory', 90],
    ],
  )
  assert.equal(behavior.scaleDown.stabilizationWindowSeconds, 600)
  assert.equal(hpa.find('StatefulSet').spec.replicas, undefined)
  const keda = render('--values', fullValues).find('ScaledObject').spec
  assert.deepEqual([keda.minReplicaCount, keda.maxReplicaCount], [4, 8])
  const [orders, others, cron] = keda.triggers
  assert.deepEqual(orders.metadata, {
    bootstrapServers: 'a:9093,b:9093',
    consumerGroup: 'connect-orders',
    topic: 'orders',
    lagThreshold: '20000000',
    allowIdleConsumers: 'false',
    offsetResetPolicy: 'earliest',
  })
  assert.equal(others.metadata.consumerGroup, 'own-group')
  assert.deepEqual(orders.authenticationRef, { name: 'kafka-lag' })
  assert.equal(cron.type, 'cron')
})

test('only workers and those who are listed reach workers', () => {
  const { ingress, egress, policyTypes, podSelector } = render('--values', fullValues).find('NetworkPolicy').spec
  assert.deepEqual(policyTypes, ['Ingress', 'Egress'])
  assert.equal(podSelector.matchLabels['app.kubernetes.io/component'], 'worker')
  assert.equal(ingress.length, 3)
  assert.deepEqual(ingress[0].from[0].podSelector.matchLabels, {
    'app.kubernetes.io/name': 'streams',
    'app.kubernetes.io/instance': 'demo',
  })
  assert.deepEqual(egress.at(-1).ports, [{ port: 9093 }])
  assert.ok(egress.some(({ ports }) => ports.some(({ port }) => port === 53)))
  const open = render('--set', 'networkPolicy.enabled=true').find('NetworkPolicy').spec
  assert.deepEqual(open.policyTypes, ['Ingress'])
  assert.deepEqual(open.ingress[1].from, [{ podSelector: {} }])
})

test('the operator scrapes each worker once, under a job that the alerts look for', () => {
  const rendered = render('--values', fullValues)
  const monitor = rendered.find('ServiceMonitor')
  const headless = rendered.find('Service', 'orders-connect-workers')
  for (const [label, value] of Object.entries(monitor.spec.selector.matchLabels)) {
    assert.equal(headless.metadata.labels[label], value)
  }
  const users = rendered.find('Service', 'orders-connect')
  assert.equal(users.metadata.labels['penstock.dev/service'], undefined)
  assert.equal(monitor.spec.endpoints[0].port, headless.spec.ports[0].name)
  assert.equal(headless.metadata.labels[monitor.spec.jobLabel], 'penstock-orders-connect')
  assert.equal(monitor.metadata.labels.release, 'prometheus')
  const pods = render('--set', 'metrics.podMonitor.enabled=true')
  const { jobLabel, podMetricsEndpoints } = pods.find('PodMonitor').spec
  assert.equal(podOf(pods).metadata.labels[jobLabel], 'demo-penstock')
  assert.equal(podMetricsEndpoints[0].port, podOf(pods).container.ports[0].name)
})

test('the alerts are those of deploy/prometheus', () => {
  const shipped = join(chart, 'files/alerts.yaml')
  const original = fileURLToPath(new URL('../deploy/prometheus/penstock.rules.yaml', import.meta.url))
  const text = readFileSync(original, 'utf8')
  if (UPDATE) writeFileSync(shipped, text)
  assert.equal(readFileSync(shipped, 'utf8'), text, 'run UPDATE=1 node --test helm/check.test.mjs')
  const { groups } = render('--values', fullValues).find('PrometheusRule').spec
  assert.deepEqual(groups.slice(0, -1), yamlFile(original).groups)
  assert.equal(groups.at(-1).name, 'own')
})

test('pods have the time that their tasks have, and some more', () => {
  const seconds = (...args) => podOf(render(...args)).terminationGracePeriodSeconds
  assert.equal(seconds(), 45)
  assert.equal(seconds('--set', 'config.task\\.shutdown\\.graceful\\.timeout\\.ms=60500,preStopSleepSeconds=5'), 81)
  assert.equal(seconds('--set', 'terminationGracePeriodSeconds=90'), 90)
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
  for (const [set, reason] of [
    ['autoscaling.enabled=true,keda.enabled=true', /choose one/],
    ['keda.enabled=true', /keda\.lag/],
    ['tls.rest.enabled=true', /tls\.rest\.secretName/],
    ['kafka.sasl.mechanism=PLAIN', /kafka\.sasl\.secret/],
    ['kafka.sasl.mechanism=PLAIN,kafka.sasl.secret=a,configProviders.enabled=false', /provider dir/],
    ['ingress.enabled=true', /ingress\.hosts/],
    ['metrics.serviceMonitor.enabled=true,metrics.podMonitor.enabled=true', /counted twice/],
    ['plugins[0].name=a', /either image/],
    ['plugins[0].name=a,plugins[0].npm=b,config.plugin\\.path=/x', /plugin\.path is set by the chart/],
    ['connectors.a.topics=x', /connector\.class/],
  ]) {
    assert.match(refusal('--set', set), reason)
  }
  assert.match(refusal('--set', 'config.listeners=http://:1'), /listeners is set by the chart, see rest\.port/)
  assert.match(refusal('--set', 'replicas=2'), /replicas/)
  assert.match(refusal('--set', 'image.name=x'), /name/)
  assert.match(refusal('--set', 'probes.liveness.path=/'), /path/)
  assert.match(refusal('--set-json', 'config={"bad key":1}'), /bad key/)
  assert.match(refusal('--set-json', 'config={"topics":["a"]}'), /topics/)
  assert.match(refusal('--set', 'rest.port=0'), /port/)
})
