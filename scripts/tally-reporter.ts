/** A vitest reporter that writes what scripts/test.ts sums up, to the file that TALLY_FILE names. */
import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

export interface Tally {
  readonly passed: number
  readonly failures: readonly Failure[]
  /** Files, as titles, of which nothing is known: the process that ran their tests died or didn't start. */
  readonly unfinished: readonly Failure[]
}

export interface Failure {
  readonly title: string
  readonly reasons: readonly string[]
}

export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const { TALLY_FILE: file } = process.env
    if (file === undefined) throw new Error('TALLY_FILE is not set: it names the file that the tally is written to')
    writeFileSync(file, JSON.stringify(tallyOf(modules, unhandled)))
  }
}

function tallyOf(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Tally {
  const outside = unhandled.map(reasonOf)
  // Once a test of it has failed, the file has: whatever became of the others.
  const known = modules.filter((module) => hasEnded(module) || failuresOf(module).length > 0)
  const unfinished = modules
    .filter((module) => !known.includes(module))
    .map((module) => ({
      title: module.relativeModuleId,
      reasons: ['it came to no end', ...outside.filter((reason) => reason.includes(module.moduleId))],
    }))
  const told = unfinished.flatMap(({ reasons }) => reasons)
  return {
    passed: known.flatMap((module) => [...module.children.allTests('passed')]).length,
    failures: [
      ...known.flatMap(failuresOf),
      // A rejection that nobody handles, for example.
      ...outside.filter((reason) => !told.includes(reason)).map((reason) => ({ title: 'no test', reasons: [reason] })),
    ],
    unfinished,
  }
}

function hasEnded(module: TestModule): boolean {
  return ['passed', 'failed', 'skipped'].includes(module.state())
}

function failuresOf(module: TestModule): Failure[] {
  const tests = [...module.children.allTests('failed')].map((test) => ({
    title: `${module.relativeModuleId} > ${test.fullName}`,
    reasons: (test.result().errors ?? []).map(reasonOf),
  }))
  // Where a file can't be loaded, or a hook fails.
  const suites = [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0)
  const setUps = suites.map((suite) => ({
    title: [module.relativeModuleId, ...('fullName' in suite ? [suite.fullName] : [])].join(' > '),
    reasons: suite.errors().map(reasonOf),
  }))
  return [...tests, ...setUps]
}

function reasonOf({ stack, message, cause }: SerializedError): string {
  const reason = stack?.includes(message) ? stack : [message, stack].filter(Boolean).join('\n')
  return cause ? `${reason}\n${reasonOf(cause as SerializedError)}` : reason
}
