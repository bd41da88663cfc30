import { execFile } from 'node:child_process'
import { access, glob, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { toolsFolder } from '../stack/folders.ts'

const run = promisify(execFile)
const fetchMs = 120_000

/**
 * A program of a Debian package: the one that is installed, else the package is fetched and unpacked beside the other
 * tools, not installed. Undefined where neither can be had, after one line that says why.
 */
export async function findDebianProgram(packageName: string, program: string): Promise<string | undefined> {
  const folder = join(toolsFolder, 'debian', packageName)
  const places = ['/', join(folder, 'root')].map((root) => join(root, 'usr/bin', program))
  const found = await firstThatExists(places)
  if (found !== undefined) return found
  try {
    await mkdir(folder, { recursive: true })
    const options = { cwd: folder, timeout: fetchMs }
    await run('apt-get', ['download', packageName], options)
    for await (const file of glob('*.deb', { cwd: folder })) await run('dpkg-deb', ['-x', file, 'root'], options)
  } catch (error) {
    const reason = (error as Error).message.trim().split('\n').at(-1)
    process.stdout.write(
      `skipped: ${program}: it is not installed, and Debian's package ${packageName} can't be fetched: ${reason}\n`,
    )
    return undefined
  }
  return await firstThatExists(places)
}

/**
 * How to run a program that looks for its files below /usr/share: one that was only unpacked is shown its own in a mount
 * namespace. Undefined where that may not be done, after one line that says so.
 */
export async function withOwnShare(program: string): Promise<readonly string[] | undefined> {
  if (program.startsWith('/usr/bin/')) return [program]
  const share = join(program, '../../share')
  const namespace = ['unshare', process.getuid?.() === 0 ? '-m' : '-Urm']
  const command = [...namespace, 'sh', '-c', 'mount --bind "$1" /usr/share && shift && exec "$@"', 'sh', share]
  try {
    await run(command[0] as string, [...command.slice(1), 'true'])
  } catch (error) {
    process.stdout.write(`skipped: ${program}: it can't be shown its files: ${(error as Error).message.trim()}\n`)
    return undefined
  }
  return [...command, program]
}

async function firstThatExists(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    if (
      await access(file).then(
        () => true,
        () => false,
      )
    )
      return file
  }
  return undefined
}
