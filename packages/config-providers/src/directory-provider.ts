/** `${dir:/run/secrets:es-password}`: the whole content of a file in a folder, as secrets are mounted in containers. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, configDef, definePlugin } from '@penstock/core'
import { AllowedPaths } from './allowed-paths.ts'
import { fileKeys } from './common-keys.ts'
import { picked } from './picked.ts'
import { readText, unreadable } from './read-text.ts'

export const directoryConfigProvider = definePlugin({
  kind: 'config_provider',
  name: 'DirectoryConfigProvider',
  aliases: ['org.apache.kafka.common.config.provider.DirectoryConfigProvider'],
  summary: 'Values from the files of a folder, one in each.',
  config: configDef(fileKeys),
  create: ({ 'allowed.paths': paths, 'ttl.ms': ttlMs }) => {
    const allowed = new AllowedPaths(paths)
    return {
      get: async (path, keys) => {
        const folder = path === '' ? null : await allowed.real(path)
        if (folder === null) return picked({}, keys, ttlMs)
        // A key is looked for among the names, so it can't be a path that leads elsewhere.
        const names = (await namesIn(folder)).filter((name) => keys === null || keys.includes(name))
        const contents = await Promise.all(names.map((name) => contentOf(join(folder, name), allowed)))
        const found = names.map((name, at) => [name, contents[at] ?? null] as const)
        return picked(
          Object.fromEntries(found.filter((entry): entry is [string, string] => entry[1] !== null)),
          null,
          ttlMs,
        )
      },
    }
  },
})

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') return []
    throw unreadable(folder, error)
  }
}

async function contentOf(path: string, allowed: AllowedPaths): Promise<string | null> {
  const file = await allowed.real(path)
  return file === null ? null : readText(file)
}
