/** What an image with an installed plugin holds: a package with a transformation, and what it depends on. */
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rootFolder } from '../stack/folders.ts'

export const passThrough = 'com.example.PassThrough'

const source = `import { configDef, definePlugin } from '@penstock/core'

export default definePlugin({
  kind: 'transformation',
  name: '${passThrough}',
  aliases: [],
  summary: 'Leaves records as they are.',
  config: configDef({}),
  create: () => ({ apply: (record) => record }),
})
`

export async function writePluginImage(folder: string): Promise<void> {
  const core = join(folder, 'node_modules', '@penstock', 'core')
  await mkdir(core, { recursive: true })
  for (const part of ['dist', 'package.json']) {
    await cp(join(rootFolder, 'packages', 'core', part), join(core, part), { recursive: true })
  }
  const manifest = { name: 'pass-through', version: '1.2.3', type: 'module', exports: './index.js' }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ ...manifest, penstock: { plugins: '.' } }))
  await writeFile(join(folder, 'index.js'), source)
}
