import type { Redactor } from '../telemetry/redactor.ts'

/**
 * Masks secrets in what plugin code of this process prints by itself, and in the last words of a process that ends by an
 * error nobody caught: the worker passes both on, and shows the latter as the reason.
 */
export function guardOutput(redactor: Redactor): void {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (chunk: unknown, ...others: unknown[]) => boolean
    stream.write = (chunk: unknown, ...others: unknown[]): boolean =>
      write(typeof chunk === 'string' ? redactor.redact(chunk) : chunk, ...others)
  }
  process.on('uncaughtException', (error: unknown) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : `Error: ${String(error)} was thrown`
    process.stderr.write(`${text}\n`, () => process.exit(1))
  })
}
