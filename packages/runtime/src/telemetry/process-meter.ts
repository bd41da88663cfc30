import type { Clock } from '@penstock/core'
import { CpuShare } from './cpu-share.ts'

/** What this process takes of its machine. */
export interface ProcessFigures {
  readonly pid: number
  /** Of one core, over the last seconds; null before that is known. */
  readonly cpuPercent: number | null
  readonly rssBytes: number
}

export interface ProcessMeter {
  /** Epoch milliseconds. */
  readonly startedAt: number
  figures(): ProcessFigures
  close(): void
}

const everyMs = 2_000

/** Begins to look at this process every few seconds. */
export function openProcessMeter(clock: Clock): ProcessMeter {
  const share = new CpuShare()
  const look = (): void => share.add(cpuSeconds(), clock.now())
  look()
  const timer = setInterval(look, everyMs).unref()
  return {
    startedAt: clock.now() - Math.round(process.uptime() * 1_000),
    figures: () => ({ pid: process.pid, cpuPercent: share.percent, rssBytes: process.memoryUsage.rss() }),
    close: () => clearInterval(timer),
  }
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
