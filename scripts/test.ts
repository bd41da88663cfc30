/** Runs build, lint, unit and end-to-end tests one after the other and sums them up. Started by scripts/test.sh. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

const results = join(import.meta.dirname, '..', '.tools', 'results')
const node = [process.execPath, '--disable-warning=ExperimentalWarning', '--conditions=source']

interface Tally {
  passed: number
  /** What failed, a few lines each: what failed and why. */
  failures: readonly string[]
}

/** The part of vitest's JSON report that is read here. */
interface Report {
  numPassedTests: number
  testResults: {
    name: string
    status: string
    message?: string
    assertionResults: { fullName: string; status: string; failureMessages?: string[] }[]
  }[]
}

/** Lines of an error that the list at the end keeps; the whole of it stands where the test ran. */
const KEPT_LINES = 12

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
  return { passed: 0, failures: succeeds(title, command) ? [] : [`${title}: see above`] }
}

function vitest(project: string, prefix: readonly string[]): Tally {
  const report = join(results, `${project}.json`)
  rmSync(report, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const ok = succeeds(`${project} tests`, [...prefix, 'vitest', 'run', '--project', project, ...reporters])
  const tally = readReport(project, report)
  // A run can fail with no failed test: an unhandled rejection, a crash.
  return ok || tally.failures.length > 0
    ? tally
    : { ...tally, failures: [`${project} tests: the run failed, see above`] }
}

function readReport(project: string, path: string): Tally {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8')) as Report
    return { passed: report.numPassedTests, failures: report.testResults.flatMap(failuresOf) }
  } catch (error) {
    return { passed: 0, failures: [`${project} tests: no report: ${(error as Error).message}`] }
  }
}

function failuresOf(file: Report['testResults'][number]): string[] {
  const failed = file.assertionResults.filter(({ status }) => status === 'failed')
  const where = relative(join(import.meta.dirname, '..'), file.name)
  // A file that can't be loaded, or whose set-up fails, has a message of its own and no failed test.
  if (failed.length === 0) return file.status === 'failed' ? [failure(where, file.message ?? '')] : []
  return failed.map((test) => failure(`${where} > ${test.fullName}`, test.failureMessages?.join('\n') ?? ''))
}

function failure(title: string, message: string): string {
  return [title, ...stripVTControlCharacters(message).split('\n').slice(0, KEPT_LINES)].join('\n    ')
}

mkdirSync(results, { recursive: true })
const build = check('build', ['tsc', '-b'])
const tallies = [
  build,
  check('console', ['make', '--silent', 'console']),
  check('lint', ['biome', 'check', '.']),
  // Says what it skips where there is no helm.
  check('chart', [process.execPath, '--test', '--test-isolation=none', '--test-reporter=dot', 'helm/check.test.mjs']),
  vitest('unit', []),
]
const onServers = [...node, 'e2e/src/stack/main.ts', 'run', '--']
// The second says what it skips where there is no JDK.
if (build.failures.length === 0)
  tallies.push(vitest('e2e', onServers), vitest('differential', onServers), ...onKubernetes())
else console.log('\n== e2e tests: not run, the build failed')

/** The chart on Kubernetes' own servers: they take minutes to build, so only where they are there, or asked for. */
function onKubernetes(): Tally[] {
  const { PENSTOCK_KUBE_TOOLS: asked } = process.env
  if (asked === '1') {
    const tools = check('Kubernetes', ['scripts/kube-tools.sh'])
    return tools.failures.length > 0 ? [tools] : [vitest('helm', onServers)]
  }
  if (existsSync(join(results, '..', 'kube', 'bin', 'kube'))) return [vitest('helm', onServers)]
  console.log(
    '\nskipped: the chart on Kubernetes: no servers in .tools/kube; PENSTOCK_KUBE_TOOLS=1 or `make test-helm` builds them',
  )
  return []
}

const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0)
const failures = tallies.flatMap((tally) => tally.failures)
process.exitCode = failures.length === 0 ? 0 : 1
// Last, so that the end of a long log names what to look at.
for (const text of failures) console.log(`\nFAILED ${text}`)
const summary = `${passed} passed, ${failures.length} failed`
writeFileSync(join(results, 'summary'), `${summary}\n`)
console.log(`\n${summary}`)
