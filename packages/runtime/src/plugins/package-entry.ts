import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { ConnectError } from '@penstock/core'

const conditions = ['node', 'import', 'module-sync', 'default']

/**
 * The file behind an export of a package, as an `import` finds it. For packages that `require.resolve` can't answer
 * for: those whose exports have only an `import` condition, or that have no `exports` at all.
 */
export async function entryFile(folder: string, entry: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    exports?: unknown
    main?: unknown
  }
  const target =
    manifest.exports === undefined
      ? entry === '.'
        ? mainOf(manifest.main)
        : entry
      : targetOf(subpath(manifest.exports, entry))
  if (target === null) throw new ConnectError('plugins.no_entry', `its package.json exports no "${entry}"`)
  const file = join(folder, target)
  if (relative(folder, file).startsWith('..'))
    throw new ConnectError('plugins.no_entry', `its export "${entry}" lies outside of it`)
  return file
}

function mainOf(main: unknown): string {
  return typeof main === 'string' ? main : './index.js'
}

function subpath(exports: unknown, entry: string): unknown {
  if (typeof exports !== 'object' || exports === null || Array.isArray(exports)) return entry === '.' ? exports : null
  const hasSubpaths = Object.keys(exports).some((key) => key.startsWith('.'))
  if (!hasSubpaths) return entry === '.' ? exports : null
  return (exports as Record<string, unknown>)[entry] ?? null
}

function targetOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(targetOf).find((target) => target !== null) ?? null
  if (typeof value !== 'object' || value === null) return null
  for (const [condition, nested] of Object.entries(value)) {
    if (!conditions.includes(condition)) continue
    const target = targetOf(nested)
    if (target !== null) return target
  }
  return null
}
