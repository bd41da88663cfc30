/** The plugin template as a third party has it: a copy outside of the checkout, packed and installed by npm. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { rootFolder } from '../stack/folders.ts'

const run = promisify(execFile)
const template = join(rootFolder, 'examples', 'plugin-template')

export class InstalledTemplate implements AsyncDisposable {
  /** For `plugin.path`. */
  readonly pluginPath: string
  /** A copy of the template. */
  readonly #project: string
  readonly #folder: string

  /** Copies, builds, packs and installs; needs the built packages, and no network. */
  static async create(): Promise<InstalledTemplate> {
    const folder = await mkdtemp(join(tmpdir(), 'penstock-template-'))
    const installed = new InstalledTemplate(folder)
    try {
      await installed.#install()
      return installed
    } catch (error) {
      await installed[Symbol.asyncDispose]()
      throw error
    }
  }

  private constructor(folder: string) {
    this.#folder = folder
    this.#project = join(folder, 'project')
    this.pluginPath = join(folder, 'plugins')
  }

  /** Runs a script of the template's package.json; resolves with its output, rejects when it fails. */
  async npm(...args: readonly string[]): Promise<string> {
    return await npm(this.#project, ...args)
  }

  /** A place for a file that goes with the template. */
  file(name: string): string {
    return join(this.#folder, name)
  }

  /** The configuration of one of its example connectors. */
  async connector(file: string): Promise<Record<string, string>> {
    const { config } = JSON.parse(await readFile(join(this.#project, 'connectors', file), 'utf8'))
    return config as Record<string, string>
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #install(): Promise<void> {
    await cp(template, this.#project, {
      recursive: true,
      filter: (path) => !/[/\\](node_modules|dist)$/.test(path),
    })
    const core = await pack(join(rootFolder, 'packages', 'core'), this.#folder)
    await this.#addDependencies(core)
    await this.npm('run', 'build')
    const packed = await pack(this.#project, this.#folder)
    const place = join(this.pluginPath, 'template')
    await mkdir(place, { recursive: true })
    await npm(place, 'install', '--prefix', place, '--offline', core, packed)
  }

  /**
   * What `npm install` would bring, in the folder above: there npm does not look for the development dependencies, which
   * it would fetch. The checkout's own stand in for them.
   */
  async #addDependencies(core: string): Promise<void> {
    await npm(this.#folder, 'install', '--prefix', this.#folder, '--offline', core)
    const types = join('node_modules', '@types')
    await mkdir(join(this.#folder, types), { recursive: true })
    await symlink(join(rootFolder, types, 'node'), join(this.#folder, types, 'node'))
  }
}

async function npm(folder: string, ...args: readonly string[]): Promise<string> {
  try {
    const { stdout, stderr } = await run('npm', [...args, '--no-audit', '--no-fund', '--no-update-notifier'], {
      cwd: folder,
      timeout: 120_000,
      maxBuffer: 16 * 1024 * 1024,
      env: environment(),
    })
    return stdout + stderr
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    throw new Error(`npm ${args.join(' ')} in ${folder} failed:\n${stdout ?? ''}${stderr ?? ''}`, { cause: error })
  }
}

/** Resolves with the path of the archive. */
async function pack(folder: string, destination: string): Promise<string> {
  const output = await npm(folder, 'pack', '--ignore-scripts', '--json', '--pack-destination', destination)
  const [first] = JSON.parse(output.slice(output.indexOf('['), output.lastIndexOf(']') + 1)) as { filename: string }[]
  if (first === undefined) throw new Error(`npm packed nothing of ${folder}: ${output}`)
  return join(destination, first.filename)
}

/** With the checkout's compiler and Node; without what the test's own process was started with. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _context, ...env } = process.env
  const path = [dirname(process.execPath), join(rootFolder, 'node_modules', '.bin'), env.PATH]
  return { ...env, PATH: path.join(delimiter) }
}
