import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Logger } from '@penstock/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { discoverPlugins } from './discovery.ts'
import type { Offer } from './package-folders.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'penstock-plugins-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function write(files: Readonly<Record<string, string | object>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  }
}

const sinkSource = (name: string): string =>
  `export default { kind: 'sink', name: '${name}', aliases: [], summary: '', config: { keys: {} }, createTask() {} }`

const manifest = (name: string, more: object = {}): object => ({
  name,
  version: '1.2.3',
  type: 'module',
  exports: { '.': { import: './index.js' } },
  penstock: { plugins: '.' },
  ...more,
})

async function discover(options: {
  app?: string
  path?: string[]
  offer?: Offer
}): Promise<{ found: string[]; warnings: string[] }> {
  const warnings: string[] = []
  const ignore = (): void => undefined
  const logger: Logger = {
    error: ignore,
    info: ignore,
    debug: ignore,
    warn: (message) => warnings.push(message.replaceAll(root, '')),
  }
  const plugins = await discoverPlugins({
    appFolder: options.app === undefined ? null : join(root, options.app),
    pluginFolders: (options.path ?? []).map((folder) => join(root, folder)),
    logger,
    ...(options.offer === undefined ? {} : { offer: options.offer }),
  })
  return { found: plugins.map(({ plugin, version }) => `${plugin.name} ${version}`).sort(), warnings }
}

test('the dependencies of the application with a penstock entry are loaded, others never', async () => {
  await write({
    'app/package.json': { dependencies: { one: '*', '@scope/two': '*', other: '*', missing: '*' } },
    'app/node_modules/one/package.json': manifest('one'),
    'app/node_modules/one/index.js': sinkSource('One'),
    'node_modules/@scope/two/package.json': manifest('@scope/two', {
      exports: { './plugins': './p.js' },
      penstock: { plugins: './plugins' },
    }),
    'node_modules/@scope/two/p.js': `${sinkSource('Two').replace('export default', 'export default [')}]`,
    'app/node_modules/other/package.json': { name: 'other', main: 'index.js' },
    'app/node_modules/other/index.js': 'throw new Error("loaded")',
    'app/node_modules/not-listed/package.json': manifest('not-listed'),
    'app/node_modules/not-listed/index.js': sinkSource('NotListed'),
  })
  expect(await discover({ app: 'app' })).toEqual({ found: ['One 1.2.3', 'Two 1.2.3'], warnings: [] })
})

test('a folder of plugin.path holds packages, links to packages and installations', async () => {
  await write({
    'path/a/package.json': manifest('a'),
    'path/a/index.js': sinkSource('A'),
    'path/@scope/b/package.json': manifest('@scope/b', { exports: undefined, main: './lib/b.js' }),
    'path/@scope/b/lib/b.js': sinkSource('B'),
    'path/installed/node_modules/c/package.json': manifest('c'),
    'path/installed/node_modules/c/index.js': sinkSource('C'),
    'path/node_modules/@scope/d/package.json': manifest('@scope/d'),
    'path/node_modules/@scope/d/index.js': sinkSource('D'),
    'elsewhere/e/package.json': manifest('e'),
    'elsewhere/e/index.js': sinkSource('E'),
    'path/readme.txt': 'nothing',
  })
  await symlink(join(root, 'elsewhere/e'), join(root, 'path/e'))
  await symlink(join(root, 'elsewhere/e'), join(root, 'path/e-again'))
  expect(await discover({ path: ['path'] })).toEqual({
    found: ['A 1.2.3', 'B 1.2.3', 'C 1.2.3', 'D 1.2.3', 'E 1.2.3'],
    warnings: [],
  })
})

test('an entry of plugin.path may be a package itself', async () => {
  await write({ 'one/package.json': manifest('one'), 'one/index.js': sinkSource('One') })
  expect(await discover({ path: ['one'] })).toEqual({ found: ['One 1.2.3'], warnings: [] })
})

test('a broken package is told about and keeps no other from loading', async () => {
  await write({
    'path/good/package.json': manifest('good'),
    'path/good/index.js': sinkSource('Good'),
    'path/throws/package.json': manifest('throws'),
    'path/throws/index.js': 'throw new Error("no library")',
    'path/empty/package.json': manifest('empty'),
    'path/empty/index.js': 'export const x = 1',
    'path/json/package.json': '{ "name": ',
    'path/entry/package.json': manifest('entry', { penstock: {} }),
    'path/outside/package.json': manifest('outside', { exports: { '.': { import: '../good/index.js' } } }),
    'path/shape/package.json': manifest('shape'),
    'path/shape/index.js': `export default [1, { kind: 'x' }, { kind: 'sink', name: 'S', aliases: [], config: { keys: {} } }]`,
  })
  const { found, warnings } = await discover({ path: ['path', 'nowhere'] })
  expect(found).toEqual(['Good 1.2.3'])
  expect(warnings.sort()).toEqual([
    expect.stringMatching(/^\/path\/json\/package\.json is ignored: /),
    'plugin S of package shape 1.2.3 is left out: it has no method createTask',
    'plugin number 1 of package shape 1.2.3 is left out: it is no plugin; make it with definePlugin',
    'plugin number 2 of package shape 1.2.3 is left out: its kind "x" is not known',
    "plugin package empty 1.2.3 in /path/empty can't be loaded: /path/empty/index.js has no default export",
    expect.stringMatching(/^plugin package outside 1\.2\.3 in \/path\/outside can't be loaded: /),
    "plugin package throws 1.2.3 in /path/throws can't be loaded: no library",
    "the folder /nowhere of plugin.path can't be read",
    'the package in /path/entry has a "penstock" entry without "plugins": "." (the export that holds them)',
  ])
})

test('config providers have an entry of their own, for the worker’s process loads nothing else', async () => {
  const provider = sinkSource('Vault')
    .replace("kind: 'sink'", "kind: 'config_provider'")
    .replace('createTask', 'create')
  await write({
    'path/both/package.json': manifest('both', {
      exports: { '.': './index.js', './providers': './providers.js' },
      penstock: { plugins: '.', configProviders: './providers' },
    }),
    'path/both/index.js': sinkSource('Sink'),
    'path/both/providers.js': provider,
    'path/sinks/package.json': manifest('sinks'),
    'path/sinks/index.js': 'throw new Error("this code belongs into executors")',
    'path/providers/package.json': manifest('providers', { penstock: { configProviders: '.' } }),
    'path/providers/index.js': sinkSource('Misplaced'),
    'path/wrong/package.json': manifest('wrong'),
    'path/wrong/index.js': provider,
  })
  expect(await discover({ path: ['path'], offer: 'configProviders' })).toEqual({
    found: ['Vault 1.2.3'],
    warnings: [
      'plugin Misplaced of package providers 1.2.3 is left out: name the export that holds it "plugins" in the "penstock" entry of package.json',
    ],
  })
  const { found, warnings } = await discover({ path: ['path'] })
  expect(found).toEqual(['Sink 1.2.3'])
  expect(warnings.sort()).toEqual([
    'plugin Vault of package wrong 1.2.3 is left out: name the export that holds it "configProviders" in the "penstock" entry of package.json',
    "plugin package sinks 1.2.3 in /path/sinks can't be loaded: this code belongs into executors",
  ])
})
