/** What the kernel tells of processes, from /proc. */
import { readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = 100 // USER_HZ, the same on every Linux

/** CPU seconds used until now by these processes, all their threads, and their children that have ended. */
export function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + statTimes(`/proc/${pid}/stat`, 4), 0)
}

/** The same for each thread, by process and name of the thread. */
export function cpuSecondsByThread(pids: readonly number[]): Map<string, number> {
  const seconds = new Map<string, number>()
  for (const pid of pids) {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const folder = `/proc/${pid}/task/${thread}`
      const name = `${pid} ${readFileSync(`${folder}/comm`, 'utf8').trim()}`
      seconds.set(name, (seconds.get(name) ?? 0) + statTimes(`${folder}/stat`, 2))
    }
  }
  return seconds
}

/** Sum of the resident memory; what processes share counts for each. */
export function residentBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return sum + Number(kilobytes ?? 0) * 1024
  }, 0)
}

/** The same with what processes share, as Node's own code, divided among them. */
export function proportionalBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const [, kilobytes] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? []
    return sum + Number(kilobytes ?? 0) * 1024
  }, 0)
}

export function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20)
}

export function loadAverage(): number {
  return Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0])
}

/** CPU time of the whole machine since it was started, in ticks. */
export interface MachineTimes {
  readonly busy: number
  /** What a virtual machine wanted and its host did not give. */
  readonly stolen: number
}

export function machineTimes(): MachineTimes {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, stolen = 0] = (
    readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? ''
  )
    .split(/ +/)
    .map(Number)
  return { busy: user + nice + system + irq + softirq, stolen }
}

/** Of the CPU time that was wanted meanwhile, what the host did not give: from 0 to 1. */
export function stolenShare(from: MachineTimes, to: MachineTimes): number {
  const stolen = to.stolen - from.stolen
  return stolen / Math.max(1, stolen + to.busy - from.busy)
}

/** Sum of the first `count` of utime, stime, cutime and cstime. */
function statTimes(file: string, count: number): number {
  const stat = readFileSync(file, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const utime = 11 // the 14th field, counted from behind the name
  return fields.slice(utime, utime + count).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond
}
