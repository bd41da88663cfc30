import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ConnectorConfig } from '@penstock/client'
import { formatProperties, messageOf } from '@penstock/core'
import { type Command, Option } from 'commander'
import { stringify } from 'yaml'
import type { Cli } from '../cli.ts'
import { usageError } from '../failure.ts'
import { masked, SecretKeys } from '../output/secrets.ts'

type ExportFormat = 'json' | 'yaml' | 'properties'

interface ExportOptions {
  readonly format: ExportFormat
  readonly omitSecrets?: boolean
}

export function addExport(program: Command, cli: Cli): void {
  program
    .command('export')
    .description('Writes the configs of connectors into a folder, a file each, as apply reads them.')
    .argument('<folder>')
    .argument('[connector...]', 'all where none is named')
    .addOption(new Option('--format <format>', 'of the files').choices(['json', 'yaml', 'properties']).default('json'))
    .option('--omit-secrets', 'leave secrets out, in place of "[hidden]", which apply takes for: as it is')
    .action(async (folder: string, given: string[], { format, omitSecrets }: ExportOptions, command: Command) => {
      const { client } = await cli.connect(command)
      const names = given.length > 0 ? given : (await client.connectors()).sort()
      const secrets = new SecretKeys(client)
      const files: { connector: string; file: string; secrets: string[] }[] = []
      for (const connector of names) {
        const config = { ...(await client.config(connector)), name: connector }
        const hidden = await secrets.of(config)
        const entries = Object.entries(masked(config, hidden)).filter(
          ([key]) => omitSecrets !== true || !hidden.has(key),
        )
        const file = join(folder, `${fileName(connector)}.${format}`)
        await write(folder, file, textOf(connector, Object.fromEntries(entries.sort()), format))
        files.push({ connector, file, secrets: [...hidden] })
      }
      cli.printer(command).list(files, {
        columns: [
          { title: 'CONNECTOR', text: ({ connector }) => connector },
          { title: 'FILE', text: ({ file }) => file },
          { title: 'SECRETS LEFT OUT', text: ({ secrets: left }) => left.join(',') },
        ],
        name: ({ file }) => file,
        empty: 'there are no connectors',
      })
    })
}

/** Names of connectors may hold what names of files must not; different ones stay different. */
function fileName(connector: string): string {
  return connector.replace(/[^\w .-]|^\./g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

function textOf(name: string, config: ConnectorConfig, format: ExportFormat): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify({ name, config }, null, 2)}\n`
    case 'yaml':
      return stringify({ name, config })
    case 'properties':
      return formatProperties(config)
  }
}

async function write(folder: string, file: string, text: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    await writeFile(file, text)
  } catch (error) {
    throw usageError(`${file} can't be written: ${messageOf(error)}`)
  }
}
