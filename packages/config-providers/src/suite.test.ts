import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatProperties, type Plugin } from '@penstock/core'
import { type ConfigProviderFixture, configProviderSuite } from '@penstock/core/testing'
import { describe, test } from 'vitest'
import plugins, { directoryConfigProvider, envConfigProvider, fileConfigProvider } from './index.ts'

const data = { PENSTOCK_TEST_USER: 'elastic', PENSTOCK_TEST_PASSWORD: ' s3cret=é"\\\n' }

async function inFolder(write: (folder: string) => Promise<string>): Promise<ConfigProviderFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'penstock-suite-'))
  return {
    raw: { 'allowed.paths': folder, 'ttl.ms': '1000' },
    path: await write(folder),
    data,
    close: () => rm(folder, { recursive: true }),
  }
}

const fixtures = new Map<Plugin, () => Promise<ConfigProviderFixture> | ConfigProviderFixture>([
  [
    fileConfigProvider,
    () =>
      inFolder(async (folder) => {
        await writeFile(join(folder, 'a.properties'), formatProperties(data))
        return join(folder, 'a.properties')
      }),
  ],
  [
    directoryConfigProvider,
    () =>
      inFolder(async (folder) => {
        for (const [name, value] of Object.entries(data)) await writeFile(join(folder, name), value)
        return folder
      }),
  ],
  [
    envConfigProvider,
    () => {
      Object.assign(process.env, data)
      const close = (): void => {
        for (const name of Object.keys(data)) delete process.env[name]
      }
      return { raw: { 'allowlist.pattern': 'PENSTOCK_TEST_.*' }, path: '', data, close }
    },
  ],
])

for (const plugin of plugins) {
  const setUp = fixtures.get(plugin)
  if (plugin.kind !== 'config_provider' || setUp === undefined) throw new Error(`${plugin.name} has no fixture`)
  describe(plugin.name, () => {
    for (const { name, check } of configProviderSuite(plugin, setUp)) test(name, check)
  })
}
