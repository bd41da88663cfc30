import type { Command } from 'commander'
import type { Cli } from '../cli.ts'
import { exitCodes } from '../exit-codes.ts'
import { usageError } from '../failure.ts'
import type { Manifest } from '../manifests/manifest.ts'
import { readManifests } from '../manifests/read-manifests.ts'
import { formatProblems, problemsOf } from '../manifests/validate-configs.ts'
import { mapAtMost, REQUESTS_AT_ONCE } from '../map-at-most.ts'
import { collect } from '../option-values.ts'
import { unmask } from '../output/secrets.ts'

export function addValidate(program: Command, cli: Cli): void {
  program
    .command('validate')
    .description(
      'Has the worker check configs, of files or of connectors that are there; exit code 7 where one is invalid.',
    )
    .argument('[connector...]')
    .option('-f, --file <path>', 'JSON, YAML or properties; a folder; - for stdin', collect, [])
    .option('-R, --recursive', 'folders within folders too')
    .action(async (names: string[], options: { file: readonly string[]; recursive?: boolean }, command: Command) => {
      const files = await readManifests(options.file, cli.terminal, { recursive: options.recursive === true })
      const { client } = await cli.connect(command)
      const present = await mapAtMost(REQUESTS_AT_ONCE, names, async (name): Promise<Manifest> => {
        const config = { ...(await client.config(name)), name }
        return { name, config, initialState: null, origin: 'the cluster' }
      })
      const all = [...files, ...present]
      if (all.length === 0) throw usageError('validate what? Give -f FILE or names of connectors')
      const results = await mapAtMost(REQUESTS_AT_ONCE, all, async ({ name, config, origin }) => {
        const stored = await client.config(name).catch(() => null)
        return { connector: name, origin, problems: await problemsOf(client, unmask(config, stored).config) }
      })
      const invalid = results.filter(({ problems }) => problems.length > 0)
      cli.printer(command).list(results, {
        columns: [
          { title: 'CONNECTOR', text: ({ connector }) => connector },
          { title: 'FROM', text: ({ origin }) => origin },
          {
            title: 'RESULT',
            text: ({ problems }) => (problems.length === 0 ? 'valid' : `${problems.length} problems`),
            style: ({ problems }) => (problems.length === 0 ? 'green' : 'red'),
          },
        ],
        name: ({ connector }) => connector,
      })
      for (const { problems } of invalid) cli.note(formatProblems(problems))
      if (invalid.length > 0) cli.exitCode = exitCodes.invalid
    })
}
