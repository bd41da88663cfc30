import type { ConnectorConfig, InitialState } from '@penstock/client'
import { type Command, Option } from 'commander'
import type { Cli } from '../cli.ts'
import { usageError } from '../failure.ts'
import type { Manifest } from '../manifests/manifest.ts'
import { readManifests } from '../manifests/read-manifests.ts'
import { requireValid } from '../manifests/validate-configs.ts'
import { collect } from '../option-values.ts'
import { eachConnector } from './each-connector.ts'
import { parseSettings } from './settings.ts'

interface CreateOptions {
  readonly file: readonly string[]
  readonly set: readonly string[]
  readonly initialState?: InitialState
}

export function addCreate(program: Command, cli: Cli): void {
  program
    .command('create')
    .description('Creates connectors; one that exists is left as it is (exit code 4).')
    .argument('[name]', 'name of the new connector, with --set in place of a file')
    .option('-f, --file <path>', 'JSON, YAML or properties; a folder; - for stdin', collect, [])
    .option('--set <key=value>', 'a key of the config; may be given several times', collect, [])
    .addOption(new Option('--initial-state <state>', 'how it begins').choices(['RUNNING', 'PAUSED', 'STOPPED']))
    .action(async (name: string | undefined, { file, set, initialState }: CreateOptions, command: Command) => {
      const manifests = await manifestsOf(name, file, set, cli)
      const { client } = await cli.connect(command)
      await requireValid(
        client,
        manifests.map(({ config }) => config),
      )
      const byName = new Map(manifests.map((manifest) => [manifest.name, manifest]))
      await eachConnector(cli, command, [...byName.keys()], async (wanted) => {
        const manifest = byName.get(wanted)
        const state = initialState ?? manifest?.initialState ?? undefined
        await client.createConnector({
          name: wanted,
          config: manifest?.config ?? {},
          ...(state === undefined ? {} : { initial_state: state }),
        })
        return 'created'
      })
    })
}

async function manifestsOf(
  name: string | undefined,
  files: readonly string[],
  settings: readonly string[],
  cli: Cli,
): Promise<readonly Manifest[]> {
  if (files.length > 0) {
    if (name !== undefined || settings.length > 0) throw usageError('create takes either -f, or a name with --set')
    return readManifests(files, cli.terminal)
  }
  if (name === undefined) throw usageError('create what? Give -f FILE, or a name with --set KEY=VALUE')
  const config: ConnectorConfig = { ...parseSettings(settings), name }
  return [{ name, config, initialState: null, origin: 'the command line' }]
}
