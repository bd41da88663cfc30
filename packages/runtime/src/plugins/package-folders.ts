import { readdir, readFile, realpath } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { type Logger, messageOf } from '@penstock/core'

/**
 * What a package may offer, by the names in the `penstock` entry of its package.json. Config providers are apart because
 * they are the only plugins that the worker's own process loads too; all others run in executors.
 */
export type Offer = 'plugins' | 'configProviders'

/** A package that offers plugins. */
export interface PluginPackage {
  /** Without symbolic links. */
  readonly folder: string
  readonly name: string
  readonly version: string
  /** Export whose default is a plugin or a list of them: `.`, `./plugins`. */
  readonly entry: string
}

interface Manifest {
  readonly name?: unknown
  readonly version?: unknown
  readonly penstock?: { readonly [offer in Offer]?: unknown }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** Packages with plugins among the dependencies of an application. */
export async function appPackages(appFolder: string, offer: Offer, logger: Logger): Promise<PluginPackage[]> {
  const manifest = await readManifest(appFolder, logger)
  if (manifest === null) {
    logger.warn(`no plugins are taken from ${appFolder}: it has no package.json`)
    return []
  }
  const { resolve: resolver } = createRequire(join(resolve(appFolder), 'package.json'))
  const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })
  const found = await Promise.all(
    names.map((name) =>
      firstPackage(
        (resolver.paths(name) ?? []).map((folder) => join(folder, name)),
        offer,
        logger,
      ),
    ),
  )
  return found.filter((candidate) => candidate !== null)
}

/**
 * Packages with plugins in the folders of `plugin.path`: the folder itself, its subfolders, and what is installed in
 * the `node_modules` of either.
 */
export async function pathPackages(folders: readonly string[], offer: Offer, logger: Logger): Promise<PluginPackage[]> {
  const found: PluginPackage[] = []
  for (const folder of folders) {
    const subfolders = await foldersIn(folder)
    if (subfolders === null) {
      logger.warn(`the folder ${folder} of plugin.path can't be read`)
      continue
    }
    const installed = await Promise.all([folder, ...subfolders].map((place) => foldersIn(join(place, 'node_modules'))))
    const places = [folder, ...subfolders, ...installed.flatMap((list) => list ?? [])]
    for (const place of places) {
      const candidate = await pluginPackage(place, offer, logger)
      if (candidate !== null) found.push(candidate)
    }
  }
  return found
}

async function firstPackage(places: readonly string[], offer: Offer, logger: Logger): Promise<PluginPackage | null> {
  for (const place of places) {
    if ((await readManifest(place, logger)) !== null) return pluginPackage(place, offer, logger)
  }
  return null
}

/** Null when the folder is no package or offers no plugins. */
async function pluginPackage(folder: string, offer: Offer, logger: Logger): Promise<PluginPackage | null> {
  const manifest = await readManifest(folder, logger)
  if (manifest?.penstock === undefined) return null
  const other = offer === 'plugins' ? 'configProviders' : 'plugins'
  if (manifest.penstock[offer] === undefined && manifest.penstock[other] !== undefined) return null
  const entry = manifest.penstock[offer]
  if (typeof entry !== 'string' || !/^\.(\/|$)/.test(entry)) {
    logger.warn(`the package in ${folder} has a "penstock" entry without "plugins": "." (the export that holds them)`)
    return null
  }
  return {
    folder: await realpath(folder),
    name: typeof manifest.name === 'string' ? manifest.name : folder,
    version: typeof manifest.version === 'string' ? manifest.version : '0.0.0',
    entry,
  }
}

async function readManifest(folder: string, logger: Logger): Promise<Manifest | null> {
  let text: string
  try {
    text = await readFile(join(folder, 'package.json'), 'utf8')
  } catch {
    return null
  }
  try {
    const manifest: unknown = JSON.parse(text)
    return typeof manifest === 'object' && manifest !== null ? manifest : null
  } catch (error) {
    logger.warn(`${join(folder, 'package.json')} is ignored: ${messageOf(error)}`)
    return null
  }
}

/** Subfolders, those of `@scope` folders in the place of them; null when there is no such folder. */
async function foldersIn(folder: string): Promise<string[] | null> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    const names = entries
      .filter(
        (entry) =>
          (entry.isDirectory() || entry.isSymbolicLink()) &&
          !entry.name.startsWith('.') &&
          entry.name !== 'node_modules',
      )
      .map((entry) => entry.name)
      .sort()
    const nested = await Promise.all(
      names.map(async (name) =>
        name.startsWith('@') ? ((await foldersIn(join(folder, name))) ?? []) : [join(folder, name)],
      ),
    )
    return nested.flat()
  } catch {
    return null
  }
}
