/** Instants as a clock on the wall of some time zone shows them. */

/** Moves an instant so that its UTC fields read as the local time of the zone. */
export type LocalTime = (ms: number) => number

/** Throws RangeError for a zone that is not known. */
export function localTimeIn(zone: string): LocalTime {
  if (isUtc(zone)) return (ms) => ms
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (ms) => {
    const parts: Record<string, string> = {}
    for (const { type, value } of format.formatToParts(ms)) parts[type] = value
    const number = (name: string) => Number(parts[name])
    const local = new Date(0)
    // Years before the first are counted backwards.
    local.setUTCFullYear(parts.era === 'BC' ? 1 - number('year') : number('year'), number('month') - 1, number('day'))
    local.setUTCHours(number('hour'), number('minute'), number('second'))
    return local.getTime()
  }
}

export function isUtc(zone: string): boolean {
  return /^(utc|etc\/utc|gmt|z)$/i.test(zone)
}

/** What is wrong with the name of a zone, for the check of a key. */
export function timeZoneProblem(zone: string): string | undefined {
  try {
    localTimeIn(zone)
    return undefined
  } catch {
    return `${zone} is not a known time zone; write UTC or a name like Europe/Berlin or America/New_York`
  }
}
