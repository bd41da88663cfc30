import { setGlobalErrorHandler } from '@opentelemetry/core'
import { type Logger, messageOf } from '@penstock/core'

const quietMs = 60_000

/** Tells of failed exports: the first, then at most one a minute; a collector that is down is no news every second. */
export function logExportErrors(logger: Logger): void {
  let quietUntil = 0
  setGlobalErrorHandler((error) => {
    const now = Date.now()
    logger[now < quietUntil ? 'debug' : 'warn']('OpenTelemetry data could not be exported', {
      reason: typeof error === 'string' ? error : messageOf(error),
    })
    if (now >= quietUntil) quietUntil = now + quietMs
  })
}
