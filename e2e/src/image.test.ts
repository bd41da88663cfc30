/** The image's files, run as a container runs them: nothing can be written, no rights, settings from the environment alone. */
import { chmod, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConnectClient } from '@penstock/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AssembledImage } from './harness/assembled-image.ts'
import { type ContainerMount, containerLog, containersAreMissing, startContainer } from './harness/container.ts'
import { deleteTopics, freshName, NotYet, stack, until } from './harness/index.ts'
import { rootFolder, toolsFolder } from './stack/folders.ts'
import type { GuardedProcess } from './stack/guarded-process.ts'
import { freePorts } from './stack/ports.ts'

const missing = containersAreMissing()
if (missing !== undefined) console.log(`skipped: the image’s files: ${missing}`)

describe.skipIf(missing !== undefined)('the image', () => {
  const name = freshName('image')
  const folder = join(toolsFolder, 'e2e-logs', name)
  let image: AssembledImage
  let worker: GuardedProcess
  let environment: Readonly<Record<string, string>>
  let client: ConnectClient
  let mounts: readonly ContainerMount[]

  beforeAll(async () => {
    image = await AssembledImage.create()
    const [port] = await freePorts(1)
    const temporary = join(folder, 'tmp')
    await mkdir(temporary, { recursive: true })
    await chmod(temporary, 0o1777)
    mounts = [
      { source: image.folder, target: image.at },
      { source: temporary, target: '/tmp', writable: true },
      { source: '/etc/hosts', target: '/etc/hosts' },
    ]
    environment = {
      NODE_ENV: 'production',
      CONNECT_BOOTSTRAP_SERVERS: stack.kafka,
      CONNECT_GROUP_ID: name,
      CONNECT_LISTENERS: `http://127.0.0.1:${port}`,
      CONNECT_REST_ADVERTISED_HOST_NAME: '127.0.0.1',
      CONNECT_CONFIG_STORAGE_TOPIC: `${name}-configs`,
      CONNECT_OFFSET_STORAGE_TOPIC: `${name}-offsets`,
      CONNECT_STATUS_STORAGE_TOPIC: `${name}-status`,
      CONNECT_CONFIG_STORAGE_REPLICATION_FACTOR: '1',
      CONNECT_OFFSET_STORAGE_REPLICATION_FACTOR: '1',
      CONNECT_OFFSET_STORAGE_PARTITIONS: '1',
      CONNECT_STATUS_STORAGE_REPLICATION_FACTOR: '1',
      CONNECT_STATUS_STORAGE_PARTITIONS: '1',
      CONNECT_KEY_CONVERTER: 'org.apache.kafka.connect.storage.StringConverter',
      CONNECT_VALUE_CONVERTER: 'org.apache.kafka.connect.json.JsonConverter',
      CONNECT_VALUE_CONVERTER_SCHEMAS_ENABLE: 'false',
      PENSTOCK_EXECUTOR_PROCESSES: '1',
    }
    client = new ConnectClient({ baseUrl: `http://127.0.0.1:${port}`, timeoutMs: 10_000 })
    worker = await startContainer({
      ...{ folder, name: 'worker', env: environment, mounts },
      ...{ command: image.entrypoint, workdir: image.workdir },
    })
  })

  afterAll(async () => {
    await worker?.[Symbol.asyncDispose]()
    await image?.[Symbol.asyncDispose]()
    await deleteTopics(['configs', 'offsets', 'status'].map((topic) => `${name}-${topic}`))
  })

  /** Runs a command in another container of the image, to its end. */
  async function runs(
    what: string,
    command: readonly string[],
    env = environment,
  ): Promise<{ code: number | null; output: string }> {
    const options = { folder, name: what, command, env, mounts, workdir: image.workdir }
    await using container = await startContainer(options)
    const { code } = await container.exited
    return { code, output: await readFile(containerLog(options), 'utf8') }
  }

  test('its health check fails while nobody listens and passes once the worker has started', async () => {
    const check = ['node', '/opt/penstock/healthcheck.mjs']
    const nobody = await runs('nobody', check, { HEALTH_URL: 'http://127.0.0.1:1/health' })
    expect(nobody).toMatchObject({ code: 1, output: expect.stringContaining('http://127.0.0.1:1/health') })
    await until(
      async () => {
        const health = await client.health()
        return health.status === 'healthy' || new NotYet(health)
      },
      { what: 'a healthy worker in the container' },
    )
    expect(await runs('health', check)).toMatchObject({ code: 0, output: expect.stringContaining('"healthy"') })
  })

  test('a connector of its own plugins runs in it', async () => {
    const topic = freshName('topic')
    await client.createConnector({
      name: topic,
      config: { 'connector.class': 'DatagenSource', 'kafka.topic': topic, rate: '10', example: '{"a": 1}' },
    })
    await until(async () => (await client.status(topic)).tasks.some(({ state }) => state === 'RUNNING'), {
      what: 'a task in the container',
    })
    await client.deleteConnector(topic)
    await deleteTopics([topic])
  })

  test('its command line talks to the worker', async () => {
    const { CONNECT_LISTENERS: url = '' } = environment
    const penstock = ['/opt/penstock/apps/cli/bin/penstock', 'get', 'plugins']
    const { code, output } = await runs('cli', penstock, { PENSTOCK_URL: url })
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('Elasticsearch') })
  })

  test('its process can write to /tmp alone and has no rights', async () => {
    const { code, output } = await runs('rights', [
      ...['sh', '-c', 'id -u; grep CapEff /proc/self/status; touch /tmp/a; ! touch /opt/penstock/a; ! touch /a'],
    ])
    expect(code).toBe(0)
    expect(output).toMatch(/^1000\nCapEff:\s+0+\n/)
    expect(output.match(/Read-only file system/g)).toHaveLength(2)
  })

  test('lists all production dependencies, and nothing that only builds and tests need', async () => {
    const read = async (file: string) => JSON.parse(await readFile(join(image.folder, file), 'utf8'))
    const { dependencies } = JSON.parse(await readFile(join(rootFolder, 'packages/runtime/package.json'), 'utf8'))
    const cyclonedx = (await read('sbom.cyclonedx.json')) as { components: { group?: string; name: string }[] }
    const spdx = (await read('sbom.spdx.json')) as { packages: { name: string }[] }
    const listed = cyclonedx.components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`))
    for (const names of [listed, spdx.packages.map(({ name }) => name)]) {
      for (const dependency of Object.keys(dependencies)) expect(names).toContain(dependency)
      for (const tool of ['vitest', 'typescript', '@penstock/e2e']) expect(names).not.toContain(tool)
    }
  })

  test('it stops in order on SIGTERM', async () => {
    expect(await worker.stop(20_000)).toEqual({ code: 0, signal: null })
  })
})
