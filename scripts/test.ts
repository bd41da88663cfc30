/** Runs build, lint, unit and end-to-end tests one after the other and sums them up. Started by scripts/test.sh. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const results = join(import.meta.dirname, '..', '.tools', 'results')
const node = [process.execPath, '--disable-warning=ExperimentalWarning', '--conditions=source']

interface Tally {
  passed: number
  failed: number
}

/** Runs a command to its end with our terminal; true where it ended with 0. */
function succeeds(title: string, command: readonly string[]): boolean {
  console.log(`\n== ${title}`)
  const [program = '', ...args] = command
  const startedAt = Date.now()
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' })
  if (error) console.error(error.message)
  console.log(`== ${title}: ${status === 0 ? 'ok' : 'FAILED'} in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
  return status === 0
}

function check(title: string, command: readonly string[]): Tally {
  return { passed: 0, failed: succeeds(title, command) ? 0 : 1 }
}

function vitest(project: string, prefix: readonly string[]): Tally {
  const report = join(results, `${project}.json`)
  rmSync(report, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const ok = succeeds(`${project} tests`, [...prefix, 'vitest', 'run', '--project', project, ...reporters])
  const tally = readReport(report)
  // A run can fail with no failed test: a file that can't be loaded, an unhandled rejection, a crash.
  return ok || tally.failed > 0 ? tally : { ...tally, failed: 1 }
}

function readReport(path: string): Tally {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8')) as { numPassedTests: number; numFailedTests: number }
    return { passed: report.numPassedTests, failed: report.numFailedTests }
  } catch (error) {
    console.error(`no test report: ${(error as Error).message}`)
    return { passed: 0, failed: 1 }
  }
}

mkdirSync(results, { recursive: true })
const build = check('build', ['tsc', '-b'])
const tallies = [
  build,
  check('lint', ['biome', 'check', '.']),
  // Says what it skips where there is no helm.
  check('chart', [process.execPath, '--test', '--test-reporter=dot', 'helm/check.test.mjs']),
  vitest('unit', []),
]
const onServers = [...node, 'e2e/src/stack/main.ts', 'run', '--']
// The second says what it skips where there is no JDK.
if (build.failed === 0) tallies.push(vitest('e2e', onServers), vitest('differential', onServers))
else console.log('\n== e2e tests: not run, the build failed')

const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0)
const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0)
process.exitCode = failed === 0 ? 0 : 1
const summary = `${passed} passed, ${failed} failed`
writeFileSync(join(results, 'summary'), `${summary}\n`)
console.log(`\n${summary}`)
