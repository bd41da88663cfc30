/** Runs build, lint, unit and end-to-end tests one after the other and sums them up. Started by scripts/test.sh. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { Failure, Tally } from './tally-reporter.ts'

const results = join(import.meta.dirname, '..', '.tools', 'results')
const node = [process.execPath, '--disable-warning=ExperimentalWarning', '--conditions=source']
const onServers = [...node, 'e2e/src/stack/main.ts', 'run', '--']

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
  const failures = succeeds(title, command) ? [] : [{ title, reasons: ['see above'] }]
  return { passed: 0, failures, unfinished: [] }
}

/**
 * Runs the tests of a project. On servers the software runs in processes of its own: where the one with the test dies
 * (the Kafka client in it is native code), nothing is known about the software yet, and the file runs once more.
 */
function vitestOnServers(project: string): Tally {
  const first = vitest(project, { prefix: onServers })
  if (first.unfinished.length === 0) return first
  for (const failure of first.unfinished) console.log(`\n${show(failure)}`)
  const second = vitest(project, { prefix: onServers, files: first.unfinished.map(({ title }) => title) })
  return {
    passed: first.passed + second.passed,
    failures: [...first.failures, ...second.failures],
    unfinished: second.unfinished,
  }
}

interface VitestRun {
  /** Comes before the command. */
  readonly prefix?: readonly string[]
  /** All of the project where not given. */
  readonly files?: readonly string[]
}

function vitest(project: string, { prefix = [], files = [] }: VitestRun = {}): Tally {
  const file = join(results, `${project}.json`)
  rmSync(file, { force: true })
  // No name with PENSTOCK_: workers would take it for a key.
  process.env.TALLY_FILE = file
  const reporters = ['--reporter=default', `--reporter=${join(import.meta.dirname, 'tally-reporter.ts')}`]
  const ok = succeeds(`${project} tests`, [...prefix, 'vitest', 'run', '--project', project, ...reporters, ...files])
  const tally = readTally(project, file)
  return ok || tally.failures.length + tally.unfinished.length > 0
    ? tally
    : withFailure(tally, `${project} tests`, 'the run failed, see above')
}

function readTally(project: string, file: string): Tally {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Tally
  } catch (error) {
    return withFailure(
      { passed: 0, failures: [], unfinished: [] },
      `${project} tests`,
      `no tally: ${(error as Error).message}`,
    )
  }
}

function withFailure(tally: Tally, title: string, reason: string): Tally {
  return { ...tally, failures: [...tally.failures, { title, reasons: [reason] }] }
}

function show({ title, reasons }: Failure): string {
  const lines = reasons.flatMap((reason) => stripVTControlCharacters(reason).split('\n').slice(0, KEPT_LINES))
  return [`FAILED ${title}`, ...lines].join('\n    ')
}

mkdirSync(results, { recursive: true })
const build = check('build', ['tsc', '-b'])
const tallies = [
  build,
  check('console', ['make', '--silent', 'console']),
  check('lint', ['biome', 'check', '.']),
  // Says what it skips where there is no helm.
  check('chart', [process.execPath, '--test', '--test-isolation=none', '--test-reporter=dot', 'helm/check.test.mjs']),
  vitest('unit'),
]
// The second says what it skips where there is no JDK.
if (build.failures.length === 0)
  tallies.push(vitestOnServers('e2e'), vitestOnServers('differential'), ...onKubernetes())
else console.log('\n== e2e tests: not run, the build failed')

/** The chart on Kubernetes' own servers: they take minutes to build, so only where they are there, or asked for. */
function onKubernetes(): Tally[] {
  const { PENSTOCK_KUBE_TOOLS: asked } = process.env
  if (asked === '1') {
    const tools = check('Kubernetes', ['scripts/kube-tools.sh'])
    return tools.failures.length > 0 ? [tools] : [vitestOnServers('helm')]
  }
  if (existsSync(join(results, '..', 'kube', 'bin', 'kube'))) return [vitestOnServers('helm')]
  console.log(
    '\nskipped: the chart on Kubernetes: no servers in .tools/kube; PENSTOCK_KUBE_TOOLS=1 or `make test-helm` builds them',
  )
  return []
}

const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0)
const failures = tallies.flatMap((tally) => [...tally.failures, ...tally.unfinished])
process.exitCode = failures.length === 0 ? 0 : 1
// Last, so that the end of a long log names what to look at.
for (const failure of failures) console.log(`\n${show(failure)}`)
const summary = `${passed} passed, ${failures.length} failed`
writeFileSync(join(results, 'summary'), `${summary}\n`)
console.log(`\n${summary}`)
