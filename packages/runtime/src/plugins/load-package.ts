import { createRequire } from 'node:module'
import { join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ConnectError, codeOf, type Logger, messageOf, type Plugin } from '@penstock/core'
import { within } from '../time/within.ts'
import { entryFile } from './package-entry.ts'
import type { Offer, PluginPackage } from './package-folders.ts'
import type { LoadedPlugin } from './registry.ts'

/** A module that does not come to an end of its top level (a dangling `await`) must not hold up the others for ever. */
const loadTimeoutMs = 20_000

/** The plugins of a package; none, and a warning that names package and cause, when it can't be loaded. */
export async function loadPackage(found: PluginPackage, offer: Offer, logger: Logger): Promise<LoadedPlugin[]> {
  let offered: unknown
  try {
    offered = await importDefault(found)
  } catch (error) {
    logger.warn(
      `plugin package ${found.name} ${found.version} in ${found.folder} can't be loaded: ${messageOf(error)}`,
      {
        error,
      },
    )
    return []
  }
  const list: readonly unknown[] = Array.isArray(offered) ? offered : [offered]
  return list.flatMap((candidate, index) => {
    const problem = pluginProblem(candidate) ?? misplaced(candidate as Plugin, offer)
    if (problem === null) {
      const plugin = candidate as Plugin
      return [{ plugin, version: plugin.version ?? found.version, packageName: found.name }]
    }
    logger.warn(`plugin ${nameOf(candidate, index)} of package ${found.name} ${found.version} is left out: ${problem}`)
    return []
  })
}

async function importDefault(found: PluginPackage): Promise<unknown> {
  const file = await resolveEntry(found)
  const loading = import(/* @vite-ignore */ pathToFileURL(file).href) as Promise<{ default?: unknown }>
  const { default: exported } = await within(loadTimeoutMs, loading, () => {
    throw new ConnectError('plugins.load_timeout', `loading it took more than ${loadTimeoutMs / 1000} s`)
  })
  if (exported === undefined) throw new ConnectError('plugins.no_default_export', `${file} has no default export`)
  return exported
}

/** Node's own resolution first, which knows the conditions Node was started with; it can't see `import`-only exports. */
async function resolveEntry({ folder, name, entry }: PluginPackage): Promise<string> {
  try {
    const file = createRequire(join(folder, 'package.json')).resolve(name + entry.slice(1))
    // A package without `exports` can't refer to itself; the name may then lead to another copy of it.
    return file.startsWith(folder + sep) ? file : await entryFile(folder, entry)
  } catch (error) {
    const code = codeOf(error)
    if (code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED' && code !== 'MODULE_NOT_FOUND') throw error
    return entryFile(folder, entry)
  }
}

const createMethods = {
  sink: 'createTask',
  source: 'createTask',
  converter: 'create',
  header_converter: 'create',
  transformation: 'create',
  predicate: 'create',
  config_provider: 'create',
}

/** What keeps a value from being a plugin, or null. Packages may carry another copy of core, so shapes are compared. */
function pluginProblem(candidate: unknown): string | null {
  if (typeof candidate !== 'object' || candidate === null) return 'it is no plugin; make it with definePlugin'
  const { kind, name, aliases, config, ...rest } = candidate as Partial<Record<keyof Plugin, unknown>> &
    Record<string, unknown>
  if (typeof kind !== 'string' || !Object.hasOwn(createMethods, kind))
    return `its kind ${JSON.stringify(kind)} is not known`
  if (typeof name !== 'string' || name === '') return 'it has no name'
  if (!Array.isArray(aliases)) return 'it has no list of aliases'
  if (typeof (config as { keys?: unknown } | undefined)?.keys !== 'object') return 'it has no config'
  const method = createMethods[kind as keyof typeof createMethods]
  return typeof rest[method] === 'function' ? null : `it has no method ${method}`
}

/** What keeps a plugin from being offered where it is, or null. */
function misplaced({ kind }: Plugin, offer: Offer): string | null {
  const right: Offer = kind === 'config_provider' ? 'configProviders' : 'plugins'
  return right === offer ? null : `name the export that holds it "${right}" in the "penstock" entry of package.json`
}

function nameOf(candidate: unknown, index: number): string {
  const name = (candidate as { name?: unknown } | null | undefined)?.name
  return typeof name === 'string' ? name : `number ${index + 1}`
}
