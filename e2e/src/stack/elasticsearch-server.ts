import { execFile } from 'node:child_process'
import { copyFile, cp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { jarFolder } from './jars.ts'
import type { Jdk } from './jdk.ts'
import { LocalServer } from './local-server.ts'
import { nodeLogging } from './node-logging.ts'
import { freePorts } from './ports.ts'
import type { Progress } from './server.ts'

const run = promisify(execFile)
const NEWEST = { version: '9.5.3', java: 21 }
const FOR_JAVA_17 = { version: '8.19.21', java: 17 }
const TRANSPORT = 'transport-netty4'

/** Starts one node, of the newest version that one of the JDKs can run, with fresh data below `folder`. */
export async function startElasticsearch(
  jdks: readonly Jdk[],
  folder: string,
  logFile: string,
  progress: Progress,
): Promise<LocalServer> {
  const { version, jdk } = chooseVersion(jdks)
  const jars = await serverJars(version, jdk, progress)
  const [httpPort, transportPort] = (await freePorts(2)) as [number, number]

  // The node wants modules and configuration in its home folder.
  await mkdir(join(folder, 'config'), { recursive: true })
  await cp(join(jars, 'modules'), join(folder, 'modules'), { recursive: true })
  const logging = join(folder, 'config', 'log4j2.properties')
  await writeFile(logging, nodeLogging)
  const main = join(folder, 'ElasticsearchNode.java')
  await copyFile(join(import.meta.dirname, 'ElasticsearchNode.java'), main)

  const jvm = ['-Xms512m', '-Xmx1g', '--enable-native-access=ALL-UNNAMED', `-Dlog4j2.configurationFile=${logging}`]
  const server = new LocalServer({
    name: 'elasticsearch',
    address: `http://127.0.0.1:${httpPort}`,
    origin: `Elasticsearch ${version} on Java ${jdk.version}`,
    process: {
      command: join(jdk.home, 'bin', 'java'),
      args: [...jvm, '-cp', join(jars, 'lib', '*'), main, folder, String(httpPort), String(transportPort)],
      cwd: folder,
      logFile,
    },
  })
  await server.start()
  return server
}

/** PENSTOCK_ELASTICSEARCH_VERSION asks for another version than the newest. */
function chooseVersion(jdks: readonly Jdk[]): { version: string; jdk: Jdk } {
  const asked = process.env.PENSTOCK_ELASTICSEARCH_VERSION
  const wanted = asked ? [{ version: asked, java: Number.parseInt(asked, 10) >= 9 ? 21 : 17 }] : [NEWEST, FOR_JAVA_17]
  for (const { version, java } of wanted) {
    const jdk = jdks.find((candidate) => candidate.version >= java)
    if (jdk) return { version, jdk }
  }
  throw new Error(`no JDK found that runs Elasticsearch ${wanted.map(({ version }) => version).join(' or ')}`)
}

async function serverJars(version: string, jdk: Jdk, progress: Progress): Promise<string> {
  const jars = [`org.elasticsearch:elasticsearch:${version}`, `org.elasticsearch.plugin:${TRANSPORT}:${version}`]
  return await jarFolder(`elasticsearch-${version}`, jars, progress, (folder) => unpackTransport(folder, jdk))
}

/** The HTTP transport is a module: its jars and its descriptor live in a folder of their own. */
async function unpackTransport(folder: string, jdk: Jdk): Promise<void> {
  const module = join(folder, 'modules', TRANSPORT)
  await mkdir(module, { recursive: true })
  const names = await readdir(join(folder, 'lib'))
  for (const name of names.filter((name) => name.startsWith('netty-') || name.startsWith(TRANSPORT))) {
    await rename(join(folder, 'lib', name), join(module, name))
  }
  const jar = names.find((name) => name.startsWith(TRANSPORT))
  if (!jar) throw new Error(`no ${TRANSPORT} jar among ${names.join(', ')}`)
  const descriptors = join('META-INF', 'es-plugins', TRANSPORT)
  await run(join(jdk.home, 'bin', 'jar'), ['xf', join(module, jar), descriptors], { cwd: folder })
  for (const name of await readdir(join(folder, descriptors))) {
    const text = await readFile(join(folder, descriptors, name), 'utf8')
    await writeFile(join(module, name), text.replace(/^modulename=.*$/m, '')) // it is loaded from the class path
  }
}
