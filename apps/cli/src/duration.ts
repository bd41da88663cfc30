import { InvalidArgumentError } from 'commander'

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Milliseconds of `500ms`, `30s`, `5m`, `1h`; a number alone is seconds. */
export function parseDuration(text: string): number {
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim()) ?? []
  const factor = unitsMs[unit]
  if (amount === undefined || factor === undefined) {
    throw new InvalidArgumentError(`"${text}" is no duration; expected for example 500ms, 30s, 5m or 1h`)
  }
  return Math.round(Number(amount) * factor)
}

/** How long ago or how long, in one or two units. */
export function showDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${seconds % 60}s`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h${Math.floor((seconds % 3600) / 60)}m`
  return `${Math.floor(seconds / 86_400)}d${Math.floor((seconds % 86_400) / 3600)}h`
}
