import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** A whole program starts, from its sources. */
const programMs = 60_000

/** The packages of OpenTelemetry that a program resolves. */
function openTelemetryIn(program: string): string[] {
  const watched = `
    import { registerHooks } from 'node:module'
    registerHooks({ resolve(specifier, context, next) {
      if (specifier.startsWith('@opentelemetry/')) console.log(specifier)
      return next(specifier, context)
    } })
    ${program}
    process.exit()`
  const args = ['--disable-warning=ExperimentalWarning', '--conditions=source', '--input-type=module', '-e', watched]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect(stderr).toBe('')
  return [...new Set(stdout.split('\n').filter((line) => line !== ''))]
}
const importing = (file: string) => `await import(${JSON.stringify(fileURLToPath(new URL(file, import.meta.url)))})`

test.each(['../index.ts', '../execution/executor-main.ts'])(
  '%s loads nothing of OpenTelemetry',
  (file) => {
    expect(openTelemetryIn(importing(file))).toEqual([])
  },
  programMs,
)

test(
  'traces that are asked for load it',
  () => {
    expect(openTelemetryIn(importing('./tracing.ts'))).toContain('@opentelemetry/sdk-trace')
  },
  programMs,
)
