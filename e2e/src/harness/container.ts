/** A process as a container runs it: the files of an image, a user without rights, and an environment of its own. */
import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { GuardedProcess } from '../stack/guarded-process.ts'

export interface ContainerMount {
  readonly source: string
  readonly target: string
  readonly writable?: boolean
}

export interface ContainerOptions {
  /** An empty place for the root file system and the name of the log. */
  readonly folder: string
  readonly name: string
  readonly command: readonly string[]
  /** All of it: nothing is inherited but a PATH as images have it. */
  readonly env: Readonly<Record<string, string>>
  readonly mounts: readonly ContainerMount[]
  readonly workdir?: string
  readonly user?: number
  readonly group?: number
  readonly groups?: readonly number[]
}

/** Why there can be no containers here; undefined where there can. */
export function containersAreMissing(): string | undefined {
  if (process.platform !== 'linux') return 'mount namespaces are needed: only on Linux'
  return process.getuid?.() === 0 ? undefined : 'mount namespaces are needed: only as root'
}

export function containerLog({ folder, name }: Pick<ContainerOptions, 'folder' | 'name'>): string {
  return join(folder, `${name}.log`)
}

/** Starts the command; it is the process itself, so signals reach it. Needs root, the command has no rights. */
export async function startContainer(options: ContainerOptions): Promise<GuardedProcess> {
  const { folder, name, user = 1000, group = user, groups = [group], workdir = '/' } = options
  const root = join(folder, `${name}.root`)
  await mkdir(root, { recursive: true })
  const mounts = options.mounts.map(({ source, target, writable }) => `${writable ? 'rw' : 'ro'}:${source}:${target}`)
  const script = join(import.meta.dirname, '..', '..', 'src', 'harness', 'container.sh')
  const node = await realpath(process.execPath)
  return await GuardedProcess.start({
    command: '/usr/bin/unshare',
    args: [
      ...['--mount', '--propagation', 'private', '/bin/sh', script],
      ...[root, node, String(user), String(group), groups.join(','), workdir],
      ...[...mounts, '--', ...options.command],
    ],
    logFile: containerLog(options),
    cwd: '/',
    env: { PATH: '/opt/node/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', ...options.env },
  })
}
