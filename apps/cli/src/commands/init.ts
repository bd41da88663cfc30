import { Argument, type Command } from 'commander'
import type { Cli } from '../cli.ts'
import { type PluginKind, pluginKinds, writePlugin } from '../plugin-template/write-plugin.ts'

interface InitOptions {
  readonly folder?: string
  readonly core?: string
}

export function addInit(program: Command, cli: Cli): void {
  program
    .command('init')
    .description('Writes a small plugin package that works, with tests, to begin with.')
    .addArgument(new Argument('<kind>', 'what the plugin is').choices(pluginKinds))
    .argument('<name>', 'of the package, such as orders-sink')
    .option('--folder <path>', 'where to write it; a folder with its name where not given')
    .option('--core <specifier>', 'the dependency on @penstock/core, such as file:../penstock/packages/core')
    .action(async (kind: PluginKind, name: string, { folder, core }: InitOptions, command: Command) => {
      const written = await writePlugin({ kind, name, folder: folder ?? name, core: core ?? null })
      cli
        .printer(command)
        .one(written, written.folder, () =>
          [
            `${written.plugin} is in ${written.folder}:`,
            ...written.files.map((file) => `  ${file}`),
            'next:',
            `  cd ${written.folder} && npm install && npm test && npm run build`,
            'and add the folder to plugin.path of the workers.',
            '',
          ].join('\n'),
        )
    })
}
