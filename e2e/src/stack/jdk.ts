import { execFile } from 'node:child_process'
import { access, readdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Jdk {
  /** The folder that holds bin/java. */
  readonly home: string
  readonly version: number
}

/** The JDKs of this machine: JAVA_HOME first, then those on PATH, then /usr/lib/jvm. */
export async function findJdks(): Promise<Jdk[]> {
  const installed = await readdir('/usr/lib/jvm').catch(() => [])
  const homes = [
    ...(process.env.JAVA_HOME ? [process.env.JAVA_HOME] : []),
    ...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, '..')),
    ...installed.map((name) => join('/usr/lib/jvm', name)),
  ]
  const jdks = await Promise.all([...new Set(homes)].map(readJdk))
  return jdks.filter((jdk) => jdk !== undefined)
}

async function readJdk(home: string): Promise<Jdk | undefined> {
  const java = join(home, 'bin', 'java')
  try {
    await access(java)
    const { stderr } = await run(java, ['-version'])
    const version = /version "(\d+)/.exec(stderr)?.[1]
    return version ? { home, version: Number(version) } : undefined
  } catch {
    return undefined
  }
}
