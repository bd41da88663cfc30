import { execFile } from 'node:child_process'
import { access, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
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
  return await fetchedFolder(name, progress, async (folder) => {
    await writeFile(join(folder, 'pom.xml'), pom(coordinates))
    await maven(name, folder, ['dependency:copy-dependencies', '-DoutputDirectory=lib', '-DincludeScope=runtime'])
    await finish(folder)
  })
}

/** A folder of the checkout with what is in a tar archive, `group:artifact:version:type:classifier`. */
export async function archiveFolder(name: string, artifact: string, progress: Progress): Promise<string> {
  return await fetchedFolder(name, progress, async (folder) => {
    const archives = join(folder, 'archives')
    await maven(name, folder, ['dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${archives}`])
    for (const archive of await readdir(archives)) await run('tar', ['xzf', join(archives, archive)], { cwd: folder })
    await rm(archives, { recursive: true })
  })
}

async function fetchedFolder(
  name: string,
  progress: Progress,
  fetchInto: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(toolsFolder, 'servers', name)
  if (await exists(folder)) return folder
  progress(`fetching ${name}`)
  const unfinished = `${folder}.${process.pid}`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true })
  await fetchInto(unfinished)
  await rename(unfinished, folder)
  return folder
}

async function maven(name: string, cwd: string, args: readonly string[]): Promise<void> {
  const repository = `-Dmaven.repo.local=${join(toolsFolder, 'maven-repository')}`
  try {
    await run('mvn', ['-q', '-B', repository, ...args], { cwd, maxBuffer: 1e8 })
  } catch (error) {
    const { stdout = '', message } = error as Error & { stdout?: string }
    throw new Error(`Maven could not fetch ${name}: ${stdout.trim().split('\n').slice(0, 20).join('\n') || message}`)
  }
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
