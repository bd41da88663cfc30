/** Holds the arrows between packages, and between the folders of the runtime, that docs/architecture.md draws. */
import { globSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { basename, dirname, join, normalize, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

interface Manifest {
  readonly name: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  /** Present in packages that offer plugins, which are found by name and not imported. */
  readonly penstock?: object
}

interface Import {
  /** Relative to the checkout. */
  readonly file: string
  readonly specifier: string
}

const root = join(import.meta.dirname, '..')
const folders = globSync(['packages/*/package.json', 'apps/*/package.json', 'e2e/package.json'], { cwd: root })
  .map(dirname)
  .sort()
const manifests = new Map(folders.map((folder) => [folder, readJson(join(folder, 'package.json')) as Manifest]))
const folderByName = new Map([...manifests].map(([folder, { name }]) => [name, folder]))

/** What a file of a package may import of ours. */
function mayImport(folder: string, file: string, other: string): boolean {
  if (folder === 'packages/core' || folder === 'packages/client') return false
  if (folder === 'e2e' && other === 'apps/docs') return runsDocumentation(file)
  if (folder === 'e2e') return other === 'packages/client' || (asksPlugins(file) && other !== 'packages/runtime')
  if (folder.startsWith('apps/')) return !other.startsWith('apps/') && other !== 'e2e'
  return other === 'packages/core' || (!libraries.includes(folder) && libraries.includes(other))
}

/** Packages that do one thing for several others, without I/O. */
const libraries = ['packages/regex', 'packages/tls']

/** The differential tests hold converters and transformations against Kafka Connect's classes, without a worker. */
function asksPlugins(file: string): boolean {
  return file.startsWith(join('e2e', 'src', 'differential'))
}

/** The commands that the documentation shows are run end to end. */
function runsDocumentation(file: string): boolean {
  return file.startsWith(join('e2e', 'src', 'docs'))
}

/** Folders of the runtime, the upper ones first: each may import those of the rows below its own. */
const RUNTIME_ROWS = [
  ['rest', 'diagnosis'],
  ['herder'],
  ['execution'],
  ['telemetry'],
  ['group', 'storage', 'plugins'],
  ['kafka'],
  ['config'],
  ['time'],
]

/** `import … from 'x'` and `export … from 'x'`; or `import 'x'`, `import('x')` and `import.meta.resolve('x')`. */
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s+'([^']+)'|(?:\n\s*import\s+|\bimport\(\s*|\.resolve\(\s*)'([^']+)'/g

function readJson(path: string): unknown {
  // tsconfig.json may hold comments
  return JSON.parse(readFileSync(join(root, path), 'utf8').replace(/^\s*\/\/.*$/gm, ''))
}

function importsOf(folder: string): Import[] {
  return globSync('src/**/*.{ts,tsx}', { cwd: join(root, folder) }).flatMap((name) => {
    const file = join(folder, name)
    const text = readFileSync(join(root, file), 'utf8').replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
    const found = text.matchAll(IMPORT)
    return [...found].map(([, from, bare]) => ({ file, specifier: from ?? bare ?? '' }))
  })
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

function isExternal(specifier: string): boolean {
  return !specifier.startsWith('.') && !specifier.startsWith('node:') && !builtinModules.includes(specifier)
}

function isForTests(file: string): boolean {
  return /\.test\.ts$|[.-]suite\.ts$|\/(testing|fixtures|differential)\/|\/vitest-/.test(file)
}

const rootTools = Object.keys((readJson('package.json') as Manifest).devDependencies ?? {})

describe.each(folders)('%s', (folder) => {
  const manifest = manifests.get(folder)!
  const imports = importsOf(folder).filter(({ specifier }) => isExternal(specifier))

  test('imports only what is below it', () => {
    const wrong = imports.filter(({ file, specifier }) => {
      const other = folderByName.get(packageOf(specifier))
      return other !== undefined && other !== folder && !mayImport(folder, file, other)
    })
    expect(wrong).toEqual([])
  })

  test('reaches into no other package by path', () => {
    const outside = importsOf(folder).filter(
      ({ file, specifier }) =>
        specifier.startsWith('.') && relative(folder, join(dirname(file), specifier)).startsWith('..'),
    )
    expect(outside).toEqual([])
  })

  test('declares as dependencies what it imports, and nothing else', () => {
    const used = imports.filter(({ file }) => !isForTests(file)).map(({ specifier }) => packageOf(specifier))
    const inTests = imports.filter(({ file }) => isForTests(file)).map(({ specifier }) => packageOf(specifier))
    const declared = Object.keys(manifest.dependencies ?? {})
    const known = [...declared, ...Object.keys(manifest.devDependencies ?? {}), ...rootTools, manifest.name]
    const offersPlugins = (name: string) => manifests.get(folderByName.get(name) ?? '')?.penstock !== undefined
    const isLoaded = (name: string) => folder.startsWith('apps/') && offersPlugins(name)
    const unused = declared.filter((name) => !used.includes(name) && !(folder === 'e2e' && inTests.includes(name)))
    expect({
      undeclared: [...new Set(used)].filter((name) => !declared.includes(name) && name !== manifest.name),
      undeclaredInTests: [...new Set(inTests)].filter((name) => !known.includes(name)),
      unused: unused.filter((name) => !isLoaded(name)),
    }).toEqual({ undeclared: [], undeclaredInTests: [], unused: [] })
  })

  test('refers in tsconfig.json to the packages it depends on', () => {
    const { references = [] } = readJson(join(folder, 'tsconfig.json')) as { references?: { path: string }[] }
    const referred = references.map(({ path }) => normalize(join(folder, path)))
    const all = { ...manifest.dependencies, ...manifest.devDependencies }
    const depended = Object.keys(all).flatMap((name) => folderByName.get(name) ?? [])
    expect(referred.sort()).toEqual(depended.sort())
  })
})

test('the root tsconfig.json refers to every package', () => {
  const { references } = readJson('tsconfig.json') as { references: { path: string }[] }
  expect(references.map(({ path }) => path).sort()).toEqual([...folders, 'scripts'].sort())
})

test('folders of the runtime import downwards only', () => {
  const runtime = join('packages', 'runtime')
  const rowOf = (name: string) => RUNTIME_ROWS.findIndex((row) => row.includes(name))
  const folderOf = (file: string) => relative(join(runtime, 'src'), file).split('/', 2)
  const wrong = importsOf(runtime).filter(({ file, specifier }) => {
    const [from = '', nested] = folderOf(file)
    if (!specifier.startsWith('.') || nested === undefined || isForTests(file)) return false
    const [to = ''] = folderOf(join(dirname(file), specifier))
    return from !== to && !(rowOf(to) > rowOf(from))
  })
  expect(wrong.map(({ file, specifier }) => `${file} imports ${specifier}`)).toEqual([])
})

test('every folder of the runtime has its row', () => {
  const names = globSync('packages/runtime/src/*/', { cwd: root }).map((path) => basename(path))
  expect(names.filter((name) => !name.includes('.') && !RUNTIME_ROWS.flat().includes(name))).toEqual([])
})
