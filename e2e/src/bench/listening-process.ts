/** Finds the process behind a port of this machine, to measure what it uses. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { stack } from '../harness/index.ts'

const listening = '0A'

let found: { readonly pid: number | undefined } | undefined

export function elasticsearchProcess(): number | undefined {
  found ??= { pid: processListeningAt(stack.elasticsearch) }
  return found.pid
}

/** Undefined when nobody listens there, or somebody that we may not look at (another user, a container). */
function processListeningAt(url: string): number | undefined {
  const { port } = new URL(url)
  const sockets = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => socketsAt(table, Number(port))))
  return readdirSync('/proc')
    .map(Number)
    .filter(Number.isInteger)
    .find((pid) => filesOf(pid).some((file) => sockets.has(file)))
}

/** As links in /proc/PID/fd name them. */
function socketsAt(table: string, port: number): string[] {
  const rows = readFileSync(table, 'utf8').trim().split('\n').slice(1)
  return rows.flatMap((row) => {
    const [, local = '', , state, , , , , , inode] = row.trim().split(/\s+/)
    return state === listening && Number.parseInt(local.split(':')[1] ?? '', 16) === port ? [`socket:[${inode}]`] : []
  })
}

function filesOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`
  return unlessGone(() => readdirSync(folder)).flatMap((file) => unlessGone(() => [readlinkSync(`${folder}/${file}`)]))
}

/** Nothing of what has ended or been closed meanwhile, or is not ours to look at. */
function unlessGone(look: () => string[]): string[] {
  try {
    return look()
  } catch {
    return []
  }
}
