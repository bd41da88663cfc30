/** The reference page of a plugin, written from its declaration. `plugin-pages.test.ts` keeps the files up to date. */
import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { type KeyDefinition, type Plugin, showValue } from '@penstock/core'
import type { PluginFamily } from './built-in.ts'
import { markdownTable } from './markdown-table.ts'

export const GENERATED =
  '<!-- Written by apps/docs/src/plugins from the declarations; `vitest run --project unit plugin-pages -u` writes it anew. -->'

const kinds: Readonly<Record<Plugin['kind'], string>> = {
  sink: 'Sink connector',
  source: 'Source connector',
  transformation: 'Transformation',
  predicate: 'Predicate',
  converter: 'Converter',
  header_converter: 'Header converter',
  config_provider: 'Config provider',
}

/** `InsertField` becomes `insert-field`. */
export function pageName(family: string): string {
  return family.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase()
}

export function pluginPage(root: string, { name, members, package: folder }: PluginFamily): string {
  const [first] = members
  const up = '../../..'
  const parts = [
    `# ${name}`,
    GENERATED,
    first.summary,
    facts(members),
    '## How it is named',
    usage(first),
    ...examples(root, folder, first).map((path) => `A whole configuration: [${path}](${up}/${folder}/${path}).`),
    '## Keys',
    keysText(first),
    ...keyTables(first),
    `More about it is in [the README of its package](${up}/${folder}/README.md).`,
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function facts(members: readonly Plugin[]): string {
  const rows = members.map((plugin) => [
    `\`${plugin.name}\``,
    plugin.aliases.map((alias) => `\`${alias}\``).join('<br>'),
    kinds[plugin.kind],
  ])
  return markdownTable([['Name', 'Also answers to', 'Kind'], ...rows])
}

/** The lines that name a plugin in a config. */
function usage(plugin: Plugin): string {
  const given = plugin.aliases[0] ?? plugin.name
  const required = Object.entries(plugin.config.keys).filter(
    ([, { default: fallback, internal }]) => fallback === undefined && !internal,
  )
  const lines = (prefix: string): string[] => required.map(([key]) => `${prefix}${key}=…`)
  const block = (...all: string[]): string => ['```properties', ...all, '```'].join('\n')
  switch (plugin.kind) {
    case 'sink':
      return block(`connector.class=${given}`, 'topics=…', ...lines(''))
    case 'source':
      return block(`connector.class=${given}`, ...lines(''))
    case 'transformation':
      return block('transforms=step', `transforms.step.type=${given}`, ...lines('transforms.step.'))
    case 'predicate':
      return block(
        'predicates=condition',
        `predicates.condition.type=${given}`,
        ...lines('predicates.condition.'),
        'transforms.step.predicate=condition',
      )
    case 'converter':
      return block(`value.converter=${given}`, ...lines('value.converter.'))
    case 'header_converter':
      return block(`header.converter=${given}`, ...lines('header.converter.'))
    case 'config_provider':
      return block(
        'config.providers=secrets',
        `config.providers.secrets.class=${given}`,
        ...lines('config.providers.secrets.param.'),
      )
  }
}

function examples(root: string, folder: string, { kind, name }: Plugin): string[] {
  if (kind !== 'sink' && kind !== 'source') return []
  const all = globSync('examples/*.json', { cwd: join(root, folder) }).sort()
  const own = `examples/${kind}.json`
  if (existsSync(join(root, folder, own))) return [own]
  return name === 'DatagenSource' || name === 'ElasticsearchSink' ? all : []
}

function keysText({ kind, config }: Plugin): string {
  const none = shownKeys(config.keys).length === 0 ? 'It has no keys of its own. ' : ''
  if (kind === 'sink') return `${none}Beside those of [every sink connector](../../configuration.md#sink-connectors).`
  if (kind === 'source')
    return `${none}Beside those of [every source connector](../../configuration.md#source-connectors).`
  if (kind === 'transformation') return `${none}Beside \`predicate\` and \`negate\`, which every transformation has.`
  return none.trim()
}

function shownKeys(keys: Plugin['config']['keys']): [string, KeyDefinition][] {
  return Object.entries(keys).filter(([, { internal }]) => !internal)
}

function keyTables({ config }: Plugin): string[] {
  const groups = Map.groupBy(shownKeys(config.keys), ([, { group }]) => group)
  return [...groups].flatMap(([group, entries]) => {
    const rows = entries.map(([key, definition]) => [
      `\`${key}\``,
      typeText(definition),
      defaultText(definition),
      definition.importance,
      definition.doc,
    ])
    const table = markdownTable([['Key', 'Type', 'Default', 'Importance', 'Meaning'], ...rows])
    return group === null ? [table] : [`### ${group}`, table]
  })
}

function typeText(definition: KeyDefinition): string {
  const { values } = definition as { values?: readonly string[] }
  return values === undefined ? definition.type.toLowerCase() : values.map((value) => `\`${value}\``).join(', ')
}

function defaultText(definition: KeyDefinition): string {
  if (definition.default === undefined) return 'required'
  const shown = showValue(definition, definition.default)
  return shown === null || shown === '' ? '' : `\`${shown}\``
}
