/**
 * Gets a Kafka and an Elasticsearch to work with. Each is, in this order: the one that an environment variable names,
 * one in Docker where an engine answers, one from Maven artifacts. Read next: docker-server.ts, kafka-server.ts.
 */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type ControlEndpoint, openControl } from './control.ts'
import { dockerAnswers, startContainer } from './docker-server.ts'
import { startElasticsearch } from './elasticsearch-server.ts'
import { stacksFolder } from './folders.ts'
import { whenWeDie } from './guarded-process.ts'
import { findJdks } from './jdk.ts'
import { startKafka } from './kafka-server.ts'
import { untilReady } from './readiness.ts'
import { type Progress, SERVER_NAMES, type Server, type ServerName } from './server.ts'

const EXTERNAL_READY_MS = 30_000

export interface Stack {
  readonly servers: readonly Server[]
  /** The environment that programs find the servers by. */
  readonly env: Readonly<Record<string, string>>
  /** Stops what we started and removes its data. */
  close(): Promise<void>
}

export async function startStack(progress: Progress): Promise<Stack> {
  await sweep()
  const folder = join(stacksFolder, String(process.pid))
  const logs = join(folder, 'logs')
  await mkdir(logs, { recursive: true })
  const keepFolder = whenWeDie(`sleep 1; rm -rf '${folder}'`)
  const removeFolder = async () => {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    keepFolder()
  }

  const startedAt = Date.now()
  const started = await Promise.allSettled(SERVER_NAMES.map((name) => startServer(name, folder, logs, progress)))
  const servers = started.filter((result) => result.status === 'fulfilled').map(({ value }) => value)
  const failure = started.find((result) => result.status === 'rejected')
  if (failure) {
    await Promise.allSettled(servers.map((server) => server.close()))
    await removeFolder()
    throw failure.reason
  }
  for (const { name, origin, address } of servers) progress(`${name}: ${address} (${origin})`)
  progress(`ready in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)

  const control = await openControl(servers)
  return {
    servers,
    env: environment(servers, control, logs),
    close: async () => {
      await control.close()
      await Promise.allSettled(servers.map((server) => server.close()))
      await removeFolder()
    },
  }
}

function environment(servers: readonly Server[], control: ControlEndpoint, logs: string): Record<string, string> {
  const address = (name: ServerName) => servers.find((server) => server.name === name)?.address ?? ''
  const ours = servers.some((server) => server.control)
  return {
    KAFKA_BOOTSTRAP_SERVERS: address('kafka'),
    ELASTICSEARCH_URL: address('elasticsearch'),
    // Within a stack that somebody else owns, its control and logs remain the ones to use.
    STACK_CONTROL: ours ? control.url : (process.env.STACK_CONTROL ?? ''),
    STACK_LOGS: ours ? logs : (process.env.STACK_LOGS ?? ''),
  }
}

async function startServer(name: ServerName, folder: string, logs: string, progress: Progress): Promise<Server> {
  const named = name === 'kafka' ? process.env.KAFKA_BOOTSTRAP_SERVERS : process.env.ELASTICSEARCH_URL
  if (named) {
    await untilReady(name, named, EXTERNAL_READY_MS)
    return { name, address: named, origin: 'named by the environment', close: async () => {} }
  }
  const logFile = join(logs, `${name}.log`)
  if (await dockerAnswers()) return await startContainer(name, logFile, progress)

  const jdks = await findJdks()
  const jdk = jdks.find(({ version }) => version >= 17)
  if (!jdk) throw new Error(`a JDK of version 17 or newer is needed to run ${name}`)
  progress(`starting ${name}`)
  const data = join(folder, name)
  return name === 'kafka'
    ? await startKafka(jdk, data, logFile, progress)
    : await startElasticsearch(jdks, data, logFile, progress)
}

/** Removes the data of stacks whose owner is gone. */
async function sweep(): Promise<void> {
  const names = await readdir(stacksFolder).catch(() => [])
  for (const name of names.filter((name) => !runs(Number(name)))) {
    await rm(join(stacksFolder, name), { recursive: true, force: true })
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
