/** Runs the commands of one scenario of the documentation, as a reader types them, in a folder of its own. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type CommandBlock, matchesShown, type Scenario } from '@penstock/docs/commands'
import { NotYet, until } from '../harness/index.ts'
import { rootFolder } from '../stack/folders.ts'
import { GuardedProcess } from '../stack/guarded-process.ts'
import type { ShownAddresses } from './shown-addresses.ts'

const execute = promisify(execFile)

/** What of the checkout commands name. The folder itself is the scenario's: commands write files into it. */
const NAMED = ['apps', 'packages', 'examples', 'deploy', 'helm', 'docs']
const COMMAND_MS = 60_000
const READY_MS = 30_000
const STOP_MS = 15_000

interface Outcome {
  readonly code: number
  /** What it printed, errors last. */
  readonly output: string
}

export class ScenarioRun implements AsyncDisposable {
  readonly #folder: string
  readonly #addresses: ShownAddresses
  readonly #terminals: GuardedProcess[] = []
  #count = 0

  static async start(addresses: ShownAddresses): Promise<ScenarioRun> {
    const folder = await mkdtemp(join(tmpdir(), 'penstock-docs-'))
    for (const name of NAMED) await symlink(join(rootFolder, name), join(folder, name))
    // A refused request is a failure: curl alone would tell it by its output only.
    await writeFile(join(folder, '.curlrc'), 'fail-with-body\n')
    await writeFile(join(folder, '.where'), folder)
    return new ScenarioRun(folder, addresses)
  }

  private constructor(folder: string, addresses: ShownAddresses) {
    this.#folder = folder
    this.#addresses = addresses
  }

  /** Runs all blocks from top to bottom. Rejects at the first that fails, or prints other than what is shown. */
  async run({ blocks }: Scenario): Promise<void> {
    for (const block of blocks) {
      if (block.options.terminal !== undefined) await this.#open(block)
      else if (block.options.until !== undefined) await this.#untilShown(block)
      else checkOutcome(block, await this.#execute(block))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const terminal of this.#terminals.reverse()) await terminal.stop(STOP_MS)
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Each block goes on in the folder that the one before has ended in. */
  async #execute(block: CommandBlock): Promise<Outcome> {
    const script = await this.#script(block, `${this.#addresses.real(block.code)}\npwd > "$SCENARIO/.where"\n`)
    const options = { cwd: this.#folder, env: this.#environment(), timeout: COMMAND_MS, maxBuffer: 16 * 1024 * 1024 }
    try {
      const { stdout, stderr } = await execute('bash', [script], options)
      return { code: 0, output: this.#addresses.shown(stdout + (block.output === null ? stderr : '')) }
    } catch (error) {
      const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string }
      return { code: typeof code === 'number' ? code : 1, output: this.#addresses.shown(stdout + stderr) }
    }
  }

  async #untilShown(block: CommandBlock): Promise<void> {
    const asShown = async (): Promise<true | NotYet> => {
      const outcome = await this.#execute(block)
      const shown = outcome.code === 0 && matchesShown(outcome.output, block.output ?? '…')
      return shown || new NotYet(outcome.output)
    }
    await until(asShown, { what: `${placeOf(block)} to print what the page shows`, everyMs: 300 })
  }

  async #open(block: CommandBlock): Promise<void> {
    const logFile = join(this.#folder, `${block.options.terminal}.log`)
    const script = await this.#script(
      block,
      this.#addresses
        .real(block.code)
        .trimEnd()
        .replace(/^(?=[^\n]*$)/, 'exec '),
    )
    const terminal = await GuardedProcess.start({
      command: 'bash',
      args: [script],
      logFile,
      cwd: this.#folder,
      env: this.#environment(),
    })
    this.#terminals.push(terminal)
    const url = this.#addresses.real(block.options.ready ?? '')
    if (url === '') return
    const answers = until(async () => (await fetch(url)).ok, { what: `${url} to answer`, deadlineMs: READY_MS })
    const ended = terminal.exited.then(async ({ code }) => {
      throw new Error(`${placeOf(block)} ended with ${code}:\n${await readFile(logFile, 'utf8')}`)
    })
    await Promise.race([answers, ended])
  }

  async #script(block: CommandBlock, code: string): Promise<string> {
    await mkdir(join(this.#folder, '.scripts'), { recursive: true })
    const path = join(this.#folder, '.scripts', `${this.#count++}-line-${block.line}.sh`)
    await writeFile(path, `set -eu -o pipefail\ncd "$(cat "$SCENARIO/.where")"\n${code}\n`)
    return path
  }

  #environment(): NodeJS.ProcessEnv {
    const { NODE_OPTIONS: _options, KAFKA_BOOTSTRAP_SERVERS: _kafka, ELASTICSEARCH_URL: _url, ...env } = process.env
    const commandLine = join(rootFolder, 'apps', 'cli', 'bin')
    const path = [dirname(process.execPath), join(rootFolder, 'node_modules', '.bin'), commandLine, env.PATH]
    return {
      ...env,
      ...{ PATH: path.join(delimiter), SCENARIO: this.#folder, CHECKOUT: rootFolder },
      // Where curl and the command line look for what a user has set.
      ...{ CURL_HOME: this.#folder, PENSTOCK_CONFIG: join(this.#folder, 'contexts.yaml') },
    }
  }
}

function checkOutcome(block: CommandBlock, { code, output }: Outcome): void {
  if (code !== 0) throw new Error(`${placeOf(block)} ended with ${code}:\n${block.code}\n${output}`)
  if (block.output !== null && !matchesShown(output, block.output)) {
    throw new Error(`${placeOf(block)} printed\n${output}\nwhile the page shows\n${block.output}`)
  }
}

function placeOf({ page, line }: CommandBlock): string {
  return `${page}:${line}`
}
