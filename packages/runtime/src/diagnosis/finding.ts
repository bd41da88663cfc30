export type FindingStatus = 'ok' | 'warning' | 'failed' | 'unknown'

/** One thing that was looked at. */
export interface Finding {
  /** What it belongs to: configuration, kafka, topics, rights, group. */
  readonly area: string
  /** What was looked at: a topic, a key, a broker. */
  readonly subject: string
  readonly status: FindingStatus
  readonly message: string
  /** How to mend it; null where there is nothing to mend. */
  readonly advice: string | null
}

export function ok(area: string, subject: string, message: string): Finding {
  return { area, subject, status: 'ok', message, advice: null }
}

export function found(
  status: Exclude<FindingStatus, 'ok'>,
  area: string,
  subject: string,
  message: string,
  advice: string | null,
): Finding {
  return { area, subject, status, message, advice }
}
