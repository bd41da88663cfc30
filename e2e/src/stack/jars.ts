import { execFile } from 'node:child_process'
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { toolsFolder } from './folders.ts'
import type { Progress } from './server.ts'

const run = promisify(execFile)

/**
 * A folder of the checkout with the jars of these Maven coordinates (`group:artifact:version`) and all they need,
 * fetched with Maven the first time. `finish` may rearrange it before it counts as complete.
 */
export async function jarFolder(
  name: string,
  coordinates: readonly string[],
  progress: Progress,
  finish: (folder: string) => Promise<void> = async () => {},
): Promise<string> {
  const folder = join(toolsFolder, 'servers', name)
  if (await exists(folder)) return folder
  progress(`fetching ${name}`)
  const unfinished = `${folder}.${process.pid}`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true })
  await writeFile(join(unfinished, 'pom.xml'), pom(coordinates))
  const repository = `-Dmaven.repo.local=${join(toolsFolder, 'maven-repository')}`
  const copy = ['dependency:copy-dependencies', '-DoutputDirectory=lib', '-DincludeScope=runtime']
  try {
    await run('mvn', ['-q', '-B', repository, ...copy], { cwd: unfinished, maxBuffer: 1e8 })
  } catch (error) {
    const { stdout = '', message } = error as Error & { stdout?: string }
    throw new Error(`Maven could not fetch ${name}: ${stdout.trim().split('\n').slice(0, 20).join('\n') || message}`)
  }
  await finish(unfinished)
  await rename(unfinished, folder)
  return folder
}

function pom(coordinates: readonly string[]): string {
  const dependencies = coordinates.map((coordinate) => {
    const [group, artifact, version] = coordinate.split(':')
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`
  })
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>penstock</groupId><artifactId>servers</artifactId><version>1</version>
  <dependencies>${dependencies.join('')}</dependencies>
</project>
`
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
