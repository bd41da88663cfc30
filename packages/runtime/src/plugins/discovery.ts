import type { Logger } from '@penstock/core'
import { loadPackage } from './load-package.ts'
import { appPackages, type Offer, pathPackages } from './package-folders.ts'
import type { LoadedPlugin } from './registry.ts'

export interface DiscoverySources {
  /** The application whose dependencies bring plugins; null for none. */
  readonly appFolder: string | null
  /** The folders of `plugin.path`. */
  readonly pluginFolders: readonly string[]
  readonly logger: Logger
  /** What to load of the packages; `plugins` where not given. */
  readonly offer?: Offer
}

/**
 * Loads the plugins of every package that has a `penstock` entry in its package.json: the application's dependencies
 * and what is installed in the plugin folders. A package that can't be loaded is reported by a warning and left out.
 * Start reading at package-folders.ts (where packages lie) and load-package.ts (what a package offers).
 */
export async function discoverPlugins({
  appFolder,
  pluginFolders,
  logger,
  offer = 'plugins',
}: DiscoverySources): Promise<LoadedPlugin[]> {
  const packages = [
    ...(appFolder === null ? [] : await appPackages(appFolder, offer, logger)),
    ...(await pathPackages(pluginFolders, offer, logger)),
  ]
  const byFolder = new Map(packages.map((found) => [found.folder, found]))
  const loaded = await Promise.all([...byFolder.values()].map((found) => loadPackage(found, offer, logger)))
  return loaded.flat()
}
