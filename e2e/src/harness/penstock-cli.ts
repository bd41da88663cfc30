/** The command line as a real process. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootFolder } from '../stack/folders.ts'

const LAUNCHER = join(rootFolder, 'apps', 'cli', 'bin', 'penstock')
const LONGEST_MS = 60_000

export interface CliResult {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs `penstock` against one cluster, with contexts and files of its own. */
export class PenstockCli implements AsyncDisposable {
  readonly folder: string
  /** What the program is run with; `PENSTOCK` is its path. */
  readonly environment: NodeJS.ProcessEnv

  static async create(environment: Readonly<Record<string, string>>): Promise<PenstockCli> {
    return new PenstockCli(await mkdtemp(join(tmpdir(), 'penstock-cli-')), environment)
  }

  private constructor(folder: string, environment: Readonly<Record<string, string>>) {
    const { NODE_OPTIONS: _options, FORCE_COLOR: _color, ...inherited } = process.env
    this.folder = folder
    this.environment = {
      ...inherited,
      PENSTOCK: LAUNCHER,
      PENSTOCK_CONFIG: join(folder, 'config.yaml'),
      ...environment,
    }
  }

  /** Writes a file below the folder; resolves with its path. */
  async write(name: string, content: unknown): Promise<string> {
    const file = join(this.folder, name)
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
    return file
  }

  /** Runs it to its end, whatever that is. */
  async run(args: readonly string[], { stdin = '' }: { readonly stdin?: string } = {}): Promise<CliResult> {
    const child = spawn(LAUNCHER, args, { cwd: this.folder, env: this.environment, timeout: LONGEST_MS })
    const texts = { out: '', err: '' }
    child.stdout.on('data', (chunk: Buffer) => {
      texts.out += chunk
    })
    child.stderr.on('data', (chunk: Buffer) => {
      texts.err += chunk
    })
    child.stdin.on('error', () => {}) // it may end without reading
    child.stdin.end(stdin)
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    return { code, ...texts }
  }

  /** The same where it must end well; resolves with what it has printed. */
  async ok(...args: readonly string[]): Promise<string> {
    const { code, out, err } = await this.run(args)
    if (code !== 0) throw new Error(`penstock ${args.join(' ')} ended with ${code}:\n${out}${err}`)
    return out
  }

  /** What it prints as JSON. */
  async json<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.ok(...args, '-o', 'json')) as T
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}
