/** A package with a sink that does what no sink should, for the `plugin.path` of a worker. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootFolder } from '../stack/folders.ts'

export type Misbehavior =
  | 'spin'
  | 'allocate'
  | 'exit'
  | 'abort'
  | 'throw'
  | 'hang'
  | 'throw-secret'
  | 'report-secret'
  | 'die-of-secret'

/**
 * Config of the sink: `misbehavior`, and `while.file`: it misbehaves as soon as it gets records while that file exists.
 * `secret` is a password that it prints, plans into another key of its tasks, and puts into its errors where told so.
 */
const SOURCE = `import { configDef, definePlugin, key } from '@penstock/core'
import { existsSync } from 'node:fs'

const kept = []
const misbehaviors = {
  spin: () => { for (;;) {} },
  allocate: () => { for (;;) kept.push(new Array(1_000_000).fill(Math.random())) },
  exit: () => process.exit(7),
  abort: () => process.abort(),
  throw: () => { throw new Error('the sink does not like these records') },
  hang: () => new Promise(() => {}),
  'throw-secret': ({ secret }) => { throw new Error('refused: ' + secret.reveal(), { cause: new Error(secret.reveal()) }) },
  'report-secret': ({ secret }, { reporter }, records) =>
    Promise.all(records.map((record) => reporter.report(record, new Error('refused: ' + secret.reveal())))),
  'die-of-secret': ({ secret }) => new Promise(() => {
    setImmediate(() => { throw new Error('nobody catches ' + secret.reveal()) })
  }),
}
const config = configDef({
  misbehavior: key.oneOf(Object.keys(misbehaviors), { default: 'throw', importance: 'high', doc: 'What it does.' }),
  'while.file': key.string({ importance: 'high', doc: 'It does so while this file exists.' }),
  secret: key.password({ default: null, importance: 'low', doc: 'What it tells everybody.' }),
})
export default definePlugin({
  kind: 'sink',
  name: 'MisbehavingSink',
  aliases: [],
  summary: 'A sink for tests that misbehaves.',
  config,
  createConnector: (raw) => ({
    start: () => { if (raw.secret) console.log('connecting with ' + raw.secret) },
    taskConfigs: (max) => Array.from({ length: max }, () => (raw.secret ? { ...raw, url: 'http://me:' + raw.secret + '@host' } : raw)),
  }),
  createTask: (settings, context) => ({
    start: () => { if (settings.secret) context.logger.info('starting with ' + settings.secret.reveal(), { given: settings.secret.reveal() }) },
    put: (records) => {
      if (records.length > 0 && existsSync(settings['while.file'])) return misbehaviors[settings.misbehavior](settings, context, records)
    },
  }),
})
`

export class MisbehavingPlugin implements AsyncDisposable {
  /** For `plugin.path`. */
  readonly folder: string

  static async create(): Promise<MisbehavingPlugin> {
    const folder = await mkdtemp(join(tmpdir(), 'penstock-plugin-'))
    const scope = join(folder, 'misbehaving', 'node_modules', '@penstock')
    await mkdir(scope, { recursive: true })
    await symlink(join(rootFolder, 'packages', 'core'), join(scope, 'core'))
    const manifest = { name: 'misbehaving', version: '1.2.3', type: 'module', exports: './index.js' }
    await writeFile(
      join(folder, 'misbehaving', 'package.json'),
      JSON.stringify({ ...manifest, penstock: { plugins: '.' } }),
    )
    await writeFile(join(folder, 'misbehaving', 'index.js'), SOURCE)
    return new MisbehavingPlugin(folder)
  }

  private constructor(folder: string) {
    this.folder = folder
  }

  /** The config of a connector that misbehaves from now on until `heal`. */
  async config(name: string, misbehavior: Misbehavior): Promise<Record<string, string>> {
    await writeFile(this.#file(name), '')
    return { 'connector.class': 'MisbehavingSink', misbehavior, 'while.file': this.#file(name) }
  }

  async heal(name: string): Promise<void> {
    await rm(this.#file(name), { force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }

  #file(name: string): string {
    return join(this.folder, `${name}.misbehave`)
  }
}
