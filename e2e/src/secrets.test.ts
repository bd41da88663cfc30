import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Cluster,
  type FaultProxy,
  faultProxy,
  freshName,
  MisbehavingPlugin,
  type Misbehavior,
  NotYet,
  readRecords,
  stack,
  startCluster,
  until,
} from './harness/index.ts'

const TTL_MS = 500
const random = () => randomBytes(9).toString('base64')
/** What must not turn up anywhere, by where it comes from. */
const secrets = {
  file: `file"${random()}+ü/x`,
  rotated: `rotated"${random()}+ü/x`,
  folder: `folder-${random()}`,
  environment: `environment-${random()}`,
  worker: `worker-${random()}`,
  literal: `literal-${random()}`,
}
const USER = 'elastic'

let folder: string
let plugin: MisbehavingPlugin
let proxy: FaultProxy
let cluster: Cluster
/** Everything that was created, for the requests of the search at the end. */
const created: string[] = []
const deadLetterTopics: string[] = []

async function writePassword(password: string): Promise<void> {
  // In one step, as secrets are exchanged: nobody reads half of it.
  await writeFile(join(folder, 'es.tmp'), `user=${USER}\npassword=${password}\n`)
  await rename(join(folder, 'es.tmp'), join(folder, 'es.properties'))
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'penstock-secrets-'))
  await writePassword(secrets.file)
  await mkdir(join(folder, 'mounted'))
  await writeFile(join(folder, 'mounted', 'token'), `${secrets.folder}\n`)
  await writeFile(
    join(folder, 'kafka.properties'),
    `jaas=org.apache.kafka.common.security.plain.PlainLoginModule required username="me" password="${secrets.worker}";\n`,
  )
  plugin = await MisbehavingPlugin.create()
  proxy = await faultProxy(stack.elasticsearch)
  proxy.requireBasic(USER, secrets.file)
  cluster = await startCluster({
    workers: 2,
    env: { ES_LEAK: secrets.environment, FLUSH_MS: '1000' },
    properties: {
      'plugin.path': plugin.folder,
      'executor.processes': '2',
      'offset.flush.interval.ms': `\${env:FLUSH_MS}`,
      // Of no use to brokers without authentication, but a secret all the same.
      'producer.sasl.jaas.config': `\${file:${folder}/kafka.properties:jaas}`,
      'config.providers': 'file,dir,env',
      'config.providers.file.class': 'org.apache.kafka.common.config.provider.FileConfigProvider',
      'config.providers.file.param.allowed.paths': folder,
      'config.providers.file.param.ttl.ms': String(TTL_MS),
      'config.providers.dir.class': 'DirectoryConfigProvider',
      'config.providers.dir.param.allowed.paths': folder,
      'config.providers.env.class': 'EnvVarConfigProvider',
      'config.providers.env.param.allowlist.pattern': 'ES_.*|FLUSH_MS',
    },
  })
})
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]()
  await proxy?.[Symbol.asyncDispose]()
  await plugin?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const passwordVariable = (): string => `\${file:${folder}/es.properties:password}`

async function startSink(config: Record<string, string> = {}): Promise<string> {
  const topic = await cluster.createTopic({ partitions: 2 })
  created.push(topic)
  await cluster.createConnector(topic, {
    'connector.class': 'ElasticsearchSink',
    topics: topic,
    'tasks.max': '2',
    'connection.url': proxy.url,
    'connection.username': `\${file:${folder}/es.properties:user}`,
    'connection.password': passwordVariable(),
    ...config,
  })
  return topic
}

async function startLeaking(misbehavior: Misbehavior, config: Record<string, string>): Promise<string> {
  const name = freshName(misbehavior)
  created.push(name)
  const topic = await cluster.createTopic()
  await cluster.createConnector(name, { ...(await plugin.config(name, misbehavior)), topics: topic, ...config })
  await cluster.untilRunning(name, { tasks: 1 })
  await cluster.produce(topic, [{ value: '{"a":1}' }])
  return name
}

function untilFailed(name: string): Promise<string> {
  return until(
    async () => {
      const { tasks } = await cluster.client.status(name)
      return tasks.find(({ state }) => state === 'FAILED')?.trace ?? new NotYet(tasks)
    },
    { what: `${name} to fail`, everyMs: 50 },
  )
}

const logs = async (): Promise<string> => (await Promise.all(cluster.workers.map((worker) => worker.logs()))).join('\n')
const startsOf = async (name: string): Promise<number> =>
  (await logs()).split('\n').filter((line) => line.includes('starting connector') && line.includes(`[${name}]`)).length

test('a sink authenticates with a password from a file, which the config topic and REST know as a variable', async () => {
  const topic = await startSink()
  await cluster.untilRunning(topic, { tasks: 2 })
  await cluster.index(topic).untilHoldsExactly(await cluster.produce(topic, 200))
  expect((await cluster.client.config(topic))['connection.password']).toBe(passwordVariable())
  const tasks = await cluster.client.tasks(topic)
  expect(tasks.map(({ config }) => config['connection.password'])).toEqual([passwordVariable(), passwordVariable()])
})

test('a plugin that tells its secret in errors, logs, plans and dead letters is heard with the variable', async () => {
  const environment = `\${env:ES_LEAK}`
  const throwing = await startLeaking('throw-secret', { secret: environment })
  expect(await untilFailed(throwing)).toMatch(/refused: \$\{env:ES_LEAK\}[\s\S]*Caused by: Error: \$\{env:ES_LEAK\}/)
  const planned = (await cluster.client.tasks(throwing))[0]?.config
  expect(planned).toMatchObject({ secret: environment, url: `http://me:${environment}@host` })
  expect(await logs()).toContain(`starting with ${environment}`)
  expect(await logs()).toContain(`connecting with ${environment}`)

  const token = `\${dir:${folder}/mounted:token}`
  const deadLetters = freshName('dlq')
  deadLetterTopics.push(deadLetters)
  await startLeaking('report-secret', {
    secret: token,
    'errors.tolerance': 'all',
    'errors.log.enable': 'true',
    'errors.deadletterqueue.topic.name': deadLetters,
    'errors.deadletterqueue.topic.replication.factor': '1',
    'errors.deadletterqueue.context.headers.enable': 'true',
  })
  const [letter] = await cluster.deadLetters(deadLetters).untilCount(1)
  expect(letter?.headers['__connect.errors.exception.message']?.trim()).toBe(`refused: ${token}`)

  const dying = await startLeaking('die-of-secret', { secret: secrets.literal, 'errors.restart.max.attempts': '0' })
  expect(await untilFailed(dying)).toMatch(/exited with code 1: Error: nobody catches \[hidden\]/)
})

test('a validation that fails for what a variable stands for names the variable', async () => {
  const config = {
    name: 'validated',
    topics: 'validated',
    'connector.class': 'ElasticsearchSink',
    'connection.url': `http://\${env:ES_LEAK}`,
    'connection.username': 'other',
    'connection.password': passwordVariable(),
    'batch.size': `\${dir:${folder}/mounted:token}`,
  }
  const infos = await cluster.client.validate('ElasticsearchSink', config)
  const of = (name: string) => infos.configs.find(({ value }) => value.name === name)?.value
  expect(of('connection.url')?.value).toBe(`http://\${env:ES_LEAK}`)
  expect(of('connection.password')?.value).toBe('[hidden]')
  expect(of('batch.size')?.errors.join()).toContain(`Invalid value \${dir:${folder}/mounted:token}`)
  expect(found(JSON.stringify(infos))).toEqual([])
  const refused = await cluster.client.createConnector({ name: 'validated', config }).catch((error: Error) => error)
  expect(found(String((refused as Error).message))).toEqual([])
})

test('a connector is restarted with the new value when its secret changes, others are not', async () => {
  const topic = await startSink()
  await cluster.untilRunning(topic, { tasks: 2 })
  const still = await startSink({ 'config.action.reload': 'none', 'connection.url': stack.elasticsearch })
  await cluster.untilRunning(still, { tasks: 2 })
  const before = await cluster.produce(topic, 100)
  await cluster.index(topic).untilHoldsExactly(before)
  const starts = [await startsOf(topic), await startsOf(still)]

  proxy.requireBasic(USER, secrets.rotated)
  await writePassword(secrets.rotated)
  await until(async () => (await startsOf(topic)) > (starts[0] ?? 0), { what: 'the connector to be restarted' })
  const after = await cluster.produce(topic, 100)
  await cluster.index(topic).untilHoldsExactly([...before, ...after])
  await cluster.untilRunning(topic, { tasks: 2 })
  expect(await startsOf(still)).toBe(starts[1])
})

test('a task that was refused with its old password runs by itself once the right one is there', async () => {
  const topic = await startSink({ 'max.retries': '1', 'flush.timeout.ms': '1000' })
  await cluster.untilRunning(topic, { tasks: 2 })
  const before = await cluster.produce(topic, 10)
  await cluster.index(topic).untilHoldsExactly(before)
  proxy.requireBasic(USER, secrets.file)
  const after = await cluster.produce(topic, 10)
  const trace = await untilFailed(topic)
  expect(trace).toContain('HTTP status 401: security_exception: unable to authenticate with [Basic …]')
  expect(found(trace)).toEqual([])
  await writePassword(secrets.file)
  await cluster.untilRunning(topic, { tasks: 2 })
  await cluster.index(topic).untilHoldsExactly([...before, ...after])
})

/** The secrets that a text gives away, in any form they take in texts. */
function found(text: string): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const forms = [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      Buffer.from(`${USER}:${secret}`).toString('base64').replace(/=+$/, ''),
    ]
    return forms.some((form) => text.includes(form)) ? [name] : []
  })
}

/** Events come without an end: what the first of them say, metrics with the latest errors among them, which come every 3 s. */
const eventsMs = 4_000

async function textOf(response: Response): Promise<string> {
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return await response.text()
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const timer = setTimeout(() => void reader?.cancel(), eventsMs)
  for (;;) {
    const { value, done } = (await reader?.read()) ?? { value: undefined, done: true }
    if (done) break
    text += value
  }
  clearTimeout(timer)
  return text
}

/** The answers to every GET that the API description lists, for every connector, and what they came from. */
async function answers(): Promise<[string, string][]> {
  const url = cluster.worker(0).url
  const get = async (path: string): Promise<[string, string]> => [path, await textOf(await fetch(url + path))]
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, { get?: unknown }> }
  const paths = Object.entries(document.paths).flatMap(([path, methods]) => (methods.get === undefined ? [] : [path]))
  const filled = paths.flatMap((path) => {
    if (!path.includes('{connector}'))
      return [path.replace('{plugin}', 'ElasticsearchSink').replace('{logger}', 'root')]
    return created.map((name) => path.replace('{connector}', name).replace('{task}', '0'))
  })
  return await Promise.all(
    [...filled, '/connectors?expand=info&expand=status', '/connector-plugins?connectorsOnly=false'].map(get),
  )
}

test('no secret is in any log, topic, REST answer, metric, process argument or environment where it does not belong', async () => {
  const processes = await Promise.all(
    cluster.workers.map(async (worker) => [worker.pid, ...(await worker.executorPids())]),
  )
  const internal = ['configs', 'offsets', 'status'].map((word) => `${cluster.groupId}-${word}`)
  const records = await Promise.all([...internal, ...deadLetterTopics].map((topic) => readRecords(topic)))
  const commandLines = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  )
  const places: [string, string][] = [
    ['logs', await logs()],
    ...records
      .flat()
      .map((record): [string, string] => [
        `${record.topic}-${record.partition}@${record.offset}`,
        [record.key, record.value, ...Object.values(record.headers)].map(String).join('\n'),
      ]),
    ...(await answers()),
    ...commandLines.map((text): [string, string] => ['a command line', text]),
  ]
  // The search finds what it looks for: everything was used, and all places have something in them.
  expect(places.filter(([, text]) => text !== '').length).toBeGreaterThan(60)
  expect(places.map(([place]) => place)).toEqual(expect.arrayContaining(['/metrics', '/connectors', '/health']))
  expect(places.find(([place]) => place === '/metrics')?.[1]).toMatch(/^kafka_connect/m)
  expect(found(`x${secrets.file}y ${encodeURIComponent(secrets.folder)}`)).toEqual(['file', 'folder'])

  // What a user writes out in a config is stored and shown as Kafka Connect does; everything else is nowhere.
  const given = places.filter(([, text]) => found(text).length > 0).map(([place, text]) => [place, found(text)])
  const literal = given.filter(([, names]) => String(names) === 'literal').map(([place]) => String(place))
  expect(given.filter(([, names]) => String(names) !== 'literal')).toEqual([])
  const dying = created.find((name) => name.startsWith('die-of-secret'))
  for (const place of literal) {
    expect(place).toMatch(
      new RegExp(`^(${cluster.groupId}-configs-0@\\d+|/connectors/${dying}(/config|/tasks)?|/connectors\\?expand=.*)$`),
    )
  }

  const environments = await Promise.all(processes.flat().map((pid) => readFile(`/proc/${pid}/environ`, 'utf8')))
  for (const environment of environments) expect(found(environment)).toEqual(['environment'])
})
