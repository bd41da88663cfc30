import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { jarFolder } from './jars.ts'
import type { Jdk } from './jdk.ts'
import { LocalServer } from './local-server.ts'
import { freePorts } from './ports.ts'
import type { Progress } from './server.ts'

const run = promisify(execFile)
/** Of the broker, and of the Kafka Connect that ours is compared with. */
export const KAFKA_VERSION = '4.3.1'
const JARS = [`org.apache.kafka:kafka_2.13:${KAFKA_VERSION}`, 'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4']

/** What a broker has beside its listener without security. */
export interface KafkaAdditions {
  readonly listeners: readonly { readonly name: string; readonly protocol: string; readonly port: number }[]
  readonly properties: Readonly<Record<string, string>>
  /** Options of the JVM. */
  readonly jvm: readonly string[]
  /** Options of the tool that formats the storage. */
  readonly format: readonly string[]
}

/** Starts one broker that is its own controller, with fresh data below `folder`. */
export async function startKafka(
  jdk: Jdk,
  folder: string,
  logFile: string,
  progress: Progress,
  additions: KafkaAdditions = { listeners: [], properties: {}, jvm: [], format: [] },
): Promise<LocalServer> {
  const jars = await jarFolder(`kafka-${KAFKA_VERSION}`, JARS, progress)
  const [port, controllerPort] = (await freePorts(2)) as [number, number]
  await mkdir(folder, { recursive: true })
  const properties = join(folder, 'server.properties')
  await writeFile(properties, serverProperties(port, controllerPort, join(folder, 'data'), additions))
  const logging = join(folder, 'log4j2.properties')
  await writeFile(logging, LOGGING)

  const java = join(jdk.home, 'bin', 'java')
  const jvm = [`-Dlog4j2.configurationFile=${logging}`, ...additions.jvm, '-cp', join(jars, 'lib', '*')]
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A') // a leading dash would be read as an option
  const format = ['format', '-t', clusterId, '-c', properties, '--standalone', ...additions.format]
  await run(java, ['-XX:TieredStopAtLevel=1', ...jvm, 'kafka.tools.StorageTool', ...format])

  const server = new LocalServer({
    name: 'kafka',
    address: `127.0.0.1:${port}`,
    origin: `Kafka ${KAFKA_VERSION} on Java ${jdk.version}`,
    process: { command: java, args: ['-Xms256m', '-Xmx768m', ...jvm, 'kafka.Kafka', properties], cwd: folder, logFile },
  })
  await server.start()
  return server
}

function serverProperties(
  port: number,
  controllerPort: number,
  dataFolder: string,
  { listeners, properties }: KafkaAdditions,
): string {
  const all = [
    { name: 'PLAINTEXT', protocol: 'PLAINTEXT', port },
    { name: 'CONTROLLER', protocol: 'PLAINTEXT', port: controllerPort },
    ...listeners.map((listener) => ({ ...listener, name: listener.name.toUpperCase() })),
  ]
  const addresses = all.map((listener) => `${listener.name}://127.0.0.1:${listener.port}`).join(',')
  const further = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`)
  // Without a limit of age: tests write records with timestamps of long ago.
  return `process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:${controllerPort}
controller.listener.names=CONTROLLER
listeners=${addresses}
advertised.listeners=${addresses}
listener.security.protocol.map=${all.map(({ name, protocol }) => `${name}:${protocol}`).join(',')}
inter.broker.listener.name=PLAINTEXT
log.dirs=${dataFolder}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=8
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=8
group.initial.rebalance.delay.ms=0
log.retention.ms=-1
${further.join('')}`
}

const LOGGING = `status = ERROR
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d] %p %m (%c)%n
rootLogger.level = INFO
rootLogger.appenderRef.console.ref = console
`
