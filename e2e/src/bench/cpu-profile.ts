/** Reads what `node --cpu-prof` wrote. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface CpuProfile {
  readonly pid: number
  /** Functions by self time between two moments of the clock of process.hrtime, most first, idleness left out. */
  topFunctions(fromUs: number, toUs: number, count: number): { readonly name: string; readonly share: number }[]
}

interface ProfileFile {
  readonly nodes: readonly ProfileNode[]
  readonly startTime: number
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

interface ProfileNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
}

export async function readProfiles(folder: string): Promise<CpuProfile[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.cpuprofile'))
  return await Promise.all(
    files.map(async (file): Promise<CpuProfile> => {
      const profile = JSON.parse(await readFile(join(folder, file), 'utf8')) as ProfileFile
      const pid = Number(file.split('.')[3]) // CPU.date.time.pid.thread.number.cpuprofile
      return { pid, topFunctions: (from, to, count) => topFunctions(profile, from, to, count) }
    }),
  )
}

function topFunctions(profile: ProfileFile, fromUs: number, toUs: number, count: number) {
  const nodesById = new Map(profile.nodes.map((node) => [node.id, node]))
  const selfUs = new Map<string, number>()
  let busyUs = 0
  let atUs = profile.startTime
  for (const [place, id] of profile.samples.entries()) {
    // The delta of a sample is the time since the one before it: it belongs to that one.
    const lengthUs = profile.timeDeltas[place + 1] ?? 0
    atUs += profile.timeDeltas[place] ?? 0
    const node = nodesById.get(id)
    if (node === undefined || atUs < fromUs || atUs > toUs || node.callFrame.functionName === '(idle)') continue
    const name = nameOf(node)
    selfUs.set(name, (selfUs.get(name) ?? 0) + lengthUs)
    busyUs += lengthUs
  }
  return [...selfUs]
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([name, us]) => ({ name, share: us / busyUs }))
}

function nameOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const name = functionName || '(anonymous)'
  const file = url.replace(/^.*\/node_modules\//, '').replace(/^.*\/(?=(?:packages|apps)\/)/, '')
  return file === '' ? name : `${name}  ${file}:${lineNumber + 1}`
}
