/** Finds the connectors of `-f`: files, folders, and `-` for stdin. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { codeOf, messageOf } from '@penstock/core'
import { usageError } from '../failure.ts'
import type { Terminal } from '../terminal.ts'
import type { Manifest } from './manifest.ts'
import { guessFormat, type ManifestFormat, parseManifests } from './parse-manifests.ts'

const formats: Readonly<Record<string, ManifestFormat>> = {
  '.json': 'json',
  '.yaml': 'yaml',
  '.yml': 'yaml',
  '.properties': 'properties',
}

/** All connectors in the order of the files. Rejects where a name is declared twice, before anything was sent. */
export async function readManifests(
  paths: readonly string[],
  terminal: Pick<Terminal, 'readStdin'>,
  { recursive = false }: { readonly recursive?: boolean } = {},
): Promise<Manifest[]> {
  const manifests: Manifest[] = []
  for (const path of paths) {
    if (path === '-') {
      const text = await terminal.readStdin()
      manifests.push(...parseManifests(text, { format: guessFormat(text), origin: 'stdin', defaultName: null }))
    } else {
      for (const file of await filesOf(path, recursive)) manifests.push(...(await readFileOf(file)))
    }
  }
  const byName = Map.groupBy(manifests, ({ name }) => name)
  for (const [name, [first, second]] of byName) {
    if (second !== undefined) {
      throw usageError(`connector ${name} is declared twice: in ${first?.origin} and in ${second.origin}`)
    }
  }
  return manifests
}

async function filesOf(path: string, recursive: boolean): Promise<string[]> {
  if (!(await isFolder(path))) return [path]
  const entries = await readdir(path, { withFileTypes: true })
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  const found = await Promise.all(
    entries.map(async (entry) => {
      const full = join(path, entry.name)
      // Mounted files are links to hidden folders: those, and what editors leave, begin with a dot.
      if (entry.name.startsWith('.')) return []
      if (await isFolder(full)) return recursive ? filesOf(full, true) : []
      return extname(entry.name).toLowerCase() in formats ? [full] : []
    }),
  )
  return found.flat()
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    throw unreadable(path, error)
  }
}

async function readFileOf(path: string): Promise<Manifest[]> {
  const extension = extname(path)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw unreadable(path, error)
  }
  const format = formats[extension.toLowerCase()] ?? guessFormat(text)
  return parseManifests(text, { format, origin: path, defaultName: basename(path, extension) })
}

function unreadable(path: string, error: unknown): Error {
  return usageError(
    `${path} can't be read: ${codeOf(error) === 'ENOENT' ? 'there is no such file or folder' : messageOf(error)}`,
  )
}
