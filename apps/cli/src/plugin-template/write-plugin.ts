/** Makes a package of one plugin out of examples/plugin-template, whose plugins are tested as they stand. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { messageOf } from '@penstock/core'
import { exitCodes } from '../exit-codes.ts'
import { CliError, usageError } from '../failure.ts'

export const pluginKinds = ['sink', 'source', 'transformation', 'converter'] as const
export type PluginKind = (typeof pluginKinds)[number]

export interface PluginToWrite {
  readonly kind: PluginKind
  /** Of the package; may have a scope. */
  readonly name: string
  readonly folder: string
  /** The dependency on core; null for the published one. */
  readonly core: string | null
}

export interface WrittenPlugin {
  readonly folder: string
  /** Name of the plugin, for `connector.class` and the like. */
  readonly plugin: string
  readonly files: readonly string[]
}

/** The template's plugin of each kind, by the words of its name, and what it is called in texts. */
const samples: Readonly<Record<PluginKind, readonly string[]>> = {
  sink: ['json', 'lines', 'sink'],
  source: ['counter', 'source'],
  transformation: ['uppercase'],
  converter: ['key', 'value', 'converter'],
}

const template = fileURLToPath(new URL('../../../../examples/plugin-template', import.meta.url))

/** Rejects where the folder holds something, so that nothing is overwritten. */
export async function writePlugin({ kind, name, folder, core }: PluginToWrite): Promise<WrittenPlugin> {
  if (!/^(@[a-z0-9][\w.-]*\/)?[a-z][a-z0-9._-]*$/.test(name)) {
    throw usageError(
      `"${name}" is no name of a package: expected small letters, digits and dashes, such as orders-${kind}`,
    )
  }
  if (!existsSync(template)) {
    throw new CliError(
      'cli.no_template',
      exitCodes.failed,
      `the template is missing at ${template}: copy examples/plugin-template of the project there`,
    )
  }
  await requireEmpty(folder)
  const words = wordsOf(name, kind)
  const rename = renaming(samples[kind], words)
  const sample = samples[kind].join('-')
  const files = new Map<string, string>()
  for (const suffix of ['.ts', '.test.ts']) {
    files.set(`src/${words.join('-')}${suffix}`, rename(await read(`src/${sample}${suffix}`)))
  }
  const plugin = camel(words)
  files.set(
    'src/index.ts',
    `/** What this package offers; the \`penstock\` entry of package.json says that it is here. @module */\nexport { ${plugin} as default } from './${words.join('-')}.ts'\n`,
  )
  files.set('package.json', manifestOf(await read('package.json'), name, kind, core))
  for (const file of ['tsconfig.json', 'tsconfig.build.json']) files.set(file, await read(file))
  files.set('.gitignore', 'node_modules/\ndist/\n')
  files.set('README.md', readmeOf(name, kind, pascal(words)))
  for (const [file, text] of files) {
    const path = join(folder, file)
    await mkdir(resolve(path, '..'), { recursive: true })
    await writeFile(path, text, { flag: 'wx' })
  }
  return { folder, plugin: pascal(words), files: [...files.keys()] }
}

/** `@acme/orders` as a sink: orders, sink. */
export function wordsOf(name: string, kind: PluginKind): string[] {
  const words = basename(name)
    .split(/[-_.]+/)
    .filter((word) => word !== '')
  const needsKind = kind === 'sink' || kind === 'source' || kind === 'converter'
  return needsKind && words.at(-1) !== kind ? [...words, kind] : words
}

/** Puts the new name in place of the sample's, in each spelling; codes of errors go without the kind. */
export function renaming(from: readonly string[], to: readonly string[]): (text: string) => string {
  const short = (words: readonly string[]): readonly string[] => (from.length > 1 ? words.slice(0, -1) : words)
  const pairs: readonly (readonly [string, string])[] = [
    [`./${from.join('-')}.ts`, `./${to.join('-')}.ts`],
    [`'${short(from).join('_')}.`, `'${short(to).join('_')}.`],
    [`${pascal(short(from))}Task`, `${pascal(short(to))}Task`],
    [pascal(from), pascal(to)],
    [camel(from), camel(to)],
    [from.join('-'), to.join('-')],
  ]
  return (text) => pairs.reduce((renamed, [before, after]) => renamed.replaceAll(before, after), text)
}

function pascal(words: readonly string[]): string {
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

function camel([first = '', ...rest]: readonly string[]): string {
  return first + pascal(rest)
}

async function read(file: string): Promise<string> {
  return readFile(join(template, file), 'utf8')
}

async function requireEmpty(folder: string): Promise<void> {
  let names: string[]
  try {
    names = await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw usageError(`${folder} can't be written to: ${messageOf(error)}`)
  }
  if (names.length > 0) throw usageError(`${folder} is not empty: name another by --folder`)
}

function manifestOf(text: string, name: string, kind: PluginKind, core: string | null): string {
  const manifest = JSON.parse(text) as Record<string, unknown> & { dependencies: Record<string, string> }
  return `${JSON.stringify(
    {
      ...manifest,
      name,
      description: `A ${kind} for Penstock.`,
      dependencies: core === null ? manifest.dependencies : { ...manifest.dependencies, '@penstock/core': core },
    },
    null,
    2,
  )}\n`
}

function readmeOf(name: string, kind: PluginKind, plugin: string): string {
  const use: Readonly<Record<PluginKind, string>> = {
    sink: `{"connector.class": "${plugin}", "topics": "…"}`,
    source: `{"connector.class": "${plugin}", "topic": "…"}`,
    transformation: `{"transforms": "mine", "transforms.mine.type": "${plugin}"}`,
    converter: `{"value.converter": "${plugin}"}`,
  }
  return `# ${name}

A ${kind} for Penstock: \`${plugin}\`.

\`\`\`sh
npm install
npm test        # what every ${kind} must do, and what this one does
npm run build
\`\`\`

Workers find it when a folder of their \`plugin.path\` holds this package, with its dependencies. Then

\`\`\`json
${use[kind]}
\`\`\`
`
}
