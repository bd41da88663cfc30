import { execFile } from 'node:child_process'
import { mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cluster, freshName, PenstockCli, stack, startCluster } from './harness/index.ts'
import { rootFolder } from './stack/folders.ts'

let cluster: Cluster
let cli: PenstockCli
beforeAll(async () => {
  cluster = await startCluster({
    workers: 1,
    properties: { 'executor.processes': '1', 'offset.flush.interval.ms': '500' },
  })
  cli = await PenstockCli.create({})
  await cli.ok('config', 'set-context', 'here', '--url', cluster.worker(0).url)
})
afterAll(async () => {
  await cli?.[Symbol.asyncDispose]()
  await cluster?.[Symbol.asyncDispose]()
})

const PASSWORD = 'p4ss-of-elastic'

function sinkConfig(topic: string): Record<string, string> {
  return {
    'connector.class': 'ElasticsearchSink',
    topics: topic,
    'tasks.max': '1',
    'connection.url': stack.elasticsearch,
    'key.ignore': 'true',
    'schema.ignore': 'true',
    'max.retries': '3',
    'connection.username': 'elastic',
    'connection.password': PASSWORD,
    'errors.tolerance': 'all',
    'errors.deadletterqueue.topic.name': `${topic}-dead`,
    'errors.deadletterqueue.topic.replication.factor': '1',
    'errors.deadletterqueue.context.headers.enable': 'true',
  }
}

test('a folder is applied, diffed and applied again, and a connector that is no longer declared is pruned', async () => {
  const topic = await cluster.createTopic()
  const folder = join(cli.folder, topic)
  await mkdir(folder)
  const [one, two] = [`${topic}-one`, `${topic}-two`]
  await cli.write(`${topic}/one.json`, { name: one, config: sinkConfig(topic) })
  await cli.write(
    `${topic}/two.properties`,
    `name=${two}\nconnector.class=ElasticsearchSink\ntopics=${topic}\nconnection.url=${stack.elasticsearch}\nkey.ignore=true\n`,
  )

  const before = await cli.run(['diff', '-f', folder])
  expect(before).toMatchObject({ code: 6, err: '' })
  expect(before.out).toContain('2 to create')
  expect(before.out).not.toContain(PASSWORD)
  expect(await cli.ok('apply', '-f', folder, '--wait')).toContain(`${one} created`)
  expect(await cli.run(['diff', '-f', folder])).toMatchObject({
    code: 0,
    out: '0 to create, 0 to change, 2 unchanged\n',
  })
  expect(await cli.json('apply', '-f', folder)).toMatchObject([
    { name: one, action: 'unchanged' },
    { name: two, action: 'unchanged' },
  ])
  await cli.write(`${topic}/one.json`, { name: one, config: { ...sinkConfig(topic), 'batch.size': 10 } })
  const changed = await cli.ok('apply', '-f', `${folder}/one.json`)
  expect(changed).toContain('+ batch.size: 10')
  expect(await cluster.client.config(one)).toMatchObject({ 'batch.size': '10', 'connection.password': PASSWORD })

  const pruned = ['apply', '-f', `${folder}/one.json`, '--prune', '--prefix', `${topic}-`]
  expect(await cli.run(pruned)).toMatchObject({ code: 2 })
  expect(await cli.run([...pruned, '--dry-run'])).toMatchObject({ code: 0 })
  expect(await cluster.client.connectors()).toContain(two)
  await cli.ok(...pruned, '--yes')
  await cli.ok('wait', two, '--for', 'deleted')
  expect(await cluster.client.connectors()).not.toContain(two)

  const exported = join(cli.folder, `${topic}-exported`)
  await cli.ok('export', exported, one)
  const text = await readFile(join(exported, `${one}.json`), 'utf8')
  expect(JSON.parse(text).config).toMatchObject({ 'batch.size': '10', 'connection.password': '[hidden]' })
  expect(await cli.run(['diff', '-f', exported])).toMatchObject({ code: 0 })
  await cli.ok('delete', one)
})

test('an invalid config is refused with every problem before anything is changed', async () => {
  const name = freshName('invalid')
  const good = { name: `${name}-good`, config: sinkConfig('somewhere') }
  const bad = { name, config: { ...sinkConfig('somewhere'), 'tasks.max': 'many', 'batch.size': '-1' } }
  const file = await cli.write(`${name}.json`, [good, bad])
  const { code, err } = await cli.run(['apply', '-f', file])
  expect(code).toBe(7)
  expect(err).toContain('tasks.max')
  expect(err).toContain('batch.size')
  expect(await cli.run(['validate', '-f', file])).toMatchObject({ code: 7 })
  expect(await cluster.client.connectors()).not.toContain(`${name}-good`)
})

test('the whole life of a sink: looked at, paused, patched, moved back, verified and its dead letters driven again', async () => {
  const topic = await cluster.createTopic()
  const index = cluster.index(topic)
  const produced = await cluster.produce(topic, 20)
  await cluster.produce(topic, [{ key: 'bad', value: '{"broken"' }])
  const letters = cluster.deadLetters(`${topic}-dead`)
  const file = await cli.write(`${topic}.yaml`, `name: ${topic}\nconfig: ${JSON.stringify(sinkConfig(topic))}\n`)
  await cli.ok('create', '-f', file)
  expect(await cli.run(['create', '-f', file])).toMatchObject({ code: 4 })
  await cli.ok('wait', topic)
  await index.untilHoldsExactly(produced)
  await letters.untilCount(1)

  expect(await cli.json('get', 'connectors', topic)).toMatchObject([
    {
      name: topic,
      info: { config: { 'connection.password': '[hidden]' } },
      status: { connector: { state: 'RUNNING' } },
    },
  ])
  expect(await cli.ok('get', 'connectors', '-o', 'name')).toContain(topic)
  expect(await cli.ok('get', 'tasks', topic)).toMatch(/RUNNING/)
  expect(await cli.json('get', 'topics', topic)).toEqual([{ connector: topic, topic }])
  const described = await cli.ok('describe', 'connector', topic)
  expect(described).toContain('connection.password')
  expect(described).not.toContain(PASSWORD)
  expect(await cli.ok('__complete', '--', 'pause', topic.slice(0, -2))).toContain(`${topic}\n`)

  await cli.ok('patch', topic, '--set', 'batch.size=7', '--unset', 'max.retries')
  expect(await cluster.client.config(topic)).not.toHaveProperty('max.retries')
  await cli.ok('wait', topic)
  await cli.ok('pause', topic)
  await cli.ok('wait', topic, '--for=paused')
  await cli.ok('resume', topic)
  await cli.ok('restart', topic, '--include-tasks')
  await cli.ok('wait', topic)

  const preview = await cli.json<{ records: unknown[] }>('preview', topic, '--records', '3')
  expect(preview.records).toHaveLength(3)
  const verified = await cli.run(['verify', topic, '-o', 'json'])
  expect(verified.code).toBe(6) // the broken record is nowhere
  expect(JSON.parse(verified.out)).toMatchObject({ state: 'DONE', result: { found: 20, missing: 0, failed: 1 } })

  const [letter] = await cli.json<{ partition: number; offset: number }[]>('dlq', 'list', topic)
  expect(letter).toMatchObject({ origin: { topic, offset: 20 }, stage: 'VALUE_CONVERTER' })
  expect(await cli.ok('dlq', 'show', topic, `${letter?.partition}:${letter?.offset}`)).toContain('{"broken"')
  expect(await cli.ok('dlq', 'redrive', topic, '--reason', 'nothing like it')).toContain('0 taken')

  expect(await cli.run(['offsets', 'reset', topic, '--yes'])).toMatchObject({ code: 1 }) // it runs
  await cli.ok('offsets', 'set', topic, '--offset', `${topic}:0=5`, '--stop')
  await cli.ok('wait', topic)
  await cli.ok('stop', topic)
  await cli.ok('wait', topic, '--for=stopped')
  expect(await cli.ok('offsets', 'get', topic)).toContain(topic)
  await cli.ok('delete', topic)
  expect(await cli.run(['get', 'connector', topic])).toMatchObject({
    code: 3,
    err: `error: Connector ${topic} not found\n`,
  })
})

test('loggers, plugins and versions are shown', async () => {
  await cli.ok('loggers', 'set', 'herder', 'debug')
  expect(await cli.ok('loggers', 'get', 'herder')).toContain('DEBUG')
  expect(await cli.ok('plugins')).toContain('ElasticsearchSink')
  expect(await cli.ok('describe', 'plugin', 'ElasticsearchSink')).toContain('connection.url')
  expect(await cli.ok('version')).toContain('worker')
})

test('workers, their figures and their logs are shown', async () => {
  const { workerId } = cluster.worker(0)
  expect(await cli.json('get', 'workers')).toMatchObject([{ worker_id: workerId, state: 'RUNNING', leader: true }])
  expect(await cli.ok('describe', 'worker', workerId)).toContain('Generation:')
  expect(await cli.run(['top', '--once'])).toMatchObject({ code: 0 })
  expect(await cli.ok('logs', '--lines', '20', '--level', 'info')).toContain('INFO')
})

test('bash completes names of connectors after it has loaded the script', async () => {
  const name = freshName('completed')
  await cluster.createConnector(name, { ...sinkConfig('somewhere') })
  const script = `source <("$PENSTOCK" completion bash)
    COMP_LINE="$PENSTOCK pause \${NAME:0:-3}" COMP_WORDS=("$PENSTOCK" pause "\${NAME:0:-3}") COMP_CWORD=2
    COMP_POINT=\${#COMP_LINE}
    _penstock && printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { env: { ...cli.environment, NAME: name } })
  expect(stdout).toBe(`${name}\n`)
  await cli.ok('delete', name)
})

test('a worker that is not there and a command that is not there end with codes of their own', async () => {
  const unreachable = await cli.run(['get', 'connectors', '--url', 'http://127.0.0.1:2'])
  expect(unreachable).toMatchObject({ code: 5, out: '' })
  expect(unreachable.err).toContain('nobody listens there')
  expect(await cli.run(['get', 'nothing'])).toMatchObject({ code: 2 })
  const failover = ['get', 'connectors', '--url', 'http://127.0.0.1:2', '--url', cluster.worker(0).url]
  expect(await cli.run(failover)).toMatchObject({ code: 0 })
})

test('doctor finds nothing wrong with a good cluster, and says what is wrong with others', async () => {
  const good = await cli.json<{ area: string; subject: string; status: string }[]>('doctor')
  expect(good.filter(({ status }) => status === 'failed')).toEqual([])
  expect(good).toContainEqual(expect.objectContaining({ area: 'clock', status: 'ok' }))

  const properties = {
    'bootstrap.servers': stack.kafka,
    'group.id': cluster.groupId,
    'config.storage.topic': `${cluster.groupId}-configs`,
    'offset.storage.topic': `${cluster.groupId}-offsets`,
    'status.storage.topic': `${cluster.groupId}-status`,
    'offset.storage.partitions': '3',
    'status.storage.partitions': '2',
    'key.converter': 'StringConverter',
    'value.converter': 'StringConverter',
  }
  const file = async (name: string, changes: object) =>
    cli.write(
      name,
      Object.entries({ ...properties, ...changes })
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
    )
  const kafka = await cli.json<{ area: string; status: string }[]>('doctor', '-w', await file('good.properties', {}))
  expect(kafka.filter(({ area, status }) => area === 'topics' && status === 'ok')).toHaveLength(3)
  expect(kafka).toContainEqual(
    expect.objectContaining({ area: 'group', status: 'ok', message: expect.stringContaining('1 workers') }),
  )

  const uncompacted = await cluster.createTopic({ partitions: 2 })
  const bad = await cli.run(['doctor', '-w', await file('bad.properties', { 'config.storage.topic': uncompacted })])
  expect(bad.code).toBe(1)
  expect(bad.out).toContain(`--topic ${uncompacted} --add-config cleanup.policy=compact`)
  expect(bad.out).toContain('must have 1')

  const config = { ...sinkConfig('somewhere'), 'connection.url': 'http://127.0.0.1:2', name: freshName('lost') }
  const lost = await cli.run(['validate', '-f', await cli.write('lost.json', config)])
  expect(lost.code).toBe(7)
  expect(lost.err).toContain('connection.url')
})

test('a plugin of each kind made by init is built and passes its own tests', async () => {
  const { NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _context, ...env } = process.env
  const make = async (kind: string): Promise<string> => {
    await cli.ok('init', kind, `my-${kind}`)
    const folder = join(cli.folder, `my-${kind}`)
    // What "npm install" brings.
    await mkdir(join(folder, 'node_modules', '@penstock'), { recursive: true })
    await symlink(join(rootFolder, 'packages', 'core'), join(folder, 'node_modules', '@penstock', 'core'))
    await symlink(join(rootFolder, 'node_modules', '@types'), join(folder, 'node_modules', '@types'))
    const run = (program: string, ...args: string[]) => promisify(execFile)(program, args, { cwd: folder, env })
    await run(process.execPath, '--test', 'src/**/*.test.ts')
    await run(join(rootFolder, 'node_modules', '.bin', 'tsc'), '-p', 'tsconfig.build.json')
    return await readFile(join(folder, 'dist', 'index.js'), 'utf8')
  }
  const built = await Promise.all(['sink', 'source', 'transformation', 'converter'].map(make))
  for (const text of built) expect(text).toContain('default')
})
