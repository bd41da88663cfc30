import type { ConfigKeyInfo } from '@penstock/client'
import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { oneLine } from '../../output/table.ts'
import { paint } from '../../terminal.ts'

interface DescribePluginOptions {
  readonly pluginVersion?: string
  readonly group?: string
}

export function addDescribePlugin(describe: Command, cli: Cli): void {
  describe
    .command('plugin')
    .description('The configuration keys of a plugin, with defaults and explanations.')
    .argument('<plugin>', 'class or short name')
    .option('--plugin-version <range>', 'of several versions, this one')
    .option('--group <name>', 'only the keys of a group')
    .action(async (plugin: string, { pluginVersion, group }: DescribePluginOptions, command: Command) => {
      const { client } = await cli.connect(command)
      const all = await client.pluginConfig(plugin, pluginVersion)
      const keys = all.filter((key) => group === undefined || key.group?.toLowerCase() === group.toLowerCase())
      cli.printer(command).one(keys, plugin, () => {
        const groups = [...Map.groupBy(keys, (key) => key.group ?? 'Other')]
        return groups
          .map(
            ([title, own]) => `${paint(cli.terminal, 'bold', title)}\n${own.map((key) => keyText(key, cli)).join('')}`,
          )
          .join('\n')
      })
    })
}

function keyText(key: ConfigKeyInfo, cli: Cli): string {
  const { name, type, required, default_value: value, importance, documentation } = key
  const standard = required ? 'required' : `default ${value === null ? 'null' : JSON.stringify(oneLine(value))}`
  const head = `  ${paint(cli.terminal, 'cyan', name)}  ${type.toLowerCase()}, ${standard}, ${importance.toLowerCase()}`
  return `${head}\n${wrapped(oneLine(documentation, 2000), cli.terminal.columns - 6)}`
}

/** Lines of at most that many characters, each indented. */
function wrapped(text: string, width: number): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > Math.max(20, width)) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map((each) => `      ${each}\n`).join('')
}
