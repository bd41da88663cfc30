/** The page that lists all plugins. */
import { type PluginFamily, type Shelf, shelfOf } from './built-in.ts'
import { markdownTable } from './markdown-table.ts'
import { GENERATED, pageName } from './plugin-page.ts'

const titles: readonly (readonly [Shelf, string])[] = [
  ['connectors', 'Connectors'],
  ['transformations', 'Transformations'],
  ['predicates', 'Predicates'],
  ['converters', 'Converters'],
  ['config-providers', 'Config providers'],
]

export function pluginList(families: readonly PluginFamily[]): string {
  const parts = titles.flatMap(([shelf, title]) => {
    const rows = families
      .filter(({ members: [first] }) => shelfOf[first.kind] === shelf)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, members: [first] }) => [`[${name}](${shelf}/${pageName(name)}.md)`, first.summary])
    return [`## ${title}`, markdownTable([['Plugin', 'What it does'], ...rows])]
  })
  return `${['# Plugins', GENERATED, intro, ...parts].join('\n\n')}\n`
}

const intro = `These come with every worker. A plugin is named by its short name or by its Java class name, so configurations of Kafka
Connect run unchanged. \`GET /connector-plugins?connectorsOnly=false\` lists what a worker has, with the packages in its
\`plugin.path\`. [Write a plugin](../write-a-plugin.md) adds your own.`
