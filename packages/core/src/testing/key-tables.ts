import { type ConfigDef, showValue } from '../config-def.ts'

/**
 * A README with its tables of keys brought up to date: what stands between `<!-- MARK: generated … -->` and
 * `<!-- /MARK -->` becomes one table per group of keys. Throws when the marks are not there.
 */
export function withKeyTables(text: string, mark: string, config: ConfigDef): string {
  const begin = text.indexOf(`<!-- ${mark}: generated`)
  const tables = text.indexOf('-->', begin) + '-->'.length
  const end = text.indexOf(`<!-- /${mark} -->`)
  if (begin < 0 || end < tables) throw new Error(`the text has no <!-- ${mark}: generated … --> and <!-- /${mark} -->`)
  return `${text.slice(0, tables)}\n\n${keyTables(config)}\n\n${text.slice(end)}`
}

/** True when two texts differ in the widths of their tables' columns at most, which formatters change. */
export function sameButForColumns(a: string, b: string): boolean {
  const plain = (text: string): string => text.replace(/ +\|/g, ' |').replace(/-{3,}/g, '---')
  return plain(a) === plain(b)
}

/** Markdown; keys without a group come under no heading. */
function keyTables(config: ConfigDef): string {
  const groups = Map.groupBy(
    Object.entries(config.keys).filter(([, definition]) => !definition.internal),
    ([, definition]) => definition.group,
  )
  return [...groups]
    .map(([group, entries]) => {
      const rows = entries.map(([name, definition]) => {
        const value = definition.default === undefined ? 'required' : (showValue(definition, definition.default) ?? '–')
        const type = 'values' in definition ? (definition.values as string[]).join(', ') : definition.type.toLowerCase()
        return `| \`${name}\` | ${type} | ${value === '' ? '–' : value} | ${definition.doc.replaceAll('|', '\\|')} |`
      })
      const heading = group === null ? [] : [`### ${group}`, '']
      return [...heading, '| Key | Type | Default | |', '| --- | --- | --- | --- |', ...rows].join('\n')
    })
    .join('\n\n')
}
