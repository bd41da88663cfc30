import { globSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { builtInPlugins, shelfOf } from './built-in.ts'
import { pluginList } from './plugin-list.ts'
import { pageName, pluginPage } from './plugin-page.ts'

const root = join(import.meta.dirname, '..', '..', '..', '..')
const folder = join(root, 'docs', 'plugins')
const families = builtInPlugins()

function fileOf({ name, members: [first] }: (typeof families)[number]): string {
  return `${shelfOf[first.kind]}/${pageName(name)}.md`
}

test.each(families.map((family) => [family.name, family] as const))(
  'the page of %s is what its declaration says (vitest plugin-pages -u writes it)',
  async (_, family) => {
    await expect(pluginPage(root, family)).toMatchFileSnapshot(join(folder, fileOf(family)))
  },
)

test('the list of plugins is what the declarations say (vitest plugin-pages -u writes it)', async () => {
  await expect(pluginList(families)).toMatchFileSnapshot(join(folder, 'README.md'))
})

test('every plugin page is of a plugin that there is, and no two plugins share one', () => {
  const pages = globSync('*/*.md', { cwd: folder }).sort()
  expect(families.map(fileOf).sort()).toEqual(pages)
})

test('a page names every key that users can set', () => {
  for (const family of families) {
    const text = pluginPage(root, family)
    const keys = Object.entries(family.members[0].config.keys).filter(([, { internal }]) => !internal)
    for (const [key] of keys) expect(text).toContain(`| \`${key}\``)
  }
})

test('the forms of a plugin for keys and for values have the same keys', () => {
  for (const { members } of families) {
    const [first, ...others] = members.map(({ config }) => Object.keys(config.keys))
    for (const keys of others) expect(keys).toEqual(first)
  }
})
